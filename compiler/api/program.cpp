#include "api/program.h"
#include <algorithm>

namespace convoy::api {

namespace {

// "C, H, W"
std::string layoutOf(size_t rank) {
  if (rank == 0) return "";
  static const char* const spatial[] = {"D", "H", "W"};
  std::string layout = "C";
  for (size_t i = 4 - rank; i < 3; ++i) layout += std::string(", ") + spatial[i];
  return layout;
}

std::vector<Port> portsOf(const std::vector<PortFacts>& facts) {
  std::vector<Port> ports;
  for (const PortFacts& each : facts) {
    Port port;
    port.name = each.name;
    port.kind = each.scalar ? Port::Kind::Scalar : each.image ? Port::Kind::Image : Port::Kind::Tensor;
    port.channels = each.channels;
    port.type = each.type;
    port.layout = layoutOf(each.dimensions.size());
    port.defaultValue = each.defaultValue;
    for (const DimensionFacts& dimension : each.dimensions)
      port.dimensions.push_back({dimension.constant, dimension.text});
    ports.push_back(std::move(port));
  }
  return ports;
}

std::vector<Layer> layersOf(const std::vector<LayerFacts>& facts) {
  std::vector<Layer> layers;
  for (const LayerFacts& each : facts)
    layers.push_back({each.name, each.op, each.output, each.parameters, each.line});
  return layers;
}

int threadsFor(const Hooks& hooks) {
  if (hooks.executor) return std::max(1, hooks.executor->threads());
  return hooks.threads > 0 ? hooks.threads : convoy_available_threads();
}

} // namespace

Program::Program(std::unique_ptr<Session> session, Hooks hooks)
    : session_(std::move(session)), code_(session_->pipeline()), hooks_(std::move(hooks)),
      threads_(threadsFor(hooks_)), inputs_(portsOf(session_->facts().inputs)),
      outputs_(portsOf(session_->facts().outputs)), layers_(layersOf(session_->facts().layers)) {}

Program::~Program() { convoy_pool_destroy(pool_.load()); }

Status Program::prepare() {
  if (const int64_t bytes = code_.prepared_size()) {
    prepared_ = Memory(allocator(), bytes);
    if (!prepared_.data()) return statusOf(CONVOY_ERROR_MEMORY);
    if (!prepared_.isAligned()) return Status(StatusCode::Argument, "the allocator's memory is misaligned");
    if (const int32_t status = code_.prepare(code_.weights, prepared_.data())) return statusOf(status);
  }
  session_->forgetParameters();
  return {};
}

const convoy_executor* Program::pool() const {
  convoy_pool* pool = pool_.load(std::memory_order_acquire);
  if (!pool) {
    std::lock_guard<std::mutex> guard(poolLock_);
    pool = pool_.load(std::memory_order_relaxed);
    if (!pool) pool_.store(pool = convoy_pool_create(threads_), std::memory_order_release);
  }
  return convoy_pool_executor(pool);
}

std::string Program::called(size_t number) const {
  return std::string(isInput(number) ? "input '" : "output '") + port(number).name + "'";
}

Status statusOf(int32_t status) {
  switch (status) {
  case CONVOY_OK: return {};
  case CONVOY_ERROR_SHAPE:
  case CONVOY_ERROR_CHECK: return {StatusCode::Shape, convoy_status_string(status)};
  case CONVOY_ERROR_MEMORY: return {StatusCode::Memory, convoy_status_string(status)};
  case CONVOY_ERROR_ARGUMENT: return {StatusCode::Argument, convoy_status_string(status)};
  case CONVOY_ERROR_OVERFLOW: return {StatusCode::TooLarge, convoy_status_string(status)};
  }
  // What else there is was looked at before.
  return {StatusCode::Internal, convoy_status_string(status)};
}

Status statusOf(const convoy_pipeline& code, const convoy_failure& failure) {
  char text[1024];
  convoy_failure_text(&code, &failure, text, sizeof text);
  return {statusOf(failure.status).code(), text};
}

} // namespace convoy::api
