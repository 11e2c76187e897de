#include "profile.h"

#include <algorithm>
#include <chrono>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace convoy::command {
namespace {

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

uint64_t thisThread() { return static_cast<uint64_t>(pthread_self()); }

// Pages that the system gave to the process so far.
int64_t pagesGiven() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

const convoy_steps* stepsOf(const convoy_pipeline& pipeline) {
  const int32_t chosen = convoy_choose_version(pipeline.versions, pipeline.version_count);
  return pipeline.steps + (chosen < 0 ? pipeline.version_count - 1 : chosen); // as the code itself chooses
}

} // namespace

Profiler::Profiler(const convoy_pipeline& pipeline, const convoy_executor& executor)
    : inner_(executor), executor_{parallel, this, executor.threads},
      parts_(static_cast<size_t>(executor.threads)) {
  profile_.pipeline = &pipeline;
  profile_.names = stepsOf(pipeline);
  profile_.threads = executor.threads;
  threads_.push_back(thisThread());
  forget();
}

void Profiler::forget() {
  profile_.runs = profile_.nanoseconds = 0;
  profile_.steps.assign(static_cast<size_t>(profile_.names->count), {});
  profile_.order.clear();
  profile_.calls.clear();
}

Outcome Profiler::execute(const BoundRun& run) {
  convoy_call call = run.arguments();
  call.executor = &executor_;
  ofRun_.assign(profile_.steps.size(), -1);
  profile_.calls.clear();
  const int64_t begin = now();
  const int32_t status = profile_.pipeline->run(&call);
  profile_.lastRun = {begin, now(), 0};
  if (status != CONVOY_OK) return Error{convoy_status_string(status)};
  isFirst_ = false;
  ++profile_.runs;
  profile_.nanoseconds += profile_.lastRun.length();
  std::vector<int64_t> work(2 * profile_.steps.size());
  profile_.pipeline->work(call.sizes, call.batch, work.data());
  for (size_t i = 0; i < ofRun_.size(); ++i) {
    if (ofRun_[i] < 0) continue;
    ProfiledStep& step = profile_.steps[i];
    ++step.runs;
    step.nanoseconds += ofRun_[i];
    step.least = step.runs == 1 ? ofRun_[i] : std::min(step.least, ofRun_[i]);
    step.multiplyAdds += work[2 * i];
    step.bytes += work[2 * i + 1];
  }
  for (const ProfiledCall& call : profile_.calls)
    if (isStep(call.step) &&
        std::find(profile_.order.begin(), profile_.order.end(), call.step) == profile_.order.end())
      profile_.order.push_back(call.step);
  return std::nullopt;
}

bool Profiler::isStep(int32_t number) const {
  return number >= 0 && static_cast<size_t>(number) < profile_.steps.size();
}

void Profiler::parallel(void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count,
                        int64_t grain) {
  Profiler& profiler = *static_cast<Profiler*>(self);
  Job job{body, context, &profiler};
  ProfiledCall call;
  call.step = static_cast<int32_t>(static_cast<const int64_t*>(context)[-1]);
  const bool isFirst = profiler.isFirst_;
  const int64_t pages = isFirst ? pagesGiven() : 0;
  call.whole.begin = now();
  profiler.inner_.parallel(profiler.inner_.self, timed, &job, count, grain);
  call.whole.end = now();
  const int64_t touched = isFirst ? (pagesGiven() - pages) * sysconf(_SC_PAGESIZE) : 0;
  const size_t parts = std::min(job.parts.load(), profiler.parts_.size());
  for (size_t i = 0; i < parts; ++i) {
    const RawSpan& part = profiler.parts_[i];
    call.parts.push_back({part.begin, part.end, profiler.numberOf(part.thread)});
  }
  profiler.add(call, count, touched);
  profiler.profile_.calls.push_back(std::move(call));
}

void Profiler::timed(void* context, int64_t begin, int64_t end) {
  Job& job = *static_cast<Job*>(context);
  const int64_t start = now();
  job.body(job.context, begin, end);
  const int64_t stop = now();
  const size_t number = job.parts++;
  if (number < job.profiler->parts_.size()) job.profiler->parts_[number] = {start, stop, thisThread()};
}

void Profiler::add(const ProfiledCall& call, int64_t units, int64_t touched) {
  if (!isStep(call.step)) return;
  int64_t& ofRun = ofRun_[static_cast<size_t>(call.step)];
  ofRun = std::max<int64_t>(ofRun, 0) + call.whole.length();
  ProfiledStep& step = profile_.steps[static_cast<size_t>(call.step)];
  ++step.calls;
  step.units += units;
  step.parts += static_cast<int64_t>(call.parts.size());
  step.touched += touched;
  int64_t longest = 0;
  for (const Span& part : call.parts) {
    step.busy += part.length();
    longest = std::max(longest, part.length());
  }
  step.longestParts += longest;
}

int32_t Profiler::numberOf(uint64_t thread) {
  const auto known = std::find(threads_.begin(), threads_.end(), thread);
  const auto number = static_cast<int32_t>(known - threads_.begin());
  if (known == threads_.end()) threads_.push_back(thread);
  return number;
}

} // namespace convoy::command
