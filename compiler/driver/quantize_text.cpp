#include "driver/quantize.h"
#include "inspect/table.h"
#include "support/text.h"
#include <cmath>
#include <cstdio>

namespace convoy::driver {

namespace {

using graph::ValueId;
using quantize::Role;

std::string formatted(const char* format, double number) {
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

// What is left are roundings of float32 from here on.
constexpr double exact = 130;

std::string decibels(const Deviation& deviation) {
  return deviation.decibels() >= exact ? "exact" : formatted("%.1f", deviation.decibels());
}

struct Counts {
  int64_t whole = 0, real = 0;
};

class Report {
public:
  explicit Report(const Quantization& quantization) : q_(quantization) {
    for (const QuantizedValue& value : q_.values) values_[value.value] = &value;
  }

  std::string str() {
    for (ValueId id = 0; id < q_.network.values.size(); ++id) {
      const graph::Value& value = q_.network.value(id);
      if (value.kind == graph::Value::Node) layer(id, value);
      if (!q_.plan.isMade(q_.network, id)) converted(id, value);
    }
    std::string text = table_.str() + "\n" + counted(counts_.whole, "layer") + " with 8-bit numbers, " +
                       std::to_string(counts_.real) + " in float32\n" + "calibrated on " +
                       counted(q_.calibrated, "sample") + ", compared on " + counted(q_.compared, "sample") +
                       (q_.heldOut ? " held out from it\n" : ": the same, as there are fewer than 5\n");
    for (const QuantizedResult& result : q_.results) text += resultText(result);
    return text;
  }

private:
  // A layer that is one of those that sum, or in 8 bits.
  void layer(ValueId id, const graph::Value& value) {
    const quantize::Layer& planned = q_.plan.layers[id];
    if (planned.role == Role::Fused) return;
    const bool whole = planned.role != Role::Float;
    ++(whole ? counts_.whole : counts_.real);
    std::string kind = opInfo(value.op).name;
    const bool makes = planned.role == Role::Sum || planned.role == Role::Add;
    if (makes && planned.result != id)
      kind += std::string(", ") + opInfo(q_.network.value(planned.result).op).name;
    std::vector<std::string> cells = {value.name, kind, whole ? "int8" : "float32"};
    if (makes)
      add(cells, planned.result);
    else
      cells.insert(cells.end(), {"", "", "", "", planned.reason});
    table_.add(std::move(cells));
  }

  void converted(ValueId id, const graph::Value& value) {
    if (!q_.plan.group[id]) return;
    std::vector<std::string> cells = {value.name, "", "to int8"};
    add(cells, id);
    table_.add(std::move(cells));
  }

  void add(std::vector<std::string>& cells, ValueId id) const {
    const QuantizedValue& value = *values_.at(id);
    cells.insert(cells.end(), {formatted("%.4g", value.low), formatted("%.4g", value.high),
                               formatted("%.4g", value.scale.scale), decibels(value.deviation), ""});
  }

  std::string resultText(const QuantizedResult& result) const {
    const double mean =
        result.deviation.count ? result.deviation.sum / static_cast<double>(result.deviation.count) : 0;
    std::string text = "'" + result.name + "': ";
    if (result.isAnswer)
      text +=
          "the answer changed for " + std::to_string(result.changed) + " of " +
          counted(q_.compared, "sample") + " (" +
          formatted("%.1f", 100 * static_cast<double>(result.changed) / static_cast<double>(q_.compared)) +
          " %); ";
    return text + "differences " + formatted("%.2g", mean) + " on average, " +
           formatted("%.2g", result.deviation.largest) + " at most" +
           (result.deviation.decibels() >= exact
                ? ""
                : "; signal to noise " + decibels(result.deviation) + " dB") +
           "\n";
  }

  const Quantization& q_;
  std::map<ValueId, const QuantizedValue*> values_;
  Counts counts_;
  inspect::Table table_{{{"layer"},
                         {"is"},
                         {"computed"},
                         {"lowest", true},
                         {"highest", true},
                         {"step", true},
                         {"dB", true},
                         {"why"}}};
};

} // namespace

std::string quantizationText(const Quantization& quantization) { return Report(quantization).str(); }

} // namespace convoy::driver
