// Elaboration of one pipeline: walks the statements once and builds the graph. Split over files by topic:
//   elaborator.cpp  the pipeline: statements, results        types.cpp       input and result types, size
//   expressions expressions.cpp expressions                              calls.cpp       layers and their
//   attributes layers.cpp      nodes, names, parameters                 kernel_values.cpp literal kernels
#pragma once
#include "ast/ast.h"
#include "sema/arithmetic.h"
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
  std::optional<List> literal; // a kernel's values
};

// A written type of a result: which dimensions are claimed.
struct ClaimedType {
  ImageKind image = ImageKind::None;
  bool open = false; // `tensor` alone: anything
  std::vector<std::optional<Size>> dims;
  std::string str() const;
};

class Elaborator {
public:
  Elaborator(const ast::Pipeline& pipeline, DiagnosticEngine& diags) : pipeline_(pipeline), diags_(diags) {}

  // The graph, possibly incomplete after errors.
  graph::Graph run();

private:
  // elaborator.cpp
  void declareInputs();
  void statement(const ast::Statement& statement);
  void bind(const ast::Statement& statement);
  void returnStatement(const ast::Statement& statement);
  struct Returned {
    std::string name;
    Value value;
    Location location;
  };
  void matchResults(std::vector<Returned> returned, bool record, Location location);
  void addOutput(const std::string& name, const ast::Result* declared, const Returned& returned);
  void checkResultNames();

  // types.cpp
  std::optional<TensorType> inputType(const ast::Input& input);
  std::optional<Size> inputDimension(const ast::Expr& expr, const std::string& unnamed, bool channels);
  std::optional<ClaimedType> resultType(const ast::TypeExpr& type);
  void checkResultType(const ast::Result& declared, const ClaimedType& claimed, const TensorType& actual,
                       Location returned);
  std::optional<Size> sizeExpression(const ast::Expr& expr);
  std::optional<Size> sizeCall(const ast::Expr& expr);
  std::optional<ImageKind> imageKind(const ast::TypeExpr& type);

  // expressions.cpp
  Value evaluate(const ast::Expr* expr);
  Value evaluateInside(const ast::Expr& expr);
  Value name(const ast::Expr& expr);
  Value binary(const ast::Expr& expr);
  Value tensorArithmetic(const ast::Expr& expr, const OpInfo* row, const Value& left, const Value& right);
  Value pipe(const ast::Expr& expr);

  // calls.cpp
  // `piped` comes before the arguments. Poison after a diagnostic.
  Value call(const std::string& callee, Location calleeLocation, const std::vector<ast::Argument>& arguments,
             const Value* piped, Location location);
  Value functionCall(const std::string& callee, const std::vector<ast::Argument>& arguments,
                     std::vector<Value> positional, Location location);
  Value layerCall(const OpInfo& row, const std::vector<ast::Argument>& arguments,
                  std::vector<Value> positional, Location location);
  bool namedArgument(LayerCall& call, const ast::Argument& argument);
  bool setAttribute(LayerCall& call, const AttributeSpec& spec, const ast::Expr& expr, Location location);
  std::optional<Attribute> attributeValue(const AttributeSpec& spec, const Value& value, Location location);
  std::optional<Attribute> paddingWord(const ast::Expr& expr);
  std::optional<Attribute> borderValue(const ast::Expr& expr);
  void unknownCallee(const std::string& callee, Location location);

  // layers.cpp
  Value addLayer(LayerCall call);
  std::optional<KernelValues> applyLiteralKernel(LayerCall& call);
  void applyDefaults(LayerCall& call);
  std::string proposedName(const LayerCall& call) const;
  bool registerLayer(const LayerCall& call, const std::string& name, bool hasParameters);
  std::string unused(const std::string& name) const;
  graph::ValueId add(graph::Value value);
  graph::ValueId addParameter(const std::string& name, std::vector<Size> dims,
                              std::shared_ptr<const graph::ParameterData> data, Location location);
  void addCheck(ShapeRequest::RuntimeCheck check, Location location);
  bool reasonable(const TensorType& type, Location location);
  bool fitsFloat(double value, Location location);

  ArithmeticContext arithmetic(Location location) { return {location, diags_, graph_}; }

  const ast::Pipeline& pipeline_;
  DiagnosticEngine& diags_;
  graph::Graph graph_;
  std::map<std::string, Value> scope_;
  std::set<std::string> sizeNames_;                  // named by the inputs
  std::set<std::string> names_;                      // of the graph's values
  std::map<std::string, Location> parametricLayers_; // by name
  std::map<std::string, int64_t> counters_;          // layers of each kind
  const ast::Statement* return_ = nullptr;
  bool saidAfterReturn_ = false;
};

// Removes what no output needs.
void prune(graph::Graph& graph);

} // namespace convoy::sema
