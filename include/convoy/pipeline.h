// A compiled pipeline: what it takes and gives, how it is run, how it looks inside.
#pragma once
#include "convoy/options.h"
#include "convoy/stage.h"
#include "convoy/status.h"
#include "convoy/view.h"
#include <initializer_list>
#include <map>
#include <string_view>

namespace convoy {

namespace api {
class Program;
struct BoundState;
} // namespace api

inline namespace v1 {

// ---- what a pipeline is ----

struct Dimension {
  std::optional<std::int64_t> constant; // none: known when the pipeline runs
  std::string text;                     // "3", "H"; "photo.W" without a name; an output's "div(H + 1, 2)"
};

// An input or output. Its dimensions are those of one item; the batch is counted by the caller. A scalar is
// an input of one number for all items: it has no channels, dimensions and layout.
struct Port {
  enum class Kind { Tensor, Image, Scalar };
  std::string name;
  Kind kind = Kind::Tensor;
  int channels = 0;
  std::vector<Dimension> dimensions; // channels, [depth,] [height,] width
  std::string type;                  // "image[rgb, H, W]" or "float", as a script writes it
  std::string layout;                // "C, H, W": the order of the dimensions in dense memory, slowest first
  std::optional<float> defaultValue; // of a scalar: what it is when a run does not give it
  int rank() const { return static_cast<int>(dimensions.size()); }
};

struct Layer {
  std::string name;   // "conv_1", or what the script calls it
  std::string op;     // "conv"
  std::string output; // "tensor[16, H, W]"
  std::int64_t parameters = 0;
  std::uint32_t line = 0; // of the script, from 1; 0: none
};

// Values of named sizes: {{"H", 480}, {"W", 640}}.
using Sizes = std::map<std::string, std::int64_t>;
using Shape = std::vector<std::int64_t>;

// ---- what a run takes ----

// A view under the name of an input, or the number of a scalar: {"photo", photo}, {"level", 0.3f}. A scalar
// may also be given as a View<const float, 1> of one element.
struct Input {
  template <typename T, int Rank>
  Input(std::string_view itsName, const View<T, Rank>& itsView) : name(itsName), view(itsView) {}
  // Of float or double, so that {"W", 4} is a size wherever sizes are taken too.
  template <typename Number, typename = std::enable_if_t<std::is_floating_point_v<Number>>>
  Input(std::string_view itsName, Number itsNumber) : name(itsName), number(static_cast<float>(itsNumber)) {}
  std::string_view name;
  std::optional<detail::AnyView> view; // none: it is the number
  float number = 0;
};

// A view under the name of an output. A single unnamed result is called "result".
struct Output {
  template <typename T, int Rank>
  Output(std::string_view itsName, const View<T, Rank>& itsView) : name(itsName), view(itsView) {
    static_assert(!std::is_const_v<T>, "an output's view must not be const");
  }
  std::string_view name;
  detail::AnyView view;
};

template <typename Signature> class Function;

namespace detail {
// What bound functions have in common.
class BoundCall {
public:
  explicit BoundCall(std::shared_ptr<api::BoundState> state);
  BoundCall(const BoundCall&);
  BoundCall& operator=(const BoundCall&);
  ~BoundCall();
  const Status& error() const noexcept;
  Status call(const AnyView* views) const noexcept;

private:
  std::shared_ptr<api::BoundState> state_;
};
} // namespace detail

// ---- the pipeline ----

// A handle: copies share the code, which lives as long as the last of them and of their bound functions.
// Every member may be called from several threads at once.
class Pipeline {
public:
  Pipeline(const Pipeline&);
  Pipeline& operator=(const Pipeline&);
  ~Pipeline();

  const std::string& name() const;
  const std::vector<Port>& inputs() const; // in the order of the script
  const std::vector<Port>& outputs() const;
  const std::vector<std::string>& sizes() const; // names of the sizes that only a run knows
  const std::vector<Layer>& layers() const;      // in the order in which values are computed
  std::int64_t parameterCount() const;           // learnable numbers: literals of the script do not count
  std::int64_t parameterBytes() const;
  std::int64_t preparedBytes() const; // memory held for the parameters as the code reads them
  int threads() const;                // that a run uses

  // The shapes of one item of each output. Every size must be given, and no other. Errors: Argument, Shape
  // (also when a size does not meet what a layer needs), TooLarge.
  Result<std::vector<Shape>> outputShapes(const Sizes& sizes) const;
  // The same, from the extents of the views for all inputs; their data is not looked at.
  Result<std::vector<Shape>> outputShapes(std::initializer_list<Input> inputs) const;
  // What one run holds besides inputs and outputs, without copies of views.
  Result<std::int64_t> workspaceBytes(const Sizes& sizes, std::int64_t batch = 1) const;

  // Computes the outputs. Each input and output must be given once, in any order; a scalar that has a default
  // may be left out:
  //
  //   Status status = edges.run({{"photo", photo}}, {{"result", result}});
  //
  // Views without a batch are one item; all must agree on the number of items, and 0 is legal. Checked before
  // any work, in this order: names, element types and ranks, batch and extents, strides, pointers, overlaps.
  // UInt8 is for images, and for tensors with 1, 3 or 4 channels, height and width. The memory of an output
  // may overlap that of inputs (the result is then computed elsewhere and copied), but not its own or that of
  // another output. Never throws; outputs are untouched after an error, except for Cancelled and Executor.
  Status run(std::initializer_list<Input> inputs, std::initializer_list<Output> outputs) const noexcept;
  Status run(std::initializer_list<Input> inputs, std::initializer_list<Output> outputs,
             const RunControl& control) const noexcept;
  // The same, for lists that are made at run time.
  Status run(const std::vector<Input>& inputs, const std::vector<Output>& outputs,
             const RunControl& control = {}) const noexcept;

  // A function of all inputs and then all outputs, in the order of the script; a scalar is a float:
  //
  //   auto fast = edges.bind<void(convoy::View<const float, 3>, convoy::View<float, 3>)>();
  //   if (!fast) return fast.error();
  //   Status status = fast(photo, result);
  //
  // The signature is checked here, once. Calls check extents only when they differ from the last call's, and
  // keep their workspace; memory of an output that overlaps any other is refused.
  template <typename Signature> Function<Signature> bind() const;

  // A stage of the compilation as text: what `convoy emit` prints. Those from Llvm on are made anew by each
  // call. Empty when there is no such stage: Ast, when graph IR was compiled.
  std::string emit(Stage stage) const;
  // The same, with the reason when there is none.
  Status emit(Stage stage, std::string& text) const noexcept;

  // For the library itself.
  explicit Pipeline(std::shared_ptr<api::Program> program);

private:
  std::shared_ptr<api::BoundState> bindViews(const detail::AnyView* views, std::size_t count) const;
  std::shared_ptr<api::Program> program_;
};

// A pipeline as a function, see Pipeline::bind. Copies share their workspaces; calls from several threads at
// once are safe, each then has one of its own.
template <typename... Views> class Function<void(Views...)> {
public:
  // Whether the signature fits. Calls of one that does not return error().
  explicit operator bool() const noexcept { return call_.error().ok(); }
  const Status& error() const noexcept { return call_.error(); }

  Status operator()(const Views&... views) const noexcept {
    const detail::AnyView all[] = {detail::AnyView(views)...}; // numbers live as long as the call
    return call_.call(all);
  }

private:
  friend class Pipeline;
  explicit Function(detail::BoundCall call) : call_(std::move(call)) {}
  detail::BoundCall call_;
};

namespace detail {
template <typename Signature> struct SignatureViews;
template <typename... Views> struct SignatureViews<void(Views...)> {
  static_assert(sizeof...(Views) > 0, "a pipeline has inputs and outputs");
  // Views of nothing: only their types matter.
  static std::array<AnyView, sizeof...(Views)> list() { return {AnyView(std::decay_t<Views>())...}; }
};
} // namespace detail

template <typename Signature> Function<Signature> Pipeline::bind() const {
  const auto views = detail::SignatureViews<Signature>::list();
  return Function<Signature>(detail::BoundCall(bindViews(views.data(), views.size())));
}

} // namespace v1
} // namespace convoy
