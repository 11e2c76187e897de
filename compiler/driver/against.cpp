#include "driver/against.h"
#include "command/buffer.h"
#include "command/npy.h"
#include "driver/keep_layers.h"
#include "support/text.h"
#include <algorithm>
#include <cstring>

namespace convoy::driver {

namespace {

using command::Bytes;
using command::NpyHeader;

std::string shapeText(const std::vector<int64_t>& shape) {
  std::string text;
  for (int64_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + text + "]";
}

template <typename Number> std::vector<double> numbersOf(const Bytes& file, size_t offset, size_t count) {
  std::vector<Number> numbers(count);
  if (count > 0) std::memcpy(numbers.data(), file.data() + offset, count * sizeof(Number));
  return {numbers.begin(), numbers.end()};
}

class Reader {
public:
  Reader(const Compilation& c, const RunSizes& sizes, int64_t batch) : c_(c), sizes_(sizes), batch_(batch) {
    for (const graph::Output& output : c.graph->outputs) names_.push_back(output.name);
  }

  std::optional<std::vector<OtherNumbers>> run() {
    std::vector<OtherNumbers> all;
    if (!c_.options.against.empty() && !inputsAreGiven()) return std::nullopt;
    for (const std::string& text : c_.options.against) {
      const NamedFile named = splitNamedFile(text, names_);
      OtherNumbers numbers;
      numbers.file = named.file;
      if (const auto output = outputOf(named))
        numbers.output = *output;
      else
        return std::nullopt;
      if (!read(numbers)) return std::nullopt;
      all.push_back(std::move(numbers));
    }
    return all;
  }

private:
  bool inputsAreGiven() const {
    for (graph::ValueId id : c_.graph->inputs) {
      const graph::Value& input = c_.graph->value(id);
      const bool given = std::any_of(c_.options.inputs.begin(), c_.options.inputs.end(),
                                     [&](const auto& each) { return each.first == input.name; });
      if (given || input.type.scalar) continue;
      const std::string file = splitNamedFile(c_.options.against.front(), names_).file;
      c_.diags.report(diag::NotTheSameInput, {}, file, input.name)
          .help("--input " + input.name + "=FILE gives the one that the other program had");
      return false;
    }
    return true;
  }

  // A result, before a layer of the same name; the only result where there is no name.
  std::optional<size_t> outputOf(const NamedFile& named) const {
    const std::vector<graph::Output>& outputs = c_.graph->outputs;
    if (named.name.empty()) {
      if (outputs.size() == 1 || outputs[1].kept) return 0;
      c_.diags
          .report(diag::OptionValue, {}, "--against", "NAME=FILE where there are several results", named.file)
          .help("results are " + listed(names_, "and"));
      return std::nullopt;
    }
    return static_cast<size_t>(std::find(names_.begin(), names_.end(), named.name) - names_.begin());
  }

  bool read(OtherNumbers& numbers) const {
    auto fail = [&](const std::string& why) {
      c_.diags.report(diag::CannotRead, {}, numbers.file, why);
      return false;
    };
    command::Result<Bytes> file = command::readFile(numbers.file);
    if (!file) return fail(file.error().text);
    if (!command::isNpy(*file)) return fail("it is no .npy file");
    command::Result<NpyHeader> header = command::parseNpyHeader(file->data(), file->size());
    if (!header) return fail(header.error().text);
    const bool single = header->element == "<f4", twice = header->element == "<f8";
    if ((!single && !twice) || header->fortranOrder)
      return fail("it holds '" + header->element + "'" + (header->fortranOrder ? " in Fortran order" : "") +
                  ", and float32 or float64 in C order is compared");
    if (const auto error = command::checkNpySize(*header, single ? 4 : 8, file->size()))
      return fail(error->text);
    if (!takeShape(numbers, header->shape)) return false;
    const size_t count = numbers.tensor.batch * numbers.tensor.elements();
    numbers.tensor.data = single ? numbersOf<float>(*file, header->offset, count)
                                 : numbersOf<double>(*file, header->offset, count);
    return true;
  }

  // With a batch dimension or, of one item, without.
  bool takeShape(OtherNumbers& numbers, const std::vector<int64_t>& shape) const {
    const graph::Output& output = c_.graph->outputs[numbers.output];
    numbers.tensor.batch = batch_;
    for (const Size& dim : c_.graph->value(output.value).type.dims)
      numbers.tensor.shape.push_back(dim.evaluate(sizes_).value_or(0));
    std::vector<int64_t> whole = numbers.tensor.shape;
    whole.insert(whole.begin(), batch_);
    if (shape == whole || (batch_ == 1 && shape == numbers.tensor.shape)) return true;
    c_.diags.report(diag::OtherShape, {}, output.name, shapeText(batch_ == 1 ? numbers.tensor.shape : whole),
                    numbers.file, shapeText(shape));
    return false;
  }

  const Compilation& c_;
  const RunSizes& sizes_;
  const int64_t batch_;
  std::vector<std::string> names_; // of the outputs
};

} // namespace

std::optional<std::vector<OtherNumbers>> readAgainst(const Compilation& compilation, const RunSizes& sizes,
                                                     int64_t batch) {
  return Reader(compilation, sizes, batch).run();
}

} // namespace convoy::driver
