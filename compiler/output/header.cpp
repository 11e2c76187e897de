#include "output/header.h"
#include "output/header_names.h"
#include "support/internal_error.h"
#include "support/text.h"
#include <algorithm>
#include <iterator>

namespace convoy {

namespace {

// Text that cannot end a comment.
std::string commentText(const std::string& text) {
  std::string safe = escapeForTerminal(text);
  for (size_t i = 0; i + 1 < safe.size(); ++i)
    if ((safe[i] == '*' && safe[i + 1] == '/') || (safe[i] == '/' && safe[i + 1] == '*'))
      safe.insert(++i, " ");
  return safe;
}

std::string replaceAll(std::string text, const std::string& what, const std::string& with) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

const char* layoutOf(size_t rank) {
  static constexpr const char* layouts[] = {"one number", "[batch][C]", "[batch][C][W]", "[batch][C][H][W]",
                                            "[batch][C][D][H][W]"};
  return rank < std::size(layouts) ? layouts[rank] : "[batch][C]...";
}

bool isScalar(const PortDescription& port) { return port.constants.empty(); }

std::string scalarText(const PortDescription& input) {
  return (input.defaultValue ? " = " + numberText(*input.defaultValue) : "") + ", one for all items";
}

std::string portLines(const char* array, const std::vector<PortDescription>& ports,
                      const std::vector<std::string>& types) {
  std::string text;
  for (size_t i = 0; i < ports.size(); ++i)
    text += std::string(" *   ") + array + "[" + std::to_string(i) + "]  " + commentText(ports[i].name) +
            ": " + commentText(types[i]) +
            (isScalar(ports[i]) ? scalarText(ports[i])
                                : std::string(" as ") + layoutOf(ports[i].constants.size())) +
            "\n";
  return text;
}

std::string sizeLines(const PipelineDescription& p) {
  std::string text;
  for (size_t i = 0; i < p.sizes.size(); ++i)
    text += " *   sizes[" + std::to_string(i) + "]  " + commentText(p.sizes[i]) + ", at least 1\n";
  return text;
}

std::string checkLines(const PipelineDescription& p) {
  std::string text;
  for (size_t i = 0; i < p.checks.size(); ++i)
    text += " *   " + std::to_string(i) + "  " + commentText(p.checks[i].message) + "\n";
  return text;
}

// Elements of an item, as an expression of `sizes`: "3 * sizes[0] * sizes[1]".
std::string elementsOf(const PortDescription& input) {
  std::string text;
  for (size_t axis = 0; axis < input.constants.size(); ++axis)
    text += (axis ? " * " : "") + (input.symbols[axis] < 0
                                       ? std::to_string(input.constants[axis])
                                       : "sizes[" + std::to_string(input.symbols[axis]) + "]");
  return text.empty() ? "1" : text;
}

// The same of an output, from what P_check wrote: its extents are extents[first] and those behind it.
std::string elementsOf(const PortDescription& output, size_t first) {
  std::string text;
  for (size_t axis = 0; axis < output.constants.size(); ++axis)
    text += (axis ? " * " : "") + ("extents[" + std::to_string(first + axis) + "]");
  return text.empty() ? "1" : text;
}

// C99 (C11 without the runtime library) and C++.
std::string example(const HeaderRequest& request) {
  const PipelineDescription& p = request.pipeline;
  const std::vector<std::string> ports = portParameters(p);
  const bool fromFile = !p.weightsFile.empty() && request.runtime;
  std::string text, arguments, sizes;
  const auto line = [&](const std::string& words) {
    text += (words.empty() ? " *" : " *   " + words) + "\n";
  };
  const auto memory = [&](const std::string& name, const std::string& elements) {
    line("  float* " + name + " = (float*)calloc((size_t)(" + elements + "), sizeof(float));");
    arguments += ", " + name;
  };
  const std::string allocate =
                        request.runtime ? "convoy_allocate(" : "aligned_alloc(CONVOY_ALIGNMENT, (size_t)",
                    release = request.runtime ? "convoy_release(" : "free(";
  for (size_t i = 0; i < p.sizes.size(); ++i) sizes += i ? ", 64" : "64";

  line("#include \"" + p.prefix + ".h\"");
  line("#include <stdio.h>");
  line("#include <stdlib.h>");
  line("");
  line("int main(void) {");
  line(p.sizes.empty() ? "  const int64_t* sizes = NULL;"
                       : "  const int64_t sizes[P_size_count] = {" + sizes + "};");
  line("  int64_t extents[P_extent_count];");
  line("  if (P_check(sizes, extents) != -1) return 1;");
  for (size_t i = 0; i < p.inputs.size(); ++i) {
    if (!isScalar(p.inputs[i])) {
      memory(ports[i], elementsOf(p.inputs[i]));
      continue;
    }
    line("  const float " + ports[i] + "[1] = {" + numberText(p.inputs[i].defaultValue.value_or(0.5f)) +
         "};");
    arguments += ", " + ports[i];
  }
  size_t first = 0;
  for (size_t i = 0; i < p.outputs.size(); ++i) {
    memory(ports[p.inputs.size() + i], elementsOf(p.outputs[i], first));
    first += p.outputs[i].constants.size();
  }
  if (!p.weightsFile.empty()) {
    line(fromFile ? "  convoy_weights* weights;"
                  : "  const void* weights = NULL; /* the numbers of the weights file */");
    if (fromFile)
      line("  if (convoy_weights_open(&P_pipeline, P_pipeline.weights_file, &weights, NULL) != CONVOY_OK) "
           "return 2;");
  }
  line("  int64_t bytes = P_workspace_size(sizes, 1, 1, NULL);");
  line("  void* workspace = " + allocate + "bytes);");
  line("  void* prepared = " + allocate + "P_prepared_size());");
  const std::string weights = p.weightsFile.empty() ? "P_pipeline.weights"
                              : fromFile            ? "convoy_weights_data(weights)"
                                                    : "weights";
  line("  int32_t status = P_prepare(" + weights + ", prepared);");
  if (fromFile) line("  convoy_weights_close(weights);");
  line("  if (status == CONVOY_OK)");
  line("    status = P_compute(sizes, 1" + arguments + ", prepared, workspace, bytes, NULL);");
  line("  printf(\"%s\\n\", P_error_string(status));");
  line("  " + release + "prepared);");
  line("  " + release + "workspace);");
  for (size_t i = ports.size(); i-- > 0;)
    if (i >= p.inputs.size() || !isScalar(p.inputs[i])) line("  free(" + ports[i] + ");");
  line("  return status;");
  line("}");
  return replaceAll(text, "P_", p.prefix + "_");
}

// "x86-64-v4 or x86-64-v3"
std::string processorsOf(const PipelineDescription& p) {
  std::vector<std::string> names;
  for (const auto& version : p.versions)
    if (std::find(names.begin(), names.end(), version.processor) == names.end())
      names.push_back(version.processor);
  return listed(names, "or");
}

std::string overview(const HeaderRequest& request) {
  const PipelineDescription& p = request.pipeline;
  std::string text = "/* The pipeline '" + commentText(p.name) +
                     "', compiled by Convoy " CONVOY_VERSION " for " + commentText(request.triple) +
                     ", processor " + commentText(processorsOf(p)) +
                     ".\n *\n * Inputs and outputs are float32, dense, with any 4-byte alignment; pictures "
                     "are 0 to 1, or 8 bits as\n * [batch][H][W][C] where the call says so.\n" +
                     portLines("inputs", p.inputs, request.inputTypes) +
                     portLines("outputs", p.outputs, request.outputTypes);
  if (!p.sizes.empty()) text += " *\n * Sizes that are known when it runs:\n" + sizeLines(p);
  if (!p.checks.empty()) text += " *\n * What " + p.prefix + "_check tests, by number:\n" + checkLines(p);
  return text + " *\n * A whole program, which runs it once on this thread:\n *\n" + example(request) +
         " */\n";
}

// The functions; P stands for the prefix.
constexpr const char* declarations = R"(
#if CONVOY_ABI_VERSION != @version
#error "this header and another one in this program were made by different versions of Convoy"
#endif

/* How many there are of each (P_extent_count is what P_check writes); their numbers by name; extents that are fixed, and
 * the elements of an item (P_..._elements). */
enum {
  P_input_count = @inputs,
  P_output_count = @outputs,
  P_size_count = @sizes,
  P_extent_count = @extents@constants
};

#ifdef __cplusplus
extern "C" {
#endif

/* Everything below and the weights in one table, for the helpers of the runtime library. */
extern const convoy_pipeline P_pipeline;

/* Tests the sizes and writes the extents of all outputs, one output after another, channels first. Returns -1 when
 * the sizes will do, else the number of the first test that fails. */
int32_t P_check(const int64_t* sizes, int64_t* output_extents);

/* Bytes of the packed weights; 0: none, and P_prepare need not be called. */
int64_t P_prepared_size(void);

/* Packs `weights` (@weights) into `prepared`, CONVOY_ALIGNMENT aligned.
 * Returns a convoy_status. Once is enough for any number of runs. */
int32_t P_prepare(const void* weights, void* prepared);

/* Bytes of workspace that a run needs; -1 when the tensors would be too large to address. `elements`: as in
 * convoy_call; null when all tensors are float32. */
int64_t P_workspace_size(const int64_t* sizes, int64_t batch, int32_t threads, const int32_t* elements);

/* Runs it. Allocates nothing, keeps no state, and may be called from any number of threads, each with a workspace of
 * its own. The sizes must have passed P_check. No output may overlap another one or an input. Returns a convoy_status. */
int32_t P_run(const convoy_call* call);

/* P_run with an argument for each tensor, and a pointer to the number of each scalar. `sizes`: P_size_count of them,
 * null when there are none. `prepared` and `workspace`: CONVOY_ALIGNMENT aligned, null when no bytes are needed.
 * `executor`: null for this thread alone. */
static inline int32_t P_compute(const int64_t* sizes, int64_t batch, @parameters, const void* prepared,
                                void* workspace, int64_t workspace_bytes, const convoy_executor* executor) {
@call(NULL)
}
@bytes
/* What a convoy_status means. */
static inline const char* P_error_string(int32_t status) {
  switch (status) {
  case CONVOY_OK: return "success";
  case CONVOY_ERROR_SHAPE: return "the shape of an input does not fit the pipeline";
  case CONVOY_ERROR_CHECK: return "an entry check of the pipeline failed";
  case CONVOY_ERROR_MEMORY: return "not enough memory, or the workspace is too small";
  case CONVOY_ERROR_ARGUMENT: return "a null or misaligned pointer, or a negative count";
  case CONVOY_ERROR_OVERFLOW: return "the sizes are too large";
  case CONVOY_ERROR_CPU: return "the processor lacks an instruction set that the code needs";
  case CONVOY_ERROR_WEIGHTS: return "the weights file is missing, damaged or of another pipeline";
  case CONVOY_ERROR_LIMIT: return "more memory is needed than the limit it was compiled with";
  case CONVOY_ERROR_ALIAS: return "an output overlaps an input or another output";
  default: return "unknown error";
  }
}

#ifdef __cplusplus
}
#endif
)";

// The body of P_compute and P_compute_bytes; @which: the elements.
constexpr const char* callBody = R"(@tables  convoy_call call;
  call.sizes = sizes;
  call.batch = batch;
  call.inputs = inputs;
  call.outputs = outputs;
  call.prepared = prepared;
  call.workspace = workspace;
  call.workspace_bytes = workspace_bytes;
  call.executor = executor;
  call.elements = @which;
  return P_run(&call);)";

// What a pipeline with images has besides: P_compute on bytes.
constexpr const char* bytesDeclarations = R"(
/* The `elements` of a call whose images are all 8 bits. */
static const int32_t P_bytes[] = {@elements};

/* P_compute on 8-bit images: [batch][H][W][C], 0..255 for 0..1; results are clamped and rounded. The workspace has
 * P_workspace_size(sizes, batch, threads, P_bytes) bytes. */
static inline int32_t P_compute_bytes(const int64_t* sizes, int64_t batch, @parameters, const void* prepared,
                                      void* workspace, int64_t workspace_bytes, const convoy_executor* executor) {
@call(P_bytes)
}
)";

bool hasImages(const PipelineDescription& p) {
  auto isImage = [](const PortDescription& port) { return port.imageChannels > 0; };
  return std::any_of(p.inputs.begin(), p.inputs.end(), isImage) ||
         std::any_of(p.outputs.begin(), p.outputs.end(), isImage);
}

const PortDescription& portOf(const PipelineDescription& p, size_t i) {
  return i < p.inputs.size() ? p.inputs[i] : p.outputs[i - p.inputs.size()];
}

std::string elementList(const PipelineDescription& p) {
  std::string text;
  for (size_t i = 0; i < p.inputs.size() + p.outputs.size(); ++i)
    text += std::string(i ? ", " : "") + (portOf(p, i).imageChannels ? "CONVOY_UINT8" : "CONVOY_FLOAT32");
  return text;
}

std::string constantLines(const PipelineDescription& p) {
  const std::string start = p.prefix + "_";
  std::string text;
  for (const HeaderConstant& constant :
       headerConstants(p, {start + "input_count", start + "output_count", start + "size_count"}))
    text += ",\n  " + constant.name + " = " + std::to_string(constant.value);
  return text;
}

// `bytes`: images are bytes.
std::string parameterList(const PipelineDescription& p, bool bytes) {
  const std::vector<std::string> names = portParameters(p);
  std::string text;
  for (size_t i = 0; i < names.size(); ++i)
    text += std::string(i ? ", " : "") + (i < p.inputs.size() ? "const " : "") +
            (bytes && portOf(p, i).imageChannels ? "uint8_t* " : "float* ") + names[i];
  return text;
}

// The tables of pointers that a call takes.
std::string callTables(const PipelineDescription& p) {
  const std::vector<std::string> names = portParameters(p);
  std::string inputs, outputs;
  for (size_t i = 0; i < names.size(); ++i) {
    std::string& list = i < p.inputs.size() ? inputs : outputs;
    list += (list.empty() ? "" : ", ") + names[i];
  }
  const std::string first =
      inputs.empty() ? "const void* const* inputs = NULL;" : "const void* inputs[] = {" + inputs + "};";
  return "  " + first + "\n  void* outputs[] = {" + outputs + "};\n";
}

} // namespace

std::string abiHeader() {
  const std::string all = runtimeHeader();
  const size_t end = all.find("/* ---- helpers in the runtime library ---- */");
  require(end != std::string::npos, "runtime.h has lost the line that ends its first part");
  return all.substr(0, end);
}

std::string makeHeader(const HeaderRequest& request) {
  const PipelineDescription& p = request.pipeline;
  // In the prefix's own case: pipelines may differ in case alone.
  const std::string guard = "CONVOY_PIPELINE_" + p.prefix + "_H";
  size_t extents = 0;
  for (const PortDescription& output : p.outputs) extents += output.constants.size();

  std::string body = replaceAll(declarations, "@bytes", hasImages(p) ? bytesDeclarations : "");
  for (const std::string which : {"NULL", "P_bytes"})
    body = replaceAll(body, "@call(" + which + ")", replaceAll(callBody, "@which", which));
  body = replaceAll(body, "@version", std::to_string(abiVersion));
  body = replaceAll(body, "@inputs", std::to_string(p.inputs.size()));
  body = replaceAll(body, "@outputs", std::to_string(p.outputs.size()));
  body = replaceAll(body, "@sizes", std::to_string(p.sizes.size()));
  body = replaceAll(body, "@extents", std::to_string(extents));
  body = replaceAll(body, "@weights",
                    p.weightsFile.empty() ? "P_pipeline.weights, or others in the same order"
                                          : "the numbers of the weights file, P_pipeline.weights_file");
  body = replaceAll(body, "@elements", elementList(p));
  body = replaceAll(body, "P_", p.prefix + "_");
  // The user's names last: nothing is replaced in them.
  body = replaceAll(body, "@constants", constantLines(p));
  for (bool bytes : {false, true})
    if (const size_t at = body.find("@parameters"); at != std::string::npos)
      body.replace(at, std::string("@parameters").size(), parameterList(p, bytes));
  body = replaceAll(body, "@tables", callTables(p));
  return overview(request) + "#ifndef " + guard + "\n#define " + guard + "\n\n" +
         (request.runtime ? runtimeHeader() : abiHeader()) + body + "\n#endif\n";
}

} // namespace convoy
