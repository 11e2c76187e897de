#include "execute.h"
#include "guarded_buffer.h"
#include "image_runs.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <utility>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace convoy::sweep {

namespace {

using texts::Flush;
using texts::GuardedBuffer;
using Buffer = std::unique_ptr<GuardedBuffer>;

// The caller's floating-point modes: flags that are set and exceptions that stay masked, with and without
// flushing.
class FloatMode {
public:
#if defined(__SSE__)
  explicit FloatMode(bool flush) : before_(_mm_getcsr()), wanted_(0x1f80u | 0x02u | (flush ? 0x8040u : 0u)) {
    _mm_setcsr(wanted_);
  }
  ~FloatMode() { _mm_setcsr(before_); }
  bool restored() const { return _mm_getcsr() == wanted_; }

private:
  unsigned before_, wanted_;
#else
  explicit FloatMode(bool) {}
  bool restored() const { return true; }
#endif
};

std::string number(double x) {
  char text[64];
  std::snprintf(text, sizeof text, "%.9g", x);
  return text;
}

class Runner {
public:
  explicit Runner(const Execution& e)
      : e_(e), p_(*e.pipeline), cutting_{cut, const_cast<convoy_executor*>(e.pool), e.pool->threads} {}

  std::string run(const std::vector<Trial>& trials) {
    if (p_.abi_version != CONVOY_ABI_VERSION) return "the descriptor has another version";
    prepared_ = buffer(p_.prepared_size(), false);
    const void* weights = e_.weights ? e_.weights->data() : p_.weights;
    if (e_.weights && e_.weights->size() * sizeof(float) != static_cast<size_t>(p_.weights_bytes))
      return "the descriptor has " + std::to_string(p_.weights_bytes) + " bytes of weights";
    if (p_.prepare(weights, prepared_->as<void>()) != CONVOY_OK) return "prepare failed";
    if (!prepared_->intact()) return "prepare wrote beside its buffer";
    prepared_->protect();
    for (size_t i = 0; i < trials.size(); ++i) {
      flip_ = !flip_;
      std::string problem = trial(i, trials[i]);
      if (!problem.empty()) return describe(trials[i]) + ": " + problem;
    }
    return "";
  }

private:
  // `flip`: buffers of the second run lie at the other end.
  Buffer buffer(int64_t bytes, bool flip) const {
    return std::make_unique<GuardedBuffer>(static_cast<size_t>(bytes),
                                           (e_.flushHigh != flip) != flip_ ? Flush::High : Flush::Low);
  }

  std::string trial(size_t index, const Trial& t) {
    std::vector<const int64_t*> shapes;
    std::vector<int32_t> ranks;
    for (const auto& shape : t.shapes)
      shapes.push_back(shape.data()), ranks.push_back(static_cast<int32_t>(shape.size()));
    std::vector<int64_t> sizes(static_cast<size_t>(p_.size_count) + 1);
    convoy_failure failure{};
    e_.before(index, 0);
    if (convoy_bind_sizes(&p_, shapes.data(), ranks.data(), sizes.data(), &failure) != CONVOY_OK) {
      char text[300];
      convoy_failure_text(&p_, &failure, text, sizeof text);
      return std::string("the sizes do not fit: ") + text;
    }
    std::vector<int64_t> extents(static_cast<size_t>(p_.output_count) * CONVOY_MAX_RANK);
    int32_t check = p_.check(sizes.data(), extents.data());
    if (check != t.failedCheck)
      return "entry check " + std::to_string(t.failedCheck) + " fails, but the code says " +
             std::to_string(check);
    if (check >= 0) return "";
    size_t at = 0;
    for (size_t o = 0; o < t.outputs.size(); ++o)
      for (int64_t extent : t.outputs[o].shape)
        if (extents[at++] != extent)
          return "output " + std::to_string(o) + " has an extent of " + std::to_string(extents[at - 1]) +
                 " instead of " + std::to_string(extent);

    std::vector<Buffer> one, two;
    for (int threads : {1, 2}) {
      std::string problem = once(index, t, sizes, threads, threads == 1 ? one : two);
      if (!problem.empty())
        return std::to_string(threads) + (threads == 1 ? " thread: " : " threads: ") + problem;
    }
    for (size_t o = 0; o < one.size(); ++o)
      if (std::memcmp(one[o]->as<char>(), two[o]->as<char>(), t.outputs[o].values.size() * sizeof(float)))
        return "output " + std::to_string(o) + " has other bits with 2 threads";
    return images(index, t, sizes);
  }

  // Pictures, as float32 and as bytes.
  std::string images(size_t index, const Trial& t, const std::vector<int64_t>& sizes) {
    if (!hasImages(p_)) return "";
    std::vector<std::vector<int64_t>> outputs;
    for (const Expected& e : t.outputs) outputs.push_back(e.shape);
    for (int threads : {1, 2}) {
      e_.before(index, threads);
      std::string problem =
          runImages({p_, prepared_->as<void>(), threads == 1 ? nullptr : &cutting_, sizes, t.shapes, outputs,
                     t.run.batch, flip_ ? Flush::High : Flush::Low, index + 1});
      if (!problem.empty()) return std::to_string(threads) + " threads: " + problem;
    }
    return "";
  }

  // Each output in turn at the last number of each other tensor: refused before anything is written.
  // `pointers` are those of the call's outputs.
  std::string sharing(const convoy_call& call, std::vector<void*>& pointers, const Trial& t,
                      const std::vector<Buffer>& inputs, const std::vector<Buffer>& outputs) {
    for (size_t o = 0; o < outputs.size(); ++o) {
      auto isRefused = [&](const Buffer& other, size_t numbers) {
        if (other == outputs[o] || numbers == 0 || t.outputs[o].values.empty()) return true;
        void* const own = std::exchange(pointers[o], other->as<float>() + (numbers - 1));
        const int32_t status = p_.run(&call);
        pointers[o] = own;
        return status == CONVOY_ERROR_ALIAS;
      };
      bool good = true;
      for (size_t i = 0; i < inputs.size(); ++i) good = good && isRefused(inputs[i], t.inputs[i].size());
      for (size_t i = 0; i < outputs.size(); ++i)
        good = good && isRefused(outputs[i], t.outputs[i].values.size());
      if (!good) return "output " + std::to_string(o) + " in the memory of another tensor goes unnoticed";
    }
    return "";
  }

  std::string once(size_t index, const Trial& t, const std::vector<int64_t>& sizes, int threads,
                   std::vector<Buffer>& outputs) {
    const bool flip = threads == 2;
    std::vector<Buffer> inputs;
    std::vector<const void*> inputPointers;
    std::vector<void*> outputPointers;
    for (const std::vector<float>& numbers : t.inputs) {
      inputs.push_back(buffer(static_cast<int64_t>(numbers.size() * sizeof(float)), flip));
      if (!numbers.empty())
        std::memcpy(inputs.back()->as<float>(), numbers.data(), numbers.size() * sizeof(float));
      inputs.back()->protect();
      inputPointers.push_back(inputs.back()->as<float>());
    }
    for (const Expected& e : t.outputs) {
      outputs.push_back(buffer(static_cast<int64_t>(e.values.size() * sizeof(float)), flip));
      std::fill_n(outputs.back()->as<float>(), e.values.size(), canary());
      outputPointers.push_back(outputs.back()->as<float>());
    }
    int64_t bytes = p_.workspace_size(sizes.data(), t.run.batch, threads, nullptr);
    if (bytes < 0 || bytes % CONVOY_ALIGNMENT) return "a workspace of " + std::to_string(bytes) + " bytes";
    Buffer workspace = buffer(bytes, flip);
    std::fill_n(workspace->as<float>(), bytes / 4, std::nanf(""));

    convoy_call call{sizes.data(),
                     t.run.batch,
                     inputPointers.data(),
                     outputPointers.data(),
                     prepared_->as<void>(),
                     workspace->as<void>(),
                     bytes,
                     threads == 1 ? nullptr : &cutting_,
                     nullptr};
    e_.before(index, threads);
    if (index == 0 && bytes > 0) {
      call.workspace_bytes = bytes - 1;
      if (p_.run(&call) != CONVOY_ERROR_MEMORY) return "a workspace that is too small goes unnoticed";
      call.workspace_bytes = bytes;
    }
    if (index == 0 && t.run.batch > 0)
      if (std::string problem = sharing(call, outputPointers, t, inputs, outputs); !problem.empty())
        return problem;
    int32_t status;
    bool restored;
    {
      FloatMode mode(flip);
      status = p_.run(&call);
      restored = mode.restored();
    }
    if (status != CONVOY_OK) return "the status is " + std::to_string(status);
    if (!restored) return "the caller's floating-point modes are not restored";
    if (!workspace->intact()) return "something beside the workspace was written";
    for (size_t o = 0; o < t.outputs.size(); ++o) {
      if (!outputs[o]->intact()) return "something beside output " + std::to_string(o) + " was written";
      std::string difference = compare(t.outputs[o], outputs[o]->as<float>());
      if (!difference.empty()) return "output " + std::to_string(o) + difference;
    }
    return "";
  }

  // A NaN that no arithmetic makes.
  static float canary() {
    const uint32_t bits = 0x7fc0dead;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  static bool isCanary(float value) {
    const float pattern = canary();
    return std::memcmp(&value, &pattern, sizeof value) == 0;
  }

  static bool agree(const Expected& e, size_t i, float actual) {
    const double expected = e.values[i];
    if (isCanary(actual)) return false;
    if (!e.bounds.empty() && !(e.bounds[i] < std::numeric_limits<double>::infinity())) return true; // none
    if (std::isnan(expected) || std::isnan(actual)) return std::isnan(expected) && std::isnan(actual);
    if (actual == static_cast<float>(expected)) return true; // 0 == -0: the order of a sum decides the sign
    return !e.bounds.empty() && std::fabs(actual - expected) <= e.bounds[i];
  }

  static std::string compare(const Expected& e, const float* actual) {
    size_t first = e.values.size(), wrong = 0;
    for (size_t i = e.values.size(); i-- > 0;)
      if (!agree(e, i, actual[i])) first = i, ++wrong;
    if (!wrong) return "";
    std::string place;
    size_t rest = first;
    for (size_t axis = e.shape.size(); axis-- > 0; rest /= static_cast<size_t>(e.shape[axis]))
      place = ", " + std::to_string(rest % static_cast<size_t>(e.shape[axis])) + place;
    std::string shape;
    for (int64_t extent : e.shape) shape += ", " + std::to_string(extent);
    std::string text = " [item " + std::to_string(rest) + place + "] of [" + shape.substr(2) +
                       "]: expected " + number(e.values[first]);
    if (!e.bounds.empty()) text += " within " + number(e.bounds[first]);
    text += isCanary(actual[first]) ? ", but it was not written" : ", is " + number(actual[first]);
    return text + " (" + std::to_string(wrong) + " of " + std::to_string(e.values.size()) + " are wrong)";
  }

  // The pool, with a range for each thread however little there is to do: results must not depend on it.
  static void cut(void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count, int64_t) {
    const auto& pool = *static_cast<const convoy_executor*>(self);
    pool.parallel(pool.self, body, context, count, 1);
  }

  const Execution& e_;
  const convoy_pipeline& p_;
  convoy_executor cutting_;
  Buffer prepared_;
  bool flip_ = false;
};

} // namespace

std::string execute(const Execution& execution, const std::vector<Trial>& trials) {
  return Runner(execution).run(trials);
}

std::string describe(const Trial& trial) {
  std::string text = "batch " + std::to_string(trial.run.batch);
  for (const auto& [name, value] : trial.run.sizes) text += ", " + name + " " + std::to_string(value);
  for (const auto& [name, value] : trial.run.scalars) text += ", " + name + " " + number(value);
  switch (trial.fill) {
  case Fill::Integers: return text;
  case Fill::Reals: return text + ", real numbers";
  case Fill::Specials: return text + ", with NaN and infinities";
  }
  return text;
}

} // namespace convoy::sweep
