#include "runner.h"

#include "tensor_file.h"
#include "text.h"

#include <cinttypes>
#include <climits>
#include <unistd.h>

namespace convoy::command {
namespace {

// What is wrong with the sizes, and which ones there are.
Error sentence(const convoy_pipeline& pipeline, const convoy_failure& failure,
               const std::vector<Tensor>& inputs) {
  char text[1024];
  convoy_failure_text(&pipeline, &failure, text, sizeof text);
  std::string given;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!isScalar(pipeline.inputs[i]))
      given += (given.empty() ? "; given: " : ", ") + quoted(pipeline.inputs[i].name) + " " +
               extentsText(inputs[i].extents) + " for " + portType(pipeline.inputs[i], pipeline.size_names);
  return {text + given};
}

Outcome checkStatus(int32_t status) {
  if (status == CONVOY_OK) return std::nullopt;
  return Error{convoy_status_string(status)};
}

// The batch count that all inputs share.
Result<int64_t> commonBatch(const convoy_pipeline& pipeline, const std::vector<Tensor>& inputs) {
  std::optional<size_t> first; // scalars have no batch
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (isScalar(pipeline.inputs[i])) continue;
    if (!first) first = i;
    if (inputs[i].batch != inputs[*first].batch)
      return Error{format("input %s has %" PRId64 " items, but input %s has %" PRId64,
                          quoted(pipeline.inputs[i].name).c_str(), inputs[i].batch,
                          quoted(pipeline.inputs[*first].name).c_str(), inputs[*first].batch)};
  }
  return first ? inputs[*first].batch : int64_t{1};
}

// Where the weights are when nobody says: beside the program.
std::string besideProgram(const char* name) {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0 || length == sizeof path) return name;
  const std::string program(path, static_cast<size_t>(length));
  return program.substr(0, program.rfind('/') + 1) + name;
}

struct CloseWeights {
  void operator()(convoy_weights* weights) const { convoy_weights_close(weights); }
};
using Weights = std::unique_ptr<convoy_weights, CloseWeights>;

Result<Weights> openWeights(const convoy_pipeline& pipeline, const std::string& file) {
  const std::string path = file.empty() ? besideProgram(pipeline.weights_file) : file;
  convoy_weights* weights = nullptr;
  convoy_failure failure{};
  if (convoy_weights_open(&pipeline, path.c_str(), &weights, &failure) == CONVOY_OK) return Weights(weights);
  char text[256];
  convoy_failure_text(&pipeline, &failure, text, sizeof text);
  return Error{quoted(path) + ": " + text + (file.empty() ? "; --weights FILE names another place" : "")};
}

} // namespace

Outcome BoundRun::execute() { return checkStatus(pipeline->run(&call)); }

Result<Runner> Runner::create(const convoy_pipeline& pipeline, int32_t threads,
                              const std::string& weightsFile) {
  if (pipeline.abi_version != CONVOY_ABI_VERSION)
    return Error{format("the pipeline was compiled for version %u of the runtime, this is version %d",
                        pipeline.abi_version, CONVOY_ABI_VERSION)};
  if (convoy_check_processor(&pipeline) != CONVOY_OK) return Error{convoy_status_string(CONVOY_ERROR_CPU)};
  Runner runner;
  runner.pipeline = &pipeline;
  runner.pool.reset(convoy_pool_create(threads));
  if (!runner.pool) return Error{"not enough memory for the threads"};
  if (const int64_t bytes = pipeline.prepared_size()) {
    Result<Memory> prepared = allocateBytes(bytes);
    if (!prepared) return prepared.error();
    runner.prepared = std::move(*prepared);
    Weights file; // until they are packed
    const void* weights = pipeline.weights;
    if (!weights && pipeline.weights_file) {
      Result<Weights> opened = openWeights(pipeline, weightsFile);
      if (!opened) return opened.error();
      file = std::move(*opened);
      weights = convoy_weights_data(file.get());
    }
    if (Outcome error = checkStatus(pipeline.prepare(weights, runner.prepared.get()))) return *error;
  }
  return runner;
}

Result<BoundRun> Runner::bind(const std::vector<Tensor>& inputs, const std::vector<bool>& bytes) {
  Result<int64_t> batch = commonBatch(*pipeline, inputs);
  if (!batch) return batch.error();
  std::vector<const int64_t*> shapes;
  std::vector<int32_t> ranks;
  bool batched = false;
  BoundRun run;
  run.pipeline = pipeline;
  for (const Tensor& input : inputs) {
    shapes.push_back(input.extents.data());
    ranks.push_back(static_cast<int32_t>(input.extents.size()));
    run.inputPointers.push_back(input.memory());
    run.elements.push_back(input.isBytes ? CONVOY_UINT8 : CONVOY_FLOAT32);
    batched |= input.batched;
  }
  run.sizes.resize(static_cast<size_t>(pipeline->size_count));
  convoy_failure failure{};
  if (convoy_bind_sizes(pipeline, shapes.data(), ranks.data(), run.sizes.data(), &failure) != CONVOY_OK)
    return sentence(*pipeline, failure, inputs);
  if (Outcome error = allocateOutputs(run, inputs, *batch, batched, bytes)) return *error;

  const int64_t workspaceBytes =
      pipeline->workspace_size(run.sizes.data(), *batch, threads(), run.elements.data());
  if (workspaceBytes < 0) return Error{convoy_status_string(CONVOY_ERROR_OVERFLOW)};
  if (const int64_t limit = pipeline->memory_limit; limit > 0 && workspaceBytes > limit)
    return Error{"inputs of this size need " + std::to_string(workspaceBytes) +
                 " bytes of memory between the layers, and it was compiled with --memory-limit=" +
                 std::to_string(limit)};
  if (workspaceBytes > 0) {
    Result<Memory> workspace = allocateBytes(workspaceBytes);
    if (!workspace) return workspace.error();
    run.workspace = std::move(*workspace);
  }
  run.call = {run.sizes.data(),         *batch,
              run.inputPointers.data(), run.outputPointers.data(),
              prepared.get(),           run.workspace.get(),
              workspaceBytes,           convoy_pool_executor(pool.get()),
              run.elements.data()};
  return run;
}

Outcome Runner::allocateOutputs(BoundRun& run, const std::vector<Tensor>& inputs, int64_t batch, bool batched,
                                const std::vector<bool>& bytes) {
  size_t rankSum = 0;
  for (int32_t i = 0; i < pipeline->output_count; ++i)
    rankSum += static_cast<size_t>(pipeline->outputs[i].rank);
  std::vector<int64_t> extents(rankSum);
  const int32_t failed = pipeline->check(run.sizes.data(), extents.data());
  if (failed >= 0) return sentence(*pipeline, {CONVOY_ERROR_CHECK, -1, -1, failed, 0, 0}, inputs);
  const int64_t* next = extents.data();
  for (int32_t i = 0; i < pipeline->output_count; ++i) {
    const convoy_port& port = pipeline->outputs[i];
    Tensor tensor;
    tensor.extents.assign(next, next + port.rank);
    next += port.rank;
    tensor.batch = batch;
    tensor.batched = batched;
    const std::optional<int64_t> count = elementCount(tensor.extents, batch);
    if (!count)
      return Error{"output " + quoted(port.name) + " of shape " + extentsText(tensor.extents) +
                   " is too large"};
    tensor.isBytes = port.image_channels && !bytes.empty() && bytes[static_cast<size_t>(i)];
    if (tensor.isBytes) {
      Result<ByteBuffer> samples = ByteBuffer::allocate(*count);
      if (!samples) return samples.error();
      tensor.bytes = std::move(*samples);
      run.outputPointers.push_back(tensor.bytes.data());
    } else {
      Result<FloatBuffer> data = FloatBuffer::allocate(*count);
      if (!data) return data.error();
      tensor.data = std::move(*data);
      run.outputPointers.push_back(tensor.data.data());
    }
    run.elements.push_back(tensor.isBytes ? CONVOY_UINT8 : CONVOY_FLOAT32);
    run.outputs.push_back(std::move(tensor));
  }
  return std::nullopt;
}

} // namespace convoy::command
