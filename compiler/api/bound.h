// What a bound function keeps between calls.
#pragma once
#include "api/call.h"

namespace convoy::api {

struct BoundState {
  explicit BoundState(std::shared_ptr<const Program> program) : program(std::move(program)) {}
  ~BoundState();
  BoundState(const BoundState&) = delete;
  BoundState& operator=(const BoundState&) = delete;

  // Views of nothing, for their types.
  void checkSignature(const AnyView* views, size_t count);
  Status call(const AnyView* views);

  std::shared_ptr<const Program> program;
  Status error; // of the signature

private:
  // Takes a prepared call that no other thread uses, or makes one.
  std::unique_ptr<Call> take();
  void giveBack(std::unique_ptr<Call> call);

  // One for each call that is going on: as many as ever ran at once, and at most these.
  static constexpr size_t slotCount = 16;
  std::atomic<Call*> slots_[slotCount] = {};
};

} // namespace convoy::api
