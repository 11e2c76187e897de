// Random pipelines. Nearly all are valid; what the front end refuses is left out by whoever runs them.
#include "pipeline.h"
#include <algorithm>
#include <map>

namespace convoy::random_pipelines {

namespace {

using Numbers = std::vector<int64_t>;

// A value as far as the generator follows shapes. Values of one place have the same spatial extents.
struct Shape {
  int64_t channels;
  int place;
  Element element = Element::F32;
};
constexpr int vectorPlace = -1, onesPlace = -2,
              scalarPlace = -3; // tensor[C]; extents of 1; a run-time scalar

class Generator {
public:
  Generator(uint64_t seed, const std::vector<std::string>& cpus) : random_(seed), cpus_(cpus) {
    p_.seed = random_.next();
  }

  Pipeline run() {
    chooseInputs();
    const int64_t layers = random_.between(1, 7);
    for (int64_t i = 0; i < layers; ++i) addLayer();
    p_.results = {p_.values() - 1};
    while (random_.chance(25) && p_.results.size() < 4)
      p_.results.push_back(static_cast<int>(random_.between(0, p_.values() - 1)));
    for (int& result : p_.results) // nor is what is the same for all items
      if (isShared(result)) result = p_.values() - 1;
    chooseRuns();
    p_.fill = random_.chance(70) ? sweep::Fill::Integers : sweep::Fill::Reals;
    p_.cpu = random_.of(cpus_);
    p_.optimize = random_.chance(15) ? 1 : 0;
    p_ = pruned(std::move(p_));
    chooseMode();
    p_.anySchedule = !p_.mode && p_.seed % 10 < 4;
    if (!p_.anySchedule && p_.seed % 10 > 4) p_.groupRows = 1 + static_cast<int>(p_.seed / 10 % 4);
    return std::move(p_);
  }

private:
  template <typename T> T of(std::initializer_list<T> choices) { return random_.of(std::vector<T>(choices)); }

  // Arithmetics differ where there are products with weights.
  void chooseMode() {
    const bool weighted = std::any_of(p_.layers.begin(), p_.layers.end(), [](const Layer& layer) {
      return layer.op == OpKind::Conv || layer.op == OpKind::TransposedConv || layer.op == OpKind::Dense;
    });
    if (!weighted || !random_.chance(40)) return;
    const auto mode =
        static_cast<size_t>(random_.between(0, static_cast<int64_t>(sweep::modes().size()) - 1));
    if (!sweep::modes()[mode].choices.matrixTiles || p_.cpu == "x86-64-v4") p_.mode = mode;
  }

  void chooseInputs() {
    const int rank = static_cast<int>(of<int>({1, 2, 2, 2, 2, 2, 3}));
    const char* const names[] = {"D", "H", "W"};
    const int64_t kind = random_.between(0, 9); // all sizes at run time, some, none
    for (int axis = 0; axis < rank; ++axis) {
      const bool constant = kind >= 7 || (kind >= 5 && random_.chance(50));
      p_.spatial.push_back(constant ? std::to_string(extent(rank - 1 - axis)) : names[3 - rank + axis]);
    }
    addInput(Input::Tensor, of<int64_t>({1, 2, 3, 3, 4, 8, 16, 17}), 0);
    const bool named = std::all_of(p_.spatial.begin(), p_.spatial.end(),
                                   [](const std::string& size) { return size == "H" || size == "W"; });
    if (rank == 2 && named && random_.chance(10)) {
      p_.inputs[0] = {Input::Image, of<int64_t>({1, 3})};
      shapes_[0].channels = p_.inputs[0].channels;
    }
    if (random_.chance(25))
      addInput(Input::Tensor, random_.chance(50) ? shapes_[0].channels : of<int64_t>({1, 3, 16}), 0);
    if (random_.chance(10)) addInput(Input::Vector, shapes_[0].channels, vectorPlace);
    if (random_.chance(15)) addInput(Input::Scalar, 1, scalarPlace);
    const bool known = kind >= 7;
    for (int64_t i = random_.chance(25) ? random_.between(1, 2) : 0; i > 0; --i) {
      const int64_t channels = random_.chance(50) ? shapes_[0].channels : of<int64_t>({1, 16, 17});
      const int form = static_cast<int>(random_.between(0, known ? 3 : 1));
      if (form == 0) addInput(Input::LearnedVector, channels, vectorPlace);
      if (form == 1) addInput(Input::LearnedOnes, channels, onesPlace);
      if (form >= 2) addInput(Input::LearnedTensor, channels, 0);
    }
  }

  void addInput(Input::Kind kind, int64_t channels, int place) {
    p_.inputs.push_back({kind, channels});
    shapes_.push_back({channels, place});
  }

  int64_t extent(int fromLast) {
    if (fromLast == 0) return of<int64_t>({1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 20, 31, 33, 40});
    return fromLast == 1 ? of<int64_t>({1, 2, 3, 4, 5, 7, 8, 9, 11}) : random_.between(1, 4);
  }

  void chooseRuns() {
    const char* const names[] = {"D", "H", "W"};
    for (int64_t i = 0; i < random_.between(1, 3); ++i) {
      sweep::Run run;
      run.batch = of<int64_t>({1, 1, 1, 2, 3, 0});
      for (int axis = 0; axis < p_.rank(); ++axis)
        if (p_.spatial[static_cast<size_t>(axis)] == names[3 - p_.rank() + axis])
          run.sizes[names[3 - p_.rank() + axis]] = extent(p_.rank() - 1 - axis);
      p_.runs.push_back(std::move(run));
    }
  }

  // ---- layers ----

  const Shape& shape(int value) const { return shapes_[static_cast<size_t>(value)]; }
  // The same for all items of the batch: it stands beside others alone.
  bool isShared(int value) const {
    const bool isInput = value < static_cast<int>(p_.inputs.size());
    return shape(value).place == scalarPlace ||
           (isInput && p_.inputs[static_cast<size_t>(value)].isLearned());
  }
  bool isSpatial(int value) const { return shape(value).place >= 0 || shape(value).place == onesPlace; }

  int recent() {
    const int64_t back = random_.chance(65) ? 1 : random_.between(1, 4);
    int value = std::max(0, p_.values() - static_cast<int>(back));
    return isShared(value) ? 0 : value;
  }

  void define(Layer layer, int64_t channels, int place) {
    Element element = Element::F32;
    switch (opInfo(layer.op).elements) {
    case Elements::Float:
    case Elements::Dequantizes: break;
    case Elements::Keeps: element = shape(layer.operands[0]).element; break;
    case Elements::Quantizes:
    case Elements::Whole: element = *elementNamed(layer.type); break;
    }
    p_.layers.push_back(std::move(layer));
    shapes_.push_back({channels, place, element});
  }

  // Whether the layer takes such elements; else what stands between them does.
  bool takes(const OpInfo& row, Element element) {
    switch (row.elements) {
    case Elements::Float:
    case Elements::Quantizes: return element == Element::F32;
    case Elements::Keeps: return true;
    case Elements::Dequantizes:
    case Elements::Whole: return element != Element::F32;
    }
    return false;
  }

  void addLayer() {
    const int x = recent();
    static const std::vector<OpKind> often{OpKind::Conv, OpKind::Conv, OpKind::Conv,   OpKind::MaxPool,
                                           OpKind::Add,  OpKind::Relu, OpKind::Concat, OpKind::BatchNorm};
    static const std::vector<OpKind> ofWhole{
        OpKind::QuantizedConv, OpKind::QuantizedConv,  OpKind::QuantizedConv, OpKind::QuantizedAdd,
        OpKind::MaxPool,       OpKind::Concat,         OpKind::Pad,           OpKind::Clamp,
        OpKind::Flatten,       OpKind::QuantizedDense, OpKind::Dequantize};
    if (shape(x).element == Element::F32 && random_.chance(10)) return addLayer(OpKind::Quantize, x);
    const bool whole = shape(x).element != Element::F32 && random_.chance(75);
    addLayer(whole                ? random_.of(ofWhole)
             : random_.chance(50) ? random_.of(often)
                                  : random_.of(opTable()).kind,
             x);
  }

  void addLayer(OpKind op, int x) {
    Layer layer;
    layer.op = op;
    layer.operands = {x};
    const auto [channels, place, element] = shape(x);
    const OpInfo& row = opInfo(op);
    if (!takes(row, element))
      return addLayer(element == Element::F32 ? OpKind::Quantize : OpKind::Dequantize, x);
    layer.type = random_.chance(60) ? "u8" : "i8";
    layer.zeroPoints = {random_.chance(30) ? 0 : random_.between(0, 127), random_.between(0, 127),
                        random_.chance(30) ? 0 : random_.between(0, 127)};
    switch (row.form) {
    case OpForm::Window:
      if (!isSpatial(x)) return addLayer(op == OpKind::Conv ? OpKind::Dense : OpKind::Relu, x);
      return row.group == LayerGroup::Pooling ? pool(std::move(layer)) : conv(std::move(layer));
    case OpForm::Transposed:
      if (!isSpatial(x)) return addLayer(OpKind::Dense, x);
      return transposed(std::move(layer));
    case OpForm::Adaptive:
      if (!isSpatial(x)) return addLayer(OpKind::Abs, x);
      for (int axis = 0; axis < p_.rank(); ++axis) layer.kernel.push_back(of<int64_t>({1, 1, 2, 3, 4, 7}));
      return define(std::move(layer), channels, nextPlace());
    case OpForm::Reduction: return reduce(std::move(layer));
    case OpForm::Elementwise:
      if (row.maxOperands > 1) return combine(std::move(layer));
      layer.low = static_cast<double>(random_.between(-9, 2));
      layer.high = layer.low + static_cast<double>(random_.between(0, 12));
      if (element == Element::U8) layer.low = 20, layer.high = 140;
      if (op == OpKind::Quantize || op == OpKind::Dequantize) layer.low = of({4., 0.5, 0.01});
      return define(std::move(layer), channels, place);
    case OpForm::Softmax: return define(std::move(layer), channels, place);
    case OpForm::Pixelwise: return colours(std::move(layer));
    case OpForm::Standardize:
      if (!isSpatial(x)) return addLayer(OpKind::Abs, x);
      layer.bias = random_.chance(50);
      return define(std::move(layer), channels, place);
    case OpForm::ChannelWindow:
      layer.filters = of<int64_t>({1, 2, 3, 5, 5, 8, 20});
      layer.bias = random_.chance(50);
      return define(std::move(layer), channels, place);
    case OpForm::Concat: return concat(std::move(layer));
    case OpForm::Resample:
      if (!isSpatial(x)) return addLayer(OpKind::Abs, x);
      return resample(std::move(layer));
    case OpForm::Interleave:
      if (!isSpatial(x)) return addLayer(OpKind::Relu, x);
      return interleave(std::move(layer));
    case OpForm::Permute:
      if (!isSpatial(x)) return addLayer(OpKind::Relu, x);
      return permute(std::move(layer));
    case OpForm::Channels:
      if (op == OpKind::Slice) {
        layer.from = random_.between(0, channels - 1);
        layer.filters = random_.between(1, channels - layer.from);
        return define(layer, layer.filters, place);
      }
      for (int64_t groups : {4, 3, 2, 1})
        if (channels % groups == 0 && (groups == 1 || random_.chance(50))) {
          layer.groups = groups;
          return define(std::move(layer), channels, place);
        }
      return;
    case OpForm::View:
      if (place != onesPlace) return addLayer(OpKind::GlobalAvgPool, x);
      layer.filters = channels;
      return define(std::move(layer), channels, vectorPlace);
    case OpForm::Dense:
      if (place != vectorPlace) return addLayer(OpKind::Flatten, x);
      layer.filters = of<int64_t>({1, 3, 10, 16, 17, 33});
      layer.bias = random_.chance(60);
      return define(layer, layer.filters, vectorPlace);
    }
  }

  void colours(Layer layer) {
    const auto [channels, place, element] = shape(layer.operands[0]);
    const bool any = layer.op == OpKind::Gray || layer.op == OpKind::Rgb || layer.op == OpKind::Rgba;
    if (channels != 3 && !(any && (channels == 1 || channels == 4)))
      return addLayer(OpKind::Relu, layer.operands[0]);
    const bool one = layer.op == OpKind::Luminance || layer.op == OpKind::Gray,
               four = layer.op == OpKind::Rgba;
    define(std::move(layer), one ? 1 : four ? 4 : 3, place);
  }

  void reduce(Layer layer) {
    const auto [channels, place, element] = shape(layer.operands[0]);
    const bool spatial = isSpatial(layer.operands[0]);
    const std::vector<AttributeSpec>& attributes = opInfo(layer.op).attributes;
    if (!attributes.empty()) layer.word = spatial ? random_.of(attributes[0].words) : "channels";
    if (!attributes.empty() && layer.word == "depth" && p_.rank() < 3) layer.word = "width";
    if (!attributes.empty() && layer.word == "height" && p_.rank() < 2) layer.word = "all";
    if (layer.op == OpKind::ArgMax || layer.word == "channels") return define(std::move(layer), 1, place);
    if (!spatial) return addLayer(OpKind::Abs, layer.operands[0]);
    if (layer.word.empty() || layer.word == "spatial") return define(std::move(layer), channels, onesPlace);
    if (layer.word == "all") return define(std::move(layer), 1, onesPlace);
    define(std::move(layer), channels, nextPlace());
  }

  // The window of a layer, and the place that it leads to.
  // `common`: 3x3, in steps of 1.
  int chooseWindow(Layer& layer, int64_t largest, bool common = false) {
    const int rank = p_.rank();
    const bool square = random_.chance(70);
    auto perAxis = [&](auto draw) {
      Numbers numbers;
      for (int axis = 0; axis < rank; ++axis) numbers.push_back(axis > 0 && square ? numbers[0] : draw());
      return numbers;
    };
    layer.kernel = perAxis([&] { return std::min(largest, of<int64_t>({1, 1, 2, 3, 3, 3, 5})); });
    layer.stride = perAxis([&] { return random_.chance(70) ? 1 : random_.between(2, 3); });
    layer.dilation = perAxis([&] { return random_.chance(85) ? 1 : random_.between(2, 3); });
    if (common) layer.kernel = {3, 3}, layer.stride = layer.dilation = {1, 1};
    const int from = shape(layer.operands[0]).place;
    const bool ones = std::all_of(layer.stride.begin(), layer.stride.end(), [](int64_t s) { return s == 1; });
    if (random_.chance(65)) {
      layer.padding = random_.chance(70) ? "same" : "same_lower";
      if (ones || from == onesPlace) return from;
      return places_.emplace(std::make_pair(from, layer.stride), nextPlace()).first->second;
    }
    if (random_.chance(50)) {
      layer.padding = std::to_string(random_.between(0, 2));
    } else {
      for (int side = 0; side < 2 * rank; ++side)
        layer.padding = (side ? layer.padding + ", " : "[") + std::to_string(random_.between(0, 3));
      layer.padding += "]";
    }
    return nextPlace();
  }

  // Padding, cropping, or another size.
  void resample(Layer layer) {
    const int rank = p_.rank();
    const int64_t channels = shape(layer.operands[0]).channels;
    auto list = [&](int count, auto draw) {
      std::string text;
      for (int i = 0; i < count; ++i) text += (i ? ", " : "[") + draw();
      return text + "]";
    };
    if (layer.op == OpKind::Pad || layer.op == OpKind::Crop) {
      const int64_t most = layer.op == OpKind::Pad ? 5 : 1;
      layer.padding = list(2 * rank, [&] { return std::to_string(random_.between(0, most)); });
      static const std::vector<std::string> borders{"",           "replicate", "reflect",
                                                    "reflect101", "wrap",      "constant(2)"};
      layer.border = random_.of(borders);
    } else {
      const bool scales = layer.op == OpKind::Upsample || random_.chance(60);
      static const std::vector<std::string> factors{"1", "2", "2", "2", "3", "4", "1.5", "0.5", "0.75"};
      layer.padding =
          scales ? random_.chance(60) ? random_.of(factors) : list(rank, [&] { return random_.of(factors); })
                 : list(rank, [&] { return std::to_string(random_.between(1, 20)); });
      layer.padding = (scales ? "scale: " : "size: ") + layer.padding;
      static const std::vector<std::string> modes{"nearest", "bilinear", "bilinear", "cubic"},
          aligns{"", "half_pixel", "align_corners", "asymmetric"},
          rounds{"", "", "half_up", "half_down", "floor", "ceil"};
      layer.border = shape(layer.operands[0]).element == Element::F32 ? random_.of(modes) : "nearest";
      layer.align = random_.of(aligns);
      if (layer.border == "nearest") layer.round = random_.of(rounds);
    }
    define(std::move(layer), channels, nextPlace());
  }

  void interleave(Layer layer) {
    const int64_t channels = shape(layer.operands[0]).channels;
    layer.groups = random_.between(1, 3);
    layer.bias = random_.chance(50);
    int64_t positions = 1;
    for (int axis = 0; axis < p_.rank(); ++axis) positions *= layer.groups;
    const bool toSpace = layer.op == OpKind::DepthToSpace;
    if (toSpace ? channels % positions != 0 : channels * positions > 48)
      return addLayer(OpKind::Abs, layer.operands[0]);
    define(std::move(layer), toSpace ? channels / positions : channels * positions, nextPlace());
  }

  // Axes of positions alone, unless all extents of the inputs are known.
  void permute(Layer layer) {
    const auto [channels, place, element] = shape(layer.operands[0]);
    const bool known =
        place == 0 && std::all_of(p_.spatial.begin(), p_.spatial.end(), [](const std::string& size) {
          return size.find_first_not_of("0123456789") == std::string::npos;
        });
    for (int axis = 0; axis <= p_.rank(); ++axis) layer.kernel.push_back(axis);
    for (size_t axis = known ? 0 : 1; axis + 1 < layer.kernel.size(); ++axis)
      std::swap(layer.kernel[axis], layer.kernel[static_cast<size_t>(random_.between(
                                        static_cast<int64_t>(axis), static_cast<int64_t>(p_.rank())))]);
    const int64_t first = layer.kernel[0];
    define(std::move(layer), first == 0 ? channels : std::stoll(p_.spatial[static_cast<size_t>(first - 1)]),
           nextPlace());
  }

  int nextPlace() { return ++lastPlace_; }

  void conv(Layer layer) {
    const int64_t channels = shape(layer.operands[0]).channels;
    // What most convolutions of networks are, and what Winograd's algorithm is for.
    const bool common = layer.op == OpKind::Conv && p_.rank() == 2 && random_.chance(35);
    const int place = chooseWindow(layer, p_.rank() == 3 ? 3 : 5, common);
    layer.filters = of<int64_t>({1, 2, 4, 8, 16, 16, 17, 32});
    layer.bias = random_.chance(60);
    if (common) return define(layer, layer.filters, place);
    if (layer.op == OpKind::DepthwiseConv || random_.chance(20))
      layer.groups = channels, layer.filters = channels * (random_.chance(80) ? 1 : 2);
    else if (random_.chance(20) && channels % 2 == 0)
      layer.groups = 2, layer.filters += layer.filters % 2;
    static const std::vector<std::string> borders{"replicate", "reflect", "reflect101", "wrap",
                                                  "constant(2)"};
    if (layer.op == OpKind::Conv || layer.op == OpKind::DepthwiseConv)
      if (random_.chance(30)) layer.border = random_.of(borders);
    define(layer, layer.filters, place);
  }

  void transposed(Layer layer) {
    const int64_t channels = shape(layer.operands[0]).channels;
    chooseWindow(layer, p_.rank() == 3 ? 2 : 4);
    if (layer.padding[0] == 's') layer.padding = std::to_string(random_.between(0, 1));
    layer.filters = of<int64_t>({1, 2, 3, 4, 8, 16, 17, 32});
    if (random_.chance(15))
      layer.groups = channels, layer.filters = channels;
    else if (random_.chance(15) && channels % 2 == 0)
      layer.groups = 2, layer.filters += layer.filters % 2;
    layer.bias = random_.chance(60);
    for (size_t axis = 0; axis < layer.stride.size(); ++axis)
      layer.outputPadding.push_back(
          random_.chance(70) ? 0
                             : random_.between(0, std::max(layer.stride[axis], layer.dilation[axis]) - 1));
    define(layer, layer.filters, nextPlace());
  }

  void pool(Layer layer) {
    const int place = chooseWindow(layer, 3);
    const bool word = layer.padding[0] == 's';
    layer.ceilMode = !word && random_.chance(50);
    layer.countPadding = random_.chance(50);
    const int64_t channels = shape(layer.operands[0]).channels;
    define(std::move(layer), channels, place);
  }

  bool fits(const Shape& a, const Shape& b) const {
    if ((a.element == Element::F32) != (b.element == Element::F32)) return false;
    if (b.place == scalarPlace) return true;
    if (a.channels != b.channels && b.channels != 1) return false;
    return a.place == b.place ||
           (a.place >= 0 && (b.place == onesPlace || (b.place == vectorPlace && a.channels == b.channels)));
  }

  // The other operands are numbers, or values that the first one's shape can be combined with.
  void combine(Layer layer) {
    const Shape x = shape(layer.operands[0]);
    layer.low = static_cast<double>(random_.between(-6, 6)) / 2,
    layer.high = static_cast<double>(random_.between(-3, 3));
    const auto operands = static_cast<size_t>(opInfo(layer.op).maxOperands);
    // Of whole numbers there are tensors alone.
    while (layer.operands.size() < operands && (x.element != Element::F32 || random_.chance(75))) {
      std::vector<int> partners;
      for (int value = 0; value < p_.values(); ++value)
        if (fits(x, shape(value))) partners.push_back(value);
      layer.operands.push_back(random_.of(partners));
    }
    define(std::move(layer), x.channels, x.place);
  }

  void concat(Layer layer) {
    const Shape x = shape(layer.operands[0]);
    int64_t channels = x.channels;
    for (int64_t i = 0; i < random_.between(1, 2); ++i) {
      std::vector<int> partners;
      for (int value = 0; value < p_.values(); ++value)
        if (shape(value).place == x.place && shape(value).element == x.element && !isShared(value))
          partners.push_back(value);
      const int partner = random_.of(partners);
      if (channels + shape(partner).channels > 48) break;
      layer.operands.push_back(partner);
      channels += shape(partner).channels;
    }
    define(std::move(layer), channels, x.place);
  }

  Random random_;
  const std::vector<std::string>& cpus_;
  Pipeline p_;
  std::vector<Shape> shapes_; // of the values
  std::map<std::pair<int, Numbers>, int> places_;
  int lastPlace_ = 0;
};

} // namespace

Pipeline generate(uint64_t seed, const std::vector<std::string>& cpus) { return Generator(seed, cpus).run(); }

} // namespace convoy::random_pipelines
