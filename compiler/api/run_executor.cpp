#include "api/run_executor.h"
#include <algorithm>

namespace convoy::api {

struct RunExecutor::Task {
  RunExecutor& owner;
  void (*body)(void*, int64_t, int64_t);
  void* context;
  int64_t count, grain;
  std::atomic<int64_t> covered{0}; // parts that the caller's executor has called

  // How many parts of at least a grain there are: what the caller's executor sees.
  int64_t parts() const { return std::max<int64_t>(1, count / grain); }
  // The unit with which a part begins; parts() gives the end.
  int64_t beginOf(int64_t part) const { return count / parts() * part + std::min(part, count % parts()); }

  // A range in slices, so that a cancellation inside a large layer is soon seen.
  void run(int64_t begin, int64_t end) {
    constexpr int64_t slices = 16;
    const int64_t step = owner.cancellation_ ? std::max<int64_t>(1, (end - begin) / slices) : end - begin;
    for (int64_t at = begin; at < end; at += step) {
      if (owner.isStopped()) {
        owner.skipped_.store(true, std::memory_order_relaxed);
        return;
      }
      body(context, at, std::min(end, at + step));
    }
  }
};

RunExecutor::RunExecutor(const Program& program, const RunControl* control)
    : program_(program), pool_(program.executor() ? nullptr : program.pool()),
      own_{parallel, this, program.threads()} {
  if (control && control->cancellation) cancellation_ = &*control->cancellation;
  if (control && control->progress) progress_ = &control->progress;
  used_ = program.executor() || cancellation_ || progress_ ? &own_ : pool_;
}

Status RunExecutor::status() const {
  switch (failure_.load()) {
  case Failure::None: break;
  case Failure::Threw:
    return {StatusCode::Executor, "the executor or the progress function threw an exception"};
  case Failure::WrongRanges:
    return {StatusCode::Executor, "the executor did not call each part of a range once"};
  }
  if (skipped_.load()) return {StatusCode::Cancelled, "the run was cancelled"};
  return {};
}

void RunExecutor::finish() {
  if (progress_) report(1);
}

void RunExecutor::report(double done) {
  try {
    (*progress_)(done);
  } catch (...) {
    failure_ = Failure::Threw;
  }
}

void RunExecutor::parallel(void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count,
                           int64_t grain) {
  RunExecutor& run = *static_cast<RunExecutor*>(self);
  if (count <= 0) return;
  if (run.isStopped()) {
    run.skipped_ = true;
    return;
  }
  // The kernels count; copies of views, which come before and after them, stay within the last step.
  if (run.progress_) {
    const auto total =
        static_cast<double>(std::max<int64_t>(1, run.program_.session().facts().parallelSteps));
    run.report(std::min(1.0, static_cast<double>(run.steps_++) / total));
    if (run.isStopped()) return;
  }
  Task task{run, body, context, count, grain, {}};
  if (run.program_.executor())
    run.runOnCallers(task);
  else
    run.runOnPool(task);
}

void RunExecutor::runOnPool(const Task& task) {
  const auto body = [](void* context, int64_t begin, int64_t end) {
    static_cast<Task*>(context)->run(begin, end);
  };
  void* context = const_cast<Task*>(&task);
  if (pool_)
    pool_->parallel(pool_->self, body, context, task.count, task.grain);
  else
    body(context, 0, task.count);
}

void RunExecutor::runOnCallers(const Task& task) {
  const auto body = [](void* context, int64_t begin, int64_t end) noexcept {
    Task& task = *static_cast<Task*>(context);
    if (begin < 0 || begin > end || end > task.parts()) {
      task.owner.failure_ = Failure::WrongRanges;
      return;
    }
    task.covered += end - begin;
    task.run(task.beginOf(begin), task.beginOf(end));
  };
  try {
    program_.executor()->parallel(task.parts(), RangeBody(body, const_cast<Task*>(&task)));
    if (failure_ == Failure::None && task.covered != task.parts()) failure_ = Failure::WrongRanges;
  } catch (...) {
    failure_ = Failure::Threw;
  }
}

} // namespace convoy::api
