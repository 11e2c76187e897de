// Binds the run-time sizes of a pipeline from the shapes it is given, and words what does not fit.
#include "convoy/runtime.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

namespace {

constexpr int64_t unbound = -1;
// More bytes than any machine addresses; below it, products with small constants stay within 63 bits.
constexpr int64_t largestTensor = int64_t{1} << 47;
// Compiled code counts the positions along a row in 32 bits.
constexpr int64_t largestWidth = INT32_MAX;

int32_t fail(convoy_failure* failure, int32_t status, int32_t input, int32_t axis, int64_t expected,
             int64_t actual) {
  if (failure) *failure = {status, input, axis, -1, expected, actual};
  return status;
}

// Compares or binds the extents of one input.
int32_t bindInput(const convoy_port& port, int32_t index, const int64_t* shape, int32_t rank, int64_t* sizes,
                  convoy_failure* failure) {
  if (rank != port.rank) return fail(failure, CONVOY_ERROR_SHAPE, index, -1, port.rank, rank);
  if (!shape && rank > 0) return fail(failure, CONVOY_ERROR_ARGUMENT, index, -1, 0, 0);
  int64_t bytes = sizeof(float);
  for (int32_t axis = 0; axis < rank; ++axis) {
    const int64_t extent = shape[axis];
    const int32_t symbol = port.symbols ? port.symbols[axis] : -1;
    const int64_t expected = symbol < 0 ? port.constants[axis] : sizes[symbol];
    if (expected != unbound && extent != expected)
      return fail(failure, CONVOY_ERROR_SHAPE, index, axis, expected, extent);
    if (extent < 1) return fail(failure, CONVOY_ERROR_SHAPE, index, axis, unbound, extent);
    const bool tooWide = axis > 0 && axis == rank - 1 && extent > largestWidth;
    if (tooWide || __builtin_mul_overflow(bytes, extent, &bytes) || bytes > largestTensor)
      return fail(failure, CONVOY_ERROR_OVERFLOW, index, axis, 0, extent);
    if (symbol >= 0) sizes[symbol] = extent;
  }
  return CONVOY_OK;
}

// The usual word for a dimension: the last is the width, whatever the rank.
const char* axisName(int32_t axis, int32_t rank) {
  if (axis == 0) return "channels";
  switch (rank - axis) {
  case 1: return "width";
  case 2: return "height";
  case 3: return "depth";
  }
  return "extent";
}

const char* rankName(int64_t rank) {
  switch (rank) {
  case 0: return "one number";
  case 1: return "channels";
  case 2: return "channels, width";
  case 3: return "channels, height, width";
  case 4: return "channels, depth, height, width";
  }
  return "unknown";
}

void shapeText(const convoy_pipeline& pipeline, const convoy_failure& failure, char* text, size_t capacity) {
  const convoy_port& port = pipeline.inputs[failure.input];
  if (failure.axis < 0) {
    snprintf(text, capacity,
             "input '%s' has %" PRId64 " dimension%s, but the pipeline takes %" PRId64 " (%s)", port.name,
             failure.actual, failure.actual == 1 ? "" : "s", failure.expected, rankName(failure.expected));
    return;
  }
  const char* axis = axisName(failure.axis, port.rank);
  const char* be = failure.axis == 0 ? "are" : "is";
  if (failure.expected == unbound) {
    snprintf(text, capacity, "input '%s': %s %s %" PRId64 ", but must be at least 1", port.name, axis, be,
             failure.actual);
    return;
  }
  const int32_t symbol = port.symbols ? port.symbols[failure.axis] : -1;
  if (symbol < 0)
    snprintf(text, capacity, "input '%s': %s %s %" PRId64 ", but the pipeline takes %" PRId64, port.name,
             axis, be, failure.actual, failure.expected);
  else
    snprintf(text, capacity, "input '%s': %s %s %" PRId64 ", but %s is %" PRId64 " elsewhere", port.name,
             axis, be, failure.actual, pipeline.size_names[symbol], failure.expected);
}

void weightsText(const convoy_failure& failure, char* text, size_t capacity) {
  switch (failure.check) {
  case CONVOY_WEIGHTS_UNREADABLE:
    snprintf(text, capacity, "the weights file cannot be read: %s",
             strerror(static_cast<int>(failure.actual)));
    return;
  case CONVOY_WEIGHTS_NOT_A_FILE: snprintf(text, capacity, "the weights are not in a regular file"); return;
  case CONVOY_WEIGHTS_NO_HEADER:
    snprintf(text, capacity, "this is no weights file of a compiled pipeline");
    return;
  case CONVOY_WEIGHTS_OF_ANOTHER:
    snprintf(text, capacity,
             "the weights file belongs to another pipeline, or was written with other weights");
    return;
  case CONVOY_WEIGHTS_WRONG_SIZE:
    snprintf(text, capacity, "the weights file is damaged: it has %" PRId64 " bytes instead of %" PRId64,
             failure.actual, failure.expected);
    return;
  case CONVOY_WEIGHTS_DAMAGED:
    snprintf(text, capacity, "the weights file is damaged: its numbers are not those that were written");
    return;
  }
  snprintf(text, capacity, "%s", convoy_status_string(CONVOY_ERROR_WEIGHTS));
}

} // namespace

const char* convoy_status_string(int32_t status) {
  switch (status) {
  case CONVOY_OK: return "no error";
  case CONVOY_ERROR_SHAPE: return "a shape does not fit the pipeline";
  case CONVOY_ERROR_CHECK: return "a size does not meet what the pipeline needs";
  case CONVOY_ERROR_MEMORY: return "not enough memory";
  case CONVOY_ERROR_ARGUMENT: return "an argument is null, misaligned or negative";
  case CONVOY_ERROR_OVERFLOW: return "a tensor is too large";
  case CONVOY_ERROR_CPU: return "this processor lacks instructions that the pipeline was compiled for";
  case CONVOY_ERROR_WEIGHTS: return "the weights file is missing, damaged or of another pipeline";
  case CONVOY_ERROR_LIMIT: return "more memory is needed than the limit that the pipeline was compiled with";
  case CONVOY_ERROR_ALIAS: return "the memory of an output overlaps that of an input or of another output";
  }
  return "unknown error";
}

int32_t convoy_bind_sizes(const convoy_pipeline* pipeline, const int64_t* const* shapes, const int32_t* ranks,
                          int64_t* sizes, convoy_failure* failure) {
  if (failure) *failure = {CONVOY_OK, -1, -1, -1, 0, 0};
  if (!pipeline || (pipeline->input_count > 0 && (!shapes || !ranks)) || (pipeline->size_count > 0 && !sizes))
    return fail(failure, CONVOY_ERROR_ARGUMENT, -1, -1, 0, 0);
  for (int32_t i = 0; i < pipeline->size_count; ++i) sizes[i] = unbound;
  for (int32_t i = 0; i < pipeline->input_count; ++i)
    if (int32_t status = bindInput(pipeline->inputs[i], i, shapes[i], ranks[i], sizes, failure))
      return status;
  return CONVOY_OK;
}

void convoy_failure_text(const convoy_pipeline* pipeline, const convoy_failure* failure, char* text,
                         size_t capacity) {
  if (!text || capacity == 0) return;
  const bool namesInput =
      pipeline && failure && failure->input >= 0 && failure->input < pipeline->input_count;
  if (namesInput && failure->status == CONVOY_ERROR_SHAPE) {
    shapeText(*pipeline, *failure, text, capacity);
  } else if (namesInput && failure->status == CONVOY_ERROR_OVERFLOW) {
    snprintf(text, capacity, "input '%s' is too large", pipeline->inputs[failure->input].name);
  } else if (pipeline && failure && failure->status == CONVOY_ERROR_CHECK && failure->check >= 0 &&
             failure->check < pipeline->check_count) {
    const convoy_check& check = pipeline->checks[failure->check];
    const bool located = check.location && check.location[0];
    snprintf(text, capacity, "%s%s%s", located ? check.location : "", located ? ": " : "", check.message);
  } else if (failure && failure->status == CONVOY_ERROR_WEIGHTS) {
    weightsText(*failure, text, capacity);
  } else {
    snprintf(text, capacity, "%s", convoy_status_string(failure ? failure->status : CONVOY_ERROR_ARGUMENT));
  }
}
