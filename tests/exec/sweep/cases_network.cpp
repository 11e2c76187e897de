// Random networks: chains that fuse, residuals, branches and several results.
#include "case.h"
#include <algorithm>

namespace convoy::sweep {

namespace {

// A value of the network that is made: its channels, and which spatial extents it has. Values with one
// `place` have the same extents.
struct Node {
  std::string name;
  int64_t channels;
  int place;
};

class Network {
public:
  Network(Random& random, int rank) : random_(random), rank_(rank) {}

  void build(CaseList& list) {
    int64_t channels = random_.of(std::vector<int64_t>{1, 2, 3, 4, 8, 16, 17});
    nodes_.push_back({"x", channels, 0});
    if (random_.chance(30)) nodes_.push_back({"y", random_.of(std::vector<int64_t>{1, 3, 16}), 0});
    std::vector<Node> inputs = nodes_;
    int64_t layers = random_.between(2, 7);
    for (int64_t i = 0; i < layers; ++i) addLayer();

    // The last value, and sometimes others.
    std::vector<std::string> results{nodes_.back().name};
    while (random_.chance(35) && results.size() < 4) results.push_back(random_.of(nodes_).name);
    if (results.size() == 1)
      body_ += "    return " + results[0] + "\n";
    else {
      body_ += "    return (";
      for (size_t i = 0; i < results.size(); ++i)
        body_ += (i ? ", " : "") + std::string("r") + std::to_string(i) + ": " + results[i];
      body_ += ")\n";
    }
    std::vector<int64_t> smallest(static_cast<size_t>(rank_), 1);
    Shape shape = someShape(random_, rank_, smallest, std::max<int64_t>(work_, 1));
    std::string text;
    for (const Node& input : inputs)
      text += (text.empty() ? "" : ", ") + input.name + ": tensor[" + std::to_string(input.channels) + ", " +
              shape.text + "]";
    list.add("network", text, body_, shape.runs);
  }

private:
  std::string size(int64_t extent) const {
    return sizeText(std::vector<int64_t>(static_cast<size_t>(rank_), extent));
  }

  const Node& recent() {
    size_t back = static_cast<size_t>(random_.chance(70) ? 0 : random_.between(0, 2));
    return nodes_[nodes_.size() - 1 - std::min(back, nodes_.size() - 1)];
  }

  void define(const std::string& expression, int64_t channels, int place) {
    std::string name = "v" + std::to_string(++count_);
    body_ += "    " + name + " = " + expression + "\n";
    nodes_.push_back({name, channels, place});
  }

  void addLayer() {
    Node from = recent();
    switch (random_.between(0, 11)) {
    case 0:
    case 1:
    case 2:
    case 3: return conv(from);
    case 4: return pool(from);
    case 5: return define("relu(" + from.name + ")", from.channels, from.place);
    case 6:
      return define(random_.chance(50) ? "clamp(" + from.name + ", -20, 30)" : "abs(" + from.name + ")",
                    from.channels, from.place);
    case 7:
    case 8: return combine(from);
    case 9: {
      static const std::vector<std::string> forms{"@ * 2", "3 - @", "@ + 5", "@ - 1", "@ * 0.5", "1 * @"};
      std::string form = random_.of(forms);
      return define(form.replace(form.find('@'), 1, from.name), from.channels, from.place);
    }
    case 10: return concat(from);
    case 11: {
      // Scaled by a number per channel.
      if (rank_ > 0 && random_.chance(60)) {
        std::string pooled = from.name + " |> global_max_pool";
        return define(from.name + (random_.chance(50) ? " + (" : " - (") + pooled + ")", from.channels,
                      from.place);
      }
      return define("relu(" + from.name + " + " + from.name + ")", from.channels, from.place);
    }
    }
  }

  void conv(const Node& from) {
    static const std::vector<std::string> borders{"",        "",           "",     "replicate",
                                                  "reflect", "reflect101", "wrap", "constant(1)"};
    int64_t kernel = random_.of(std::vector<int64_t>{1, 1, 2, 3, 3, 3, 5}),
            filters = random_.of(std::vector<int64_t>{1, 2, 4, 8, 16, 16, 17, 32});
    if (rank_ == 3) kernel = std::min<int64_t>(kernel, 3);
    int64_t groups = 1;
    if (random_.chance(25))
      groups = filters = from.channels;
    else if (random_.chance(15) && from.channels % 2 == 0 && filters % 2 == 0)
      groups = 2;
    int64_t stride = random_.chance(25) ? random_.between(2, 3) : 1;
    std::string text = from.name + " |> conv(" + std::to_string(filters) + ", kernel: " + size(kernel) +
                       ", padding: " + (random_.chance(70) ? "same" : "same_lower");
    if (stride > 1) text += ", stride: " + std::to_string(stride);
    if (kernel > 1 && random_.chance(15)) text += ", dilation: 2";
    if (groups > 1) text += ", groups: " + std::to_string(groups);
    std::string border = random_.of(borders);
    if (!border.empty()) text += ", border: " + border;
    if (random_.chance(40)) text += ", bias: false";
    text += ", name: \"c" + std::to_string(count_ + 1) + "\")";
    int64_t taps = 1;
    for (int axis = 0; axis < rank_; ++axis) taps *= kernel;
    work_ += from.channels / groups * filters * taps;
    if (random_.chance(40)) text += " |> relu";
    define(text, filters, placeAfter(from.place, stride));
  }

  void pool(const Node& from) {
    int64_t window = random_.between(2, 3), stride = random_.chance(50) ? window : 1;
    std::string text = from.name + (random_.chance(60) ? " |> max_pool(" : " |> avg_pool(") + size(window) +
                       ", padding: same";
    text += ", stride: " + std::to_string(stride) + ")";
    work_ += from.channels * 9;
    define(text, from.channels, placeAfter(from.place, stride));
  }

  // Two values of one place: equal channels, or one of them has a single one.
  void combine(const Node& from) {
    static const std::vector<std::string> ops{" + ", " + ", " - ", " * "};
    std::vector<Node> partners;
    for (const Node& other : nodes_)
      if (other.place == from.place &&
          (other.channels == from.channels || other.channels == 1 || from.channels == 1))
        partners.push_back(other);
    Node other = random_.of(partners);
    std::string op = random_.of(ops);
    std::string text = random_.chance(50) ? from.name + op + other.name : other.name + op + from.name;
    if (random_.chance(50)) text = "relu(" + text + ")";
    define(text, std::max(from.channels, other.channels), from.place);
  }

  void concat(const Node& from) {
    std::vector<Node> partners;
    for (const Node& other : nodes_)
      if (other.place == from.place) partners.push_back(other);
    Node other = random_.of(partners);
    if (from.channels + other.channels > 48)
      return define("relu(" + from.name + ")", from.channels, from.place);
    define("concat(" + from.name + ", " + other.name + ")", from.channels + other.channels, from.place);
  }

  // Extents are equal when the same strides led to them.
  int placeAfter(int place, int64_t stride) {
    if (stride == 1) return place;
    auto [at, isNew] = places_.emplace(std::make_pair(place, stride), static_cast<int>(places_.size()) + 1);
    return at->second;
  }

  Random& random_;
  int rank_;
  std::vector<Node> nodes_;
  std::map<std::pair<int, int64_t>, int> places_;
  std::string body_;
  int64_t work_ = 0;
  int count_ = 0;
};

} // namespace

void addNetworks(CaseList& list) {
  Random random(8);
  for (int i = 0; i < 500; ++i) Network(random, i % 10 == 0 ? 1 : i % 10 == 5 ? 3 : 2).build(list);
}

} // namespace convoy::sweep
