// Builds loop IR at an insertion point. Index arithmetic folds constants, so that generators can be written
// without special cases.
#pragma once
#include "loop/ir.h"
#include <functional>

namespace convoy::loop {

// A sum of value * factor, plus a constant, in elements.
struct Index {
  std::vector<std::pair<Value*, int64_t>> terms;
  int64_t offset = 0;
  Index(int64_t constant = 0) : offset(constant) {}
  Index(int constant) : offset(constant) {}
  Index(Value* value, int64_t factor = 1);
  friend Index operator+(Index a, const Index& b);
  friend Index operator*(Index a, int64_t factor);
};

// The number of an index that is a constant.
std::optional<int64_t> constantOf(const Value* v);

class Builder {
public:
  explicit Builder(Function& function) : function_(function), block_(&function.body) {}
  Function& function() { return function_; }
  // Where the instructions that follow come from.
  void setLocation(Location location) { location_ = location; }
  Location location() const { return location_; }

  Value* parameter(Type type, const std::string& name);
  // Gives a value that an instruction made a name that says what it is. Constants keep theirs.
  Value* named(Value* v, const std::string& hint);
  Value* index(int64_t constant);
  Value* number(double constant, const Type& type); // splat when the type is a vector

  Value* unary(Op op, Value* a);
  Value* binary(Op op, Value* a, Value* b);
  Value* compare(Op op, Value* a, Value* b);
  Value* fma(Value* a, Value* b, Value* c);
  Value* dot(Value* sums, Value* a, Value* b);
  Value* select(Value* condition, Value* a, Value* b);
  // Index arithmetic, folded when constant.
  Value* add(Value* a, Value* b) { return binary(Op::Add, a, b); }
  Value* sub(Value* a, Value* b) { return binary(Op::Sub, a, b); }
  Value* mul(Value* a, Value* b) { return binary(Op::Mul, a, b); }
  Value* add(Value* a, int64_t b) { return add(a, index(b)); }
  Value* mul(Value* a, int64_t b) { return mul(a, index(b)); }
  Value* floorDiv(Value* a, int64_t b) { return binary(Op::Div, a, index(b)); }
  Value* ceilDiv(Value* a, int64_t b) { return floorDiv(add(a, b - 1), b); }
  Value* min(Value* a, Value* b) { return binary(Op::Min, a, b); }
  Value* max(Value* a, Value* b) { return binary(Op::Max, a, b); }
  Value* value(const Index& index); // the sum as one value

  Value* cast(const Type& type, Value* a);
  Value* bitcast(const Type& type, Value* a);
  Value* splat(const Type& type, Value* a);
  Value* iota(const Type& type);
  Value* mask(uint32_t lanes, Value* n);
  Value* shuffle(Value* a, Value* b, std::vector<int64_t> lanes, Value* moved = nullptr);
  Value* extract(Value* v, int64_t lane);
  Value* reduce(Op op, Value* v);
  Value* fill(Type array, Value* a);
  Value* get(Value* array, std::vector<Value*> at);
  Value* set(Value* array, std::vector<Value*> at, Value* a);

  Value* offset(Scalar element, Value* pointer, const Index& at);
  Value* addressNumber(Value* pointer);
  Value* load(const Type& type, Value* pointer, const Index& at);
  Value* load(const Type& type, Value* pointer, const Index& at, Value* mask, Value* otherwise);
  void store(Value* v, Value* pointer, const Index& at, Value* mask = nullptr);
  void stream(Value* v, Value* pointer, const Index& at);
  Value* gather(const Type& type, Value* pointer, Value* indices);
  void prefetch(Scalar element, Value* pointer, const Index& at);
  void prefetchFar(Scalar element, Value* pointer, const Index& at);
  Value* stack(int64_t bytes);
  // Rows are `stride` bytes apart.
  Value* tileZero(const Type& type);
  Value* tileLoad(const Type& type, Value* pointer, const Index& at, Value* stride);
  Value* tileMac(Value* sums, Value* a, Value* b);
  void tileStore(Value* tile, Value* pointer, const Index& at, Value* stride);

  using Values = std::vector<Value*>;
  // The body gets the counter and the carried values, and returns what to yield.
  using Body = std::function<Values(Value* counter, const Values& carried)>;
  Values loop(const std::string& name, Value* from, Value* to, int64_t step, const Values& init,
              const Body& body);
  // For 0 to count, with nothing carried.
  void each(const std::string& name, Value* count, const std::function<void(Value* counter)>& body);
  // A single round is not written as a loop.
  Values unroll(const std::string& name, int64_t from, int64_t to, const Values& init, const Body& body);
  Values branch(Value* condition, const std::function<Values()>& then,
                const std::function<Values()>& otherwise);
  void call(const std::string& callee, const Values& arguments);
  void parallel(Value* executor, Value* count, Value* grain, const std::string& callee,
                const Values& arguments, int64_t step);
  void ret(const Values& values = {});

private:
  Inst& emit(Op op, Values operands, const std::vector<Type>& results, const std::string& hint);
  Inst& emitAddressed(Op op, Values before, Value* pointer, const Index& at, const std::vector<Type>& results,
                      const std::string& hint);
  Values emitLoop(Op op, const std::string& name, Value* from, Value* to, int64_t step, const Values& init,
                  const Body& body);
  Function& function_;
  Block* block_;
  Location location_;
};

// What is built while it lives comes from another place.
class FromElsewhere {
public:
  FromElsewhere(Builder& builder, Location location) : builder_(builder), before_(builder.location()) {
    if (location.valid()) builder_.setLocation(location);
  }
  ~FromElsewhere() { builder_.setLocation(before_); }
  FromElsewhere(const FromElsewhere&) = delete;
  FromElsewhere& operator=(const FromElsewhere&) = delete;

private:
  Builder& builder_;
  Location before_;
};

} // namespace convoy::loop
