#include "convoy/pipeline.h"
#include "api/bound.h"
#include "api/run_executor.h"
#include <algorithm>
#include <new>

namespace convoy {

namespace api {
namespace {

// Nothing leaves the library but a status.
template <typename Work> Status guarded(Work work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return {StatusCode::Memory, "not enough memory"};
  } catch (const std::exception& error) {
    return {StatusCode::Internal, error.what()};
  } catch (...) {
    return {StatusCode::Internal, "an exception without a message"};
  }
}

// "the inputs are 'a', 'b'"
std::string namesOf(const std::vector<Port>& ports, const char* kind) {
  std::string names = std::string("the ") + kind + (ports.size() == 1 ? " is " : "s are ");
  for (size_t i = 0; i < ports.size(); ++i) names += (i ? ", '" : "'") + ports[i].name + "'";
  return names;
}

AnyView viewOf(const Input& input) { return input.view ? *input.view : AnyView(input.number); }
AnyView viewOf(const Output& output) { return output.view; }

// Puts named views in the order of the ports. The numbers in them stay where they are.
template <typename Named>
Status arrange(const Named* given, size_t count, const std::vector<Port>& ports, const char* kind,
               AnyView* views) {
  std::vector<bool> found(ports.size());
  for (const Named* each = given; each != given + count; ++each) {
    const auto port =
        std::find_if(ports.begin(), ports.end(), [&](const Port& p) { return p.name == each->name; });
    const std::string called = std::string(kind) + " '" + std::string(each->name) + "'";
    if (port == ports.end())
      return {StatusCode::Argument, "there is no " + called + "; " + namesOf(ports, kind)};
    const auto index = static_cast<size_t>(port - ports.begin());
    if (found[index]) return {StatusCode::Argument, called + " is given twice"};
    found[index] = true;
    views[index] = viewOf(*each);
  }
  for (size_t i = 0; i < ports.size(); ++i) {
    if (found[i]) continue;
    if (!ports[i].defaultValue)
      return {StatusCode::Argument, std::string(kind) + " '" + ports[i].name + "' is missing"};
    views[i] = AnyView(*ports[i].defaultValue);
  }
  return {};
}

Status runNamed(const Program& program, const Input* inputs, size_t inputCount, const Output* outputs,
                size_t outputCount, const RunControl* control) {
  std::vector<AnyView> views(program.portCount());
  if (Status status = arrange(inputs, inputCount, program.inputs(), "input", views.data()); !status)
    return status;
  AnyView* results = views.data() + program.inputs().size();
  if (Status status = arrange(outputs, outputCount, program.outputs(), "output", results); !status)
    return status;
  for (size_t i = 0; i < views.size(); ++i)
    if (Status status = checkType(program, i, views[i]); !status) return status;
  Call call(program);
  if (Status status = call.fit(views.data()); !status) return status;
  if (Status status = call.checkMemory(views.data(), Call::Overlap::Isolate); !status) return status;
  if (Status status = call.allocate(); !status) return status;
  RunExecutor executor(program, control);
  if (Status status = statusOf(call.execute(views.data(), executor.get())); !status) return status;
  executor.finish();
  return executor.status();
}

// The extents of every input, from values for all named sizes.
Status extentsFrom(const Program& program, const Sizes& sizes, std::vector<std::vector<int64_t>>& extents) {
  const std::vector<std::string>& names = program.session().facts().sizes;
  for (const auto& [name, value] : sizes)
    if (std::find(names.begin(), names.end(), name) == names.end())
      return {StatusCode::Argument, "the pipeline has no size '" + name + "'"};
  for (const std::string& name : names)
    if (sizes.count(name) == 0) return {StatusCode::Argument, "the size '" + name + "' is missing"};
  for (const Port& port : program.inputs()) {
    extents.emplace_back();
    for (const Dimension& dimension : port.dimensions)
      extents.back().push_back(dimension.constant ? *dimension.constant : sizes.at(dimension.text));
  }
  return {};
}

Status bindNamed(const Program& program, const Sizes& sizes, BoundSizes& bound) {
  std::vector<std::vector<int64_t>> extents;
  if (Status status = extentsFrom(program, sizes, extents); !status) return status;
  std::vector<const int64_t*> pointers;
  for (const auto& each : extents) pointers.push_back(each.data());
  return bindSizes(program, pointers, bound);
}

std::vector<Shape> shapesOf(const Program& program, const BoundSizes& bound) {
  std::vector<Shape> shapes;
  const int64_t* next = bound.outputExtents.data();
  for (const Port& port : program.outputs()) {
    shapes.emplace_back(next, next + port.rank());
    next += port.rank();
  }
  return shapes;
}

template <typename T, typename Work> Result<T> resultOf(Work work) {
  T value{};
  if (Status status = guarded([&] { return work(value); }); !status) return status;
  return value;
}

} // namespace
} // namespace api

inline namespace v1 {

using namespace api;

Pipeline::Pipeline(std::shared_ptr<Program> program) : program_(std::move(program)) {}
Pipeline::Pipeline(const Pipeline&) = default;
Pipeline& Pipeline::operator=(const Pipeline&) = default;
Pipeline::~Pipeline() = default;

const std::string& Pipeline::name() const { return program_->session().facts().name; }
const std::vector<Port>& Pipeline::inputs() const { return program_->inputs(); }
const std::vector<Port>& Pipeline::outputs() const { return program_->outputs(); }
const std::vector<std::string>& Pipeline::sizes() const { return program_->session().facts().sizes; }
const std::vector<Layer>& Pipeline::layers() const { return program_->layers(); }
std::int64_t Pipeline::parameterCount() const { return program_->session().facts().parameters; }
std::int64_t Pipeline::parameterBytes() const {
  return parameterCount() * static_cast<int64_t>(sizeof(float));
}
std::int64_t Pipeline::preparedBytes() const { return program_->code().prepared_size(); }
int Pipeline::threads() const { return program_->threads(); }

Result<std::vector<Shape>> Pipeline::outputShapes(const Sizes& sizes) const {
  return resultOf<std::vector<Shape>>([&](std::vector<Shape>& shapes) {
    BoundSizes bound;
    Status status = bindNamed(*program_, sizes, bound);
    if (status) shapes = shapesOf(*program_, bound);
    return status;
  });
}

Result<std::vector<Shape>> Pipeline::outputShapes(std::initializer_list<Input> inputs) const {
  return resultOf<std::vector<Shape>>([&](std::vector<Shape>& shapes) {
    std::vector<AnyView> views(program_->inputs().size());
    Status status = arrange(inputs.begin(), inputs.size(), program_->inputs(), "input", views.data());
    std::vector<const int64_t*> extents;
    for (size_t i = 0; i < views.size() && status; ++i) {
      status = checkType(*program_, i, views[i]);
      extents.push_back(views[i].extents + (views[i].rank - program_->port(i).rank));
    }
    BoundSizes bound;
    if (status) status = bindSizes(*program_, extents, bound);
    if (status) shapes = shapesOf(*program_, bound);
    return status;
  });
}

Result<std::int64_t> Pipeline::workspaceBytes(const Sizes& sizes, std::int64_t batch) const {
  return resultOf<int64_t>([&](int64_t& bytes) -> Status {
    BoundSizes bound;
    if (Status status = bindNamed(*program_, sizes, bound); !status) return status;
    if (batch < 0) return {StatusCode::Argument, "the batch is " + std::to_string(batch)};
    bytes = program_->code().workspace_size(bound.sizes.data(), batch, program_->threads(), nullptr);
    return bytes < 0 ? statusOf(CONVOY_ERROR_OVERFLOW) : Status();
  });
}

Status Pipeline::run(std::initializer_list<Input> inputs,
                     std::initializer_list<Output> outputs) const noexcept {
  return guarded([&] {
    return runNamed(*program_, inputs.begin(), inputs.size(), outputs.begin(), outputs.size(), nullptr);
  });
}

Status Pipeline::run(std::initializer_list<Input> inputs, std::initializer_list<Output> outputs,
                     const RunControl& control) const noexcept {
  return guarded([&] {
    return runNamed(*program_, inputs.begin(), inputs.size(), outputs.begin(), outputs.size(), &control);
  });
}

Status Pipeline::run(const std::vector<Input>& inputs, const std::vector<Output>& outputs,
                     const RunControl& control) const noexcept {
  return guarded([&] {
    return runNamed(*program_, inputs.data(), inputs.size(), outputs.data(), outputs.size(), &control);
  });
}

std::shared_ptr<BoundState> Pipeline::bindViews(const AnyView* views, std::size_t count) const {
  auto state = std::make_shared<BoundState>(program_);
  state->checkSignature(views, count);
  return state;
}

std::string Pipeline::emit(Stage stage) const {
  std::string text;
  return emit(stage, text) ? text : std::string();
}

Status Pipeline::emit(Stage stage, std::string& text) const noexcept {
  return guarded([&]() -> Status {
    if (program_->session().emit(static_cast<int>(stage), text)) return {};
    return {StatusCode::Argument, text};
  });
}

namespace detail {

BoundCall::BoundCall(std::shared_ptr<BoundState> state) : state_(std::move(state)) {}
BoundCall::BoundCall(const BoundCall&) = default;
BoundCall& BoundCall::operator=(const BoundCall&) = default;
BoundCall::~BoundCall() = default;
const Status& BoundCall::error() const noexcept { return state_->error; }
Status BoundCall::call(const AnyView* views) const noexcept {
  return guarded([&] { return state_->call(views); });
}

} // namespace detail
} // namespace v1
} // namespace convoy
