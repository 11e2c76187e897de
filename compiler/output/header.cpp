#include "output/header.h"
#include "support/text.h"
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

const char* layoutOf(size_t rank) {
  static constexpr const char* layouts[] = {"[batch]", "[batch][C]", "[batch][C][W]", "[batch][C][H][W]",
                                            "[batch][C][D][H][W]"};
  return rank < std::size(layouts) ? layouts[rank] : "[batch][C]...";
}

std::string portLines(const char* array, const std::vector<PortDescription>& ports,
                      const std::vector<std::string>& types) {
  std::string text;
  for (size_t i = 0; i < ports.size(); ++i)
    text += std::string(" *   ") + array + "[" + std::to_string(i) + "]  " + commentText(ports[i].name) +
            ": " + commentText(types[i]) + " as " + layoutOf(ports[i].constants.size()) + "\n";
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

std::string overview(const HeaderRequest& request) {
  const PipelineDescription& p = request.pipeline;
  std::string text =
      "/* The pipeline '" + commentText(p.name) + "', compiled by Convoy " CONVOY_VERSION " for " +
      commentText(request.triple) + ", processor " + commentText(request.cpu) +
      ".\n *\n * Inputs and outputs are float32, dense, with any 4-byte alignment; pictures are 0 to 1.\n" +
      portLines("inputs", p.inputs, request.inputTypes) +
      portLines("outputs", p.outputs, request.outputTypes);
  if (!p.sizes.empty()) text += " *\n * Sizes that are known when it runs:\n" + sizeLines(p);
  if (!p.checks.empty()) text += " *\n * What " + p.prefix + "_check tests, by number:\n" + checkLines(p);
  return text + " */\n";
}

// The functions; P stands for the prefix.
constexpr const char* declarations = R"(
/* How many there are of each. P_extent_count is what P_check writes. */
enum {
  P_input_count = @inputs,
  P_output_count = @outputs,
  P_size_count = @sizes,
  P_extent_count = @extents
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

/* Packs `weights` (P_pipeline.weights, or others in the same order) into `prepared`, CONVOY_ALIGNMENT aligned.
 * Returns a convoy_status. Once is enough for any number of runs. */
int32_t P_prepare(const void* weights, void* prepared);

/* Bytes of workspace that a run needs. */
int64_t P_workspace_size(const int64_t* sizes, int64_t batch, int32_t threads);

/* Runs it. Allocates nothing, keeps no state, and may be called from any number of threads, each with a workspace of
 * its own. The sizes must have passed P_check. Returns a convoy_status. */
int32_t P_run(const convoy_call* call);

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
  default: return "unknown error";
  }
}

#ifdef __cplusplus
}
#endif
)";

std::string replaceAll(std::string text, const std::string& what, const std::string& with) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

} // namespace

std::string makeHeader(const HeaderRequest& request) {
  const PipelineDescription& p = request.pipeline;
  // In the prefix's own case: pipelines may differ in case alone.
  const std::string guard = "CONVOY_PIPELINE_" + p.prefix + "_H";
  size_t extents = 0;
  for (const PortDescription& output : p.outputs) extents += output.constants.size();

  std::string body = declarations;
  body = replaceAll(body, "@inputs", std::to_string(p.inputs.size()));
  body = replaceAll(body, "@outputs", std::to_string(p.outputs.size()));
  body = replaceAll(body, "@sizes", std::to_string(p.sizes.size()));
  body = replaceAll(body, "@extents", std::to_string(extents));
  body = replaceAll(body, "P_", p.prefix + "_");
  return overview(request) + "#ifndef " + guard + "\n#define " + guard + "\n\n" + runtimeHeader() + body +
         "\n#endif\n";
}

} // namespace convoy
