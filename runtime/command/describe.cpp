#include "describe.h"

#include "options.h"
#include "tensor_file.h"
#include "text.h"

#include <cinttypes>

namespace convoy::command {
namespace {

// The dimensions of an input, as JSON values.
std::string inputShape(const convoy_pipeline& pipeline, const convoy_port& port) {
  std::string text;
  for (int32_t axis = 0; axis < port.rank; ++axis) {
    const int32_t symbol = port.symbols ? port.symbols[axis] : -1;
    text += axis ? ", " : "";
    text += symbol < 0 ? std::to_string(port.constants[axis]) : jsonString(pipeline.size_names[symbol]);
  }
  return text;
}

// The extents of all outputs when nothing depends on run-time sizes, else none.
std::vector<int64_t> fixedExtents(const convoy_pipeline& pipeline) {
  if (pipeline.size_count > 0) return {};
  size_t rankSum = 0;
  for (int32_t i = 0; i < pipeline.output_count; ++i)
    rankSum += static_cast<size_t>(pipeline.outputs[i].rank);
  std::vector<int64_t> extents(rankSum);
  pipeline.check(nullptr, extents.data());
  return extents;
}

const char* layoutText(int32_t rank) {
  switch (rank) {
  case 1: return "C";
  case 2: return "C, W";
  case 3: return "C, H, W";
  case 4: return "C, D, H, W";
  }
  return "";
}

std::string portJson(const convoy_port& port, const std::string& shape) {
  const char* kind = isScalar(port) ? "scalar" : port.image_channels ? "image" : "tensor";
  std::string text = "    {\"name\": " + jsonString(port.name) + ", \"kind\": \"" + kind + "\"";
  if (port.image_channels) text += format(", \"channels\": %d", port.image_channels);
  text += format(", \"element\": \"float32\", \"layout\": \"%s\", \"shape\": [", layoutText(port.rank));
  text += shape + "]";
  if (isScalar(port)) text += ", \"default\": " + (port.has_default ? shortest(port.default_value) : "null");
  return text + "}";
}

// "--threads N", "--profile[=FILE]"
std::string usageOf(const OptionRow& row) {
  if (!row.value) return row.name;
  return row.mayFollow ? std::string(row.name) + "[=" + row.value + "]"
                       : std::string(row.name) + " " + row.value;
}

std::string joinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) text += lines[i] + (i + 1 < lines.size() ? ",\n" : "\n");
  return text;
}

std::string portLines(const convoy_port* ports, int32_t count, const char* const* sizeNames) {
  std::string text;
  for (int32_t i = 0; i < count; ++i)
    text += format("  %-20s %s\n", quoted(ports[i].name).c_str(), portType(ports[i], sizeNames).c_str());
  return text;
}

} // namespace

std::string helpText(const convoy_pipeline& pipeline, const std::string& program) {
  std::string text = "Runs the pipeline " + quoted(pipeline.name) + ".\n\nUsage: " + program;
  for (int32_t i = 0; i < pipeline.input_count; ++i)
    if (!isScalar(pipeline.inputs[i])) text += format(" %s", pipeline.inputs[i].name);
  for (int32_t i = 0; i < pipeline.input_count; ++i) {
    const convoy_port& port = pipeline.inputs[i];
    if (isScalar(port))
      text += format(port.has_default ? " [--input %s=NUMBER]" : " --input %s=NUMBER", port.name);
  }
  text += resultCount(pipeline) == 1 ? " -o FILE [option...]\n" : " --output NAME=FILE [option...]\n";
  if (fileInputCount(pipeline) == 1) text += "       " + program + " FILE... --output-dir DIR [option...]\n";
  text += "\nInputs:\n" + portLines(pipeline.inputs, pipeline.input_count, pipeline.size_names);
  const int32_t results = resultCount(pipeline);
  text += "Outputs:\n" + portLines(pipeline.outputs, results, pipeline.size_names);
  if (pipeline.layer_count > 0)
    text += "Layers that are kept:\n" +
            portLines(pipeline.outputs + results, pipeline.layer_count, pipeline.size_names);
  if (pipeline.size_count > 0) {
    text += "Run-time sizes:\n ";
    for (int32_t i = 0; i < pipeline.size_count; ++i) text += " " + std::string(pipeline.size_names[i]);
    text += "\n";
  }
  text += "\nReads PNG, JPEG, PPM, PGM and .npy (float32 C, H, W; for images also uint8 H, W, C; with or "
          "without\n"
          "a batch dimension). Writes PNG, PPM, PGM and .npy, as the name ends. An output without a file is\n"
          "printed: its values when they are few, else a summary.\n\nOptions:\n";
  for (const OptionRow& row : optionTable()) text += format("  %-24s %s\n", usageOf(row).c_str(), row.help);
  text +=
      "\nA benchmark without inputs uses seeded data; widths are then 1920, heights 1080, depths 16, unless\n"
      "--size says otherwise.\n"
      "--top-k prints a line for each value: the file when there are several, the item when the file has a "
      "batch\n"
      "dimension, the number or label, the value.\n"
      "Exit status: 0 success, 1 an input or output is wrong, 2 wrong usage.\n";
  return text;
}

std::string describeJson(const convoy_pipeline& pipeline) {
  std::vector<std::string> inputs, outputs, layers;
  for (int32_t i = 0; i < pipeline.input_count; ++i)
    inputs.push_back(portJson(pipeline.inputs[i], inputShape(pipeline, pipeline.inputs[i])));
  const std::vector<int64_t> extents = fixedExtents(pipeline);
  size_t next = 0;
  for (int32_t i = 0; i < pipeline.output_count; ++i) {
    const convoy_port& port = pipeline.outputs[i];
    std::string shape;
    for (int32_t axis = 0; axis < port.rank; ++axis, ++next) {
      const bool channels = axis == 0 && port.image_channels;
      shape += axis ? ", " : "";
      shape += channels          ? std::to_string(port.image_channels)
               : extents.empty() ? "null"
                                 : std::to_string(extents[next]);
    }
    (i < resultCount(pipeline) ? outputs : layers).push_back(portJson(port, shape));
  }
  std::string sizes;
  for (int32_t i = 0; i < pipeline.size_count; ++i)
    sizes += (i ? ", " : "") + jsonString(pipeline.size_names[i]);
  const std::string kept = layers.empty() ? "" : "  ],\n  \"layers\": [\n" + joinLines(layers);
  return "{\n  \"name\": " + jsonString(pipeline.name) + ",\n  \"inputs\": [\n" + joinLines(inputs) +
         "  ],\n  \"outputs\": [\n" + joinLines(outputs) + kept + "  ],\n  \"sizes\": [" + sizes +
         format("],\n  \"weights_bytes\": %" PRId64 ",\n  \"weights_file\": %s\n}\n", pipeline.weights_bytes,
                pipeline.weights_file ? jsonString(pipeline.weights_file).c_str() : "null");
}

} // namespace convoy::command
