// The executor of one run: the program's pool as it is, or wrapped when the caller's executor, a cancellation
// or a progress function is in play. Compiled code knows no exceptions, so that what the caller's functions
// throw is caught here, and the rest of the run is skipped.
#pragma once
#include "api/program.h"

namespace convoy::api {

class RunExecutor {
public:
  // `control` may be null; it must outlive this.
  RunExecutor(const Program& program, const RunControl* control);
  RunExecutor(const RunExecutor&) = delete;
  RunExecutor& operator=(const RunExecutor&) = delete;

  // Null: everything on the calling thread.
  const convoy_executor* get() const { return used_; }
  // After the run: whether all of it was done.
  Status status() const;
  // Tells the progress function that everything is done.
  void finish();

private:
  struct Task;
  enum class Failure { None, Threw, WrongRanges };

  static void parallel(void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count,
                       int64_t grain);
  void runOnCallers(const Task& task);
  void runOnPool(const Task& task);
  void report(double done);
  bool isCancelled() const { return cancellation_ && cancellation_->isCancelled(); }
  bool isStopped() const {
    return failure_.load(std::memory_order_relaxed) != Failure::None || isCancelled();
  }

  const Program& program_;
  const Cancellation* cancellation_ = nullptr;
  const std::function<void(double)>* progress_ = nullptr;
  const convoy_executor* pool_ = nullptr; // null with the caller's executor
  convoy_executor own_;
  const convoy_executor* used_;
  int64_t steps_ = 0;
  std::atomic<Failure> failure_{Failure::None};
  std::atomic<bool> skipped_{false}; // some work was left out
};

} // namespace convoy::api
