#include "api/bound.h"
#include "api/run_executor.h"
#include "support/text.h"

namespace convoy::api {

BoundState::~BoundState() {
  for (std::atomic<Call*>& slot : slots_) delete slot.load();
}

void BoundState::checkSignature(const AnyView* views, size_t count) {
  if (count != program->portCount()) {
    error = {StatusCode::Argument, "the signature has " + counted(static_cast<int64_t>(count), "view") +
                                       ", but the pipeline has " +
                                       counted(program->code().input_count, "input") + " and " +
                                       counted(program->code().output_count, "output")};
    return;
  }
  for (size_t i = 0; i < count && error; ++i) error = checkType(*program, i, views[i]);
}

std::unique_ptr<Call> BoundState::take() {
  for (std::atomic<Call*>& slot : slots_)
    if (slot.load(std::memory_order_relaxed))
      if (Call* call = slot.exchange(nullptr, std::memory_order_acquire)) return std::unique_ptr<Call>(call);
  return nullptr;
}

void BoundState::giveBack(std::unique_ptr<Call> call) {
  for (std::atomic<Call*>& slot : slots_) {
    Call* empty = nullptr;
    if (slot.compare_exchange_strong(empty, call.get(), std::memory_order_release,
                                     std::memory_order_relaxed)) {
      call.release();
      return;
    }
  }
}

Status BoundState::call(const AnyView* views) {
  if (!error) return error;
  std::unique_ptr<Call> call = take();
  if (!call || !call->fits(views)) {
    call = std::make_unique<Call>(*program);
    if (Status status = call->fit(views); !status) return status;
    if (Status status = call->allocate(); !status) return status;
  }
  Status status = call->checkMemory(views, Call::Overlap::Refuse);
  if (status) {
    if (program->executor()) {
      RunExecutor executor(*program, nullptr);
      status = statusOf(call->execute(views, executor.get()));
      if (status) status = executor.status();
    } else {
      status = statusOf(call->execute(views, program->pool()));
    }
  }
  giveBack(std::move(call));
  return status;
}

} // namespace convoy::api
