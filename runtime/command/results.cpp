#include "results.h"

#include "file.h"
#include "text.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <numeric>

namespace convoy::command {
namespace {

// Four decimals for probabilities and the like; NaN without a sign.
std::string valueText(float value) {
  if (std::isnan(value)) return "nan";
  return format(std::fabs(value) < 1e6f ? "%.4f" : "%.6g", static_cast<double>(value));
}

// The numbers of the k largest of `values`.
std::vector<int64_t> largestOf(const float* values, int64_t count, int64_t k) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto before = [values](int64_t a, int64_t b) {
    const bool unordered = std::isnan(values[a]), otherUnordered = std::isnan(values[b]);
    if (unordered != otherUnordered) return otherUnordered;
    if (!unordered && values[a] != values[b]) return values[a] > values[b];
    return a < b;
  };
  const auto end = order.begin() + std::min(k, count);
  std::partial_sort(order.begin(), end, order.end(), before);
  order.erase(end, order.end());
  return order;
}

} // namespace

std::string summary(const convoy_port& port, const Tensor& tensor) {
  constexpr int64_t fewValues = 1000;
  std::vector<int64_t> shape = tensor.extents;
  if (tensor.batched) shape.insert(shape.begin(), tensor.batch);
  const int64_t count = tensor.data.size();
  const float* values = tensor.data.data();
  std::string text = quoted(port.name) + " " + extentsText(shape) + ":";
  if (!port.image_channels && count <= fewValues) {
    for (int64_t i = 0; i < count; ++i) text += format(" %.9g", static_cast<double>(values[i]));
    return text + "\n";
  }
  double sum = 0;
  float least = count ? values[0] : 0, most = least;
  for (int64_t i = 0; i < count; ++i) {
    sum += static_cast<double>(values[i]);
    least = values[i] < least ? values[i] : least;
    most = values[i] > most ? values[i] : most;
  }
  return text + format(" minimum %.9g, maximum %.9g, mean %.9g (not written: no file was named)\n",
                       static_cast<double>(least), static_cast<double>(most),
                       count ? sum / static_cast<double>(count) : 0.0);
}

Result<std::vector<std::string>> readLabels(const std::string& path, const convoy_port& port, int64_t count) {
  Result<Bytes> file = readFile(path);
  if (!file) return Error{"cannot read " + quoted(path) + ": " + file.error().text};
  std::vector<std::string> labels;
  for (auto next = file->begin(); next != file->end();) {
    const auto end = std::find(next, file->end(), uint8_t{'\n'});
    labels.emplace_back(next, end);
    if (!labels.back().empty() && labels.back().back() == '\r') labels.back().pop_back();
    next = end == file->end() ? end : end + 1;
  }
  const std::string byteOrderMark = "\xEF\xBB\xBF";
  if (!labels.empty() && labels[0].compare(0, byteOrderMark.size(), byteOrderMark) == 0)
    labels[0].erase(0, byteOrderMark.size());
  const auto wanted = static_cast<size_t>(count);
  while (labels.size() > wanted && labels.back().empty()) labels.pop_back();
  if (labels.size() != wanted)
    return Error{format("%s has %zu line%s, but output %s has %" PRId64 " values", quoted(path).c_str(),
                        labels.size(), labels.size() == 1 ? "" : "s", quoted(port.name).c_str(), count)};
  return labels;
}

std::string largest(const Tensor& tensor, int64_t k, const std::vector<std::string>& labels,
                    const std::string& file) {
  const int64_t count = tensor.extents[0];
  struct Line {
    std::string place, label, value;
  };
  std::vector<Line> lines;
  size_t width = 0;
  for (int64_t item = 0; item < tensor.batch; ++item) {
    std::string place = escaped(file);
    if (tensor.batched) place += file.empty() ? std::to_string(item) : "[" + std::to_string(item) + "]";
    const float* values = tensor.data.data() + item * count;
    for (int64_t i : largestOf(values, count, k)) {
      const std::string label = labels.empty() ? std::to_string(i) : escaped(labels[static_cast<size_t>(i)]);
      width = std::max(width, columnsOf(label));
      lines.push_back({place, label, valueText(values[i])});
    }
  }
  std::string text;
  for (const Line& line : lines)
    text += (line.place.empty() ? "" : line.place + "  ") + line.label +
            std::string(width - columnsOf(line.label) + 2, ' ') + line.value + "\n";
  return text;
}

} // namespace convoy::command
