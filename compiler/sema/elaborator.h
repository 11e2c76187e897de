// Elaboration: an interpreter of the AST that makes graph nodes. What is known when compiling is computed,
// loops and conditions are walked, blocks are entered call by call. Split over files by topic:
//   elaborator.cpp   the pipeline: inputs, results      statements.cpp  statements, loops, conditions
//   blocks.cpp       calls of blocks and pipelines      constants.cpp   constants and -D
//   expressions.cpp  expressions                        calls.cpp       layers and functions by name
//   attributes.cpp   attributes of layers               layers.cpp      nodes, names, parameters
//   parameters.cpp   parameters beside tensors
//   types.cpp        input and result types, sizes      trace.cpp       call chains in messages, limits
#pragma once
#include "ast/ast.h"
#include "sema/arithmetic.h"
#include "sema/facts.h"
#include "sema/frame.h"
#include "sema/kernel_values.h"
#include "sema/sema.h"
#include "sema/value.h"
#include <map>
#include <set>

namespace convoy::sema {

// One operand of a layer: a value of the graph, or a number that becomes a literal parameter.
struct Operand {
  graph::ValueId id = 0;
  std::optional<double> scalar;
};

// A layer call, as far as it is understood before its shape rule runs.
struct LayerCall {
  const OpInfo& row;
  Location location;
  std::vector<Operand> operands;
  Attributes attributes;
  std::vector<std::pair<std::string, Location>> attributeLocations;
  std::optional<std::string> name;
  Location nameLocation;
  std::optional<List> literal;               // a kernel's values
  const ast::Expr* writtenLiteral = nullptr; // its brackets, if they are written in the call
};

// A written type of a result: which dimensions are claimed.
struct ClaimedType {
  ImageKind image = ImageKind::None;
  bool open = false; // `tensor` alone: anything
  std::vector<std::optional<Size>> dims;
  std::string str() const;
};

// What helps where a run-time scalar stands and a number is needed.
constexpr const char* constantInstead =
    "it is known only when the pipeline runs; 'const NAME = ...' is set when compiling, with -D NAME=...";

class Elaborator {
public:
  Elaborator(const Program& program, const SemaOptions& options, DiagnosticEngine& diags, Facts* facts)
      : program_(program), options_(options), diags_(diags), facts_(facts) {}

  // The graph, possibly incomplete after errors.
  graph::Graph run(const ast::Pipeline& pipeline);
  // Of a file without a pipeline.
  void checkDefinitions();

private:
  using Statements = std::vector<ast::Statement>;

  // elaborator.cpp
  void definitions();
  void declareInputs(const ast::Pipeline& pipeline);
  // The number that `= ...` behind an input stands for. nullopt: there is none, or it was reported.
  std::optional<double> defaultOf(const ast::Pipeline& pipeline, const ast::Input& input, bool scalar);
  void checkResultNames(const ast::Pipeline& pipeline);
  struct Result {
    std::string name;
    Value value;
    Location location;
    ImageKind image = ImageKind::None; // as the written type says
  };
  // What the current frame returned, in the order of the pipeline's written results and checked against their
  // types. Without poison.
  std::vector<Result> matchResults(const ast::Pipeline& pipeline);
  void reportUnknownResults(const ast::Pipeline& pipeline, std::vector<const ast::Result*>& missing);
  void addResult(std::vector<Result>& results, const std::string& name, const ast::Result* declared,
                 const Returned& returned);

  // statements.cpp
  void statements(const Statements& list);
  void statement(const ast::Statement& statement);
  void bind(const ast::Statement& statement);
  void returnStatement(const ast::Statement& statement);
  void loop(const ast::Statement& statement);
  void conditional(const ast::Statement& statement);
  struct Items { // what a loop runs over
    const std::vector<Value>* list = nullptr;
    Value value; // keeps the list
    int64_t first = 0, last = 0;
    Value at(int64_t i) const { return list ? (*list)[static_cast<size_t>(i - first)] : Value{i}; }
  };
  std::optional<Items> items(const ast::Range& range);
  std::optional<bool> condition(const ast::Expr* expr, const char* what);
  void spoil(const Statements& list, bool mayReturn);

  // blocks.cpp
  struct Arguments {
    std::vector<Value> positional;         // a piped one first
    std::vector<const ast::Expr*> written; // of the positional ones; null for a piped one
    const std::vector<ast::Argument>* all;
    Location location, callee;
    Location of(size_t i) const { return written[i] ? written[i]->location : location; }
  };
  Value callDefinition(const Definition& definition, const Arguments& arguments);
  // The argument for each parameter; null where there is none. False after a diagnostic.
  bool matchArguments(const Definition& definition, const std::vector<std::string>& names,
                      const Arguments& arguments, std::vector<std::optional<Value>>& values,
                      std::vector<Location>& places);
  bool bindParameter(const ast::Block& block, const ast::Parameter& parameter, std::optional<Value> value,
                     Location where, Frame& frame);
  bool bindInput(const ast::Pipeline& pipeline, const ast::Input& input, const std::optional<Value>& value,
                 Location where, Frame& frame);
  bool bindScalar(const ast::Pipeline& pipeline, const ast::Input& input, const std::optional<Value>& value,
                  Location where, Frame& frame);
  std::optional<std::string> blockPrefix(const Arguments& arguments);
  Value enter(const Definition& definition, Frame& frame, const Arguments& arguments);
  void checkBlock(const ast::Block& block);

  // constants.cpp
  void defineConstants();
  void readDefines();
  Value constant(const Definition& definition);
  Value defined(const ast::Constant& constant, const Value& written, const std::string& text);

  // types.cpp
  std::optional<TensorType> inputType(const ast::Input& input);
  std::optional<Size> inputDimension(const ast::Expr& expr, const std::string& unnamed, bool channels);
  std::optional<ClaimedType> resultType(const ast::TypeExpr& type);
  void checkResultType(const ast::Result& declared, const ClaimedType& claimed, graph::ValueId value,
                       Location returned);
  void explainResult(const ClaimedType& claimed, graph::ValueId value);
  std::optional<Size> sizeExpression(const ast::Expr& expr);
  std::optional<Size> sizeCall(const ast::Expr& expr);
  std::optional<ImageKind> imageKind(const ast::TypeExpr& type);
  const Definition* namedSize(const ast::Expr& expr);

  // expressions.cpp
  Value evaluate(const ast::Expr* expr);
  Value evaluateInside(const ast::Expr& expr);
  Value name(const ast::Expr& expr);
  Value binary(const ast::Expr& expr);
  Value tensorArithmetic(const ast::Expr& expr, const OpInfo* row, const Value& left, const Value& right);
  Value pipe(const ast::Expr& expr);
  Value list(std::vector<Value> elements, Location location);
  Value index(const ast::Expr& expr);
  Value comprehension(const ast::Expr& expr);
  Value interpolation(const ast::Expr& expr);
  const ast::Expr* chosen(const ast::Expr& choice); // null after a diagnostic

  // calls.cpp
  // `piped` comes before the arguments. Poison after a diagnostic.
  Value call(const std::string& callee, Location calleeLocation, const std::vector<ast::Argument>& arguments,
             const Value* piped, Location location);
  Value functionCall(const std::string& callee, const Arguments& arguments);
  Value inquiry(const std::string& callee, const Arguments& arguments);
  Value layerCall(const OpInfo& row, const Arguments& arguments);
  bool isCallable(const std::string& name) const;
  bool isValue(const std::string& name) const { return frame_->find(name) || frame_->names.constant(name); }
  void symbolCalled(const std::string& callee, const std::string& symbol, const Arguments& arguments);
  void unknownCallee(const std::string& callee, Location location);
  bool isScalar(const Value& value) const;    // a run-time one
  bool isParameter(const Value& value) const; // a learned one

  // attributes.cpp
  bool namedArgument(LayerCall& call, const ast::Argument& argument);
  // `where` is the place of the name so far.
  bool layerName(const ast::Argument& argument, std::optional<std::string>& name, Location& where);
  bool setAttribute(LayerCall& call, const AttributeSpec& spec, const ast::Expr& expr, Location location);
  std::optional<Attribute> attributeValue(const LayerCall& call, const AttributeSpec& spec,
                                          const Value& value, const ast::Expr& written);
  std::optional<Attribute> choice(const AttributeSpec& spec, const ast::Expr& expr);
  std::optional<Attribute> borderValue(const AttributeSpec& spec, const ast::Expr& expr);

  // layers.cpp
  Value addLayer(LayerCall call);
  Value addNorms(const LayerCall& call, const std::string& name, const TensorType& type, int64_t p,
                 const std::vector<ShapeRequest::RuntimeCheck>& checks);
  void explainMisfit(const LayerCall& call, const Attributes& written, const std::vector<int>& axes,
                     size_t since);
  std::optional<KernelValues> applyLiteralKernel(LayerCall& call);
  void applyDefaults(LayerCall& call);
  // `kind`: of an unnamed one. The name has its prefix.
  std::string proposedName(const std::string& kind, const std::optional<std::string>& name);
  bool registerParametric(const std::string& name, Location where);
  std::string unused(const std::string& name);
  graph::ValueId add(graph::Value value);
  graph::ValueId addParameter(const std::string& name, std::vector<Size> dims,
                              std::shared_ptr<const graph::ParameterData> data, Location location);
  void addCheck(ShapeRequest::RuntimeCheck check, Location location);
  bool reasonable(const TensorType& type, Location location);
  bool fitsFloat(double value, Location location);

  // parameters.cpp
  Value parameterCall(const Arguments& arguments);
  std::optional<std::vector<Size>> parameterExtents(const Arguments& arguments);
  // Whether the layer can work on those that are among its operands.
  bool takesParameters(const LayerCall& call);

  // trace.cpp
  Place here(Location location) const;
  void explain(size_t since);                      // with the loops of the current frame
  void explainCall(size_t since, const CallSite&); // with a call
  // Counts work. False when there was too much of it, which is reported once: then nothing goes on.
  bool charge(int64_t work, Location location);
  bool stop(DiagnosticBuilder report);
  void note(Location where, const Value& value) {
    if (facts_) facts_->note(where, value);
  }

  ArithmeticContext arithmetic(Location location) { return {location, diags_, graph_}; }

  const Program& program_;
  const SemaOptions& options_;
  DiagnosticEngine& diags_;
  Facts* facts_; // may be null
  graph::Graph graph_;
  Frame* frame_ = nullptr;
  std::vector<const Frame*> calls_; // the frames being elaborated, outermost first

  std::set<std::string> names_;                   // of the graph's values
  std::map<std::string, int64_t> suffixes_;       // the last one that made a name unused
  std::map<std::string, Place> parametricLayers_; // by name
  std::map<std::string, int64_t> counters_;       // layers of each kind in each named block

  std::map<const ast::Constant*, Value> constants_;
  std::map<const ast::Constant*, std::string> defines_; // -D
  std::vector<const ast::Constant*> constantsInWork_;
  std::set<const void*> failed_; // blocks in which an error was found: it is not reported again
  int64_t work_ = 0, layers_ = 0, depth_ = 0, literalNumbers_ = 0;
  bool stopped_ = false;
};

// Removes what no output needs.
void prune(graph::Graph& graph);

} // namespace convoy::sema
