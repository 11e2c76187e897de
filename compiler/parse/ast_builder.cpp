#include "parse/ast_builder.h"
#include "parse/literals.h"
#include "support/internal_error.h"
#include <functional>
#include <limits>

namespace convoy {
namespace {

using namespace ast;
using Parser = grammar::ConvoyParser;
using antlr4::ParserRuleContext;
using antlr4::tree::TerminalNode;

BinaryOp binaryOp(size_t kind) {
  switch (kind) {
  case Parser::Plus: return BinaryOp::Add;
  case Parser::Minus: return BinaryOp::Sub;
  case Parser::Times: return BinaryOp::Mul;
  case Parser::Divide: return BinaryOp::Div;
  case Parser::Power: return BinaryOp::Power;
  case Parser::Less: return BinaryOp::Less;
  case Parser::LessEqual: return BinaryOp::LessEqual;
  case Parser::Greater: return BinaryOp::Greater;
  case Parser::GreaterEqual: return BinaryOp::GreaterEqual;
  case Parser::EqualEqual: return BinaryOp::Equal;
  case Parser::NotEqual: return BinaryOp::NotEqual;
  case Parser::AndAnd: return BinaryOp::And;
  case Parser::OrOr: return BinaryOp::Or;
  default: internalError("a token that is no binary operator stands for one"); // every other token
  }
}

class Builder {
public:
  Builder(const ScannedTokens& tokens, DiagnosticEngine& diags) : tokens_(tokens), diags_(diags) {}

  std::unique_ptr<File> file(Parser::FileContext& context) {
    auto result = std::make_unique<File>();
    result->source = &tokens_.file();
    for (Parser::ImportFileContext* part : context.importFile())
      if (!part->exception && !tokens_[indexOf(part->String())].reported)
        result->imports.push_back(importFile(*part));
    for (Parser::ConstantContext* part : context.constant())
      if (!part->exception)
        result->constants.push_back(
            {text(part->Name()), expression(*part->pipe()), locate(*part), locate(part->Name())});
    for (Parser::BlockContext* part : context.block())
      if (!part->exception && part->blockSignature() && !part->blockSignature()->exception)
        result->blocks.push_back(block(*part));
      else if (part->body())
        body(*part->body()); // for what it reports
    for (Parser::PipelineContext* part : context.pipeline())
      if (!part->exception && part->signature() && !part->signature()->exception)
        result->pipelines.push_back(pipeline(*part));
      else if (part->body())
        body(*part->body()); // for what it reports
    for (Parser::WeightsContext* part : context.weights())
      if (!part->exception) weights(*part, result->weights);
    return result;
  }

private:
  // Places and texts.

  static size_t indexOf(TerminalNode* node) { return node->getSymbol()->getTokenIndex(); }
  Location locate(TerminalNode* node) const { return tokens_.location(indexOf(node)); }
  std::string text(TerminalNode* node) const { return std::string(tokens_.text(indexOf(node))); }
  // From the first token of one rule to the last of another.
  Location locate(const ParserRuleContext& first, const ParserRuleContext& last) const {
    return join(tokens_.location(first.start->getTokenIndex()), tokens_.location(last.stop->getTokenIndex()));
  }
  Location locate(const ParserRuleContext& context) const { return locate(context, context); }

  static ExprPtr make(Expr::Kind kind, Location where) {
    auto expr = std::make_unique<Expr>();
    expr->kind = kind;
    expr->location = where;
    return expr;
  }

  // Parts of the file.

  Import importFile(Parser::ImportFileContext& context) {
    Import result;
    result.location = locate(context.String());
    result.path = stringValue(text(context.String()), result.location, diags_);
    return result;
  }

  Block block(Parser::BlockContext& context) {
    Parser::BlockSignatureContext& signature = *context.blockSignature();
    Block result;
    result.name = text(signature.Name());
    result.nameLocation = locate(signature.Name());
    result.location = locate(context);
    for (Parser::ParameterContext* part : signature.parameter()) {
      Parameter parameter{text(part->Name()), std::nullopt, nullptr, locate(*part)};
      if (part->typeName()) parameter.type = type(*part->typeName());
      if (part->pipe()) parameter.fallback = expression(*part->pipe());
      result.parameters.push_back(std::move(parameter));
    }
    if (context.body()) result.body = body(*context.body());
    return result;
  }

  void weights(Parser::WeightsContext& context, std::optional<Weights>& first) {
    if (first) {
      diags_.report(diag::SecondWeights, locate(context)).label(first->location, "the first one is here");
      return;
    }
    first = Weights{"", locate(context), locate(context.String())};
    if (!tokens_[indexOf(context.String())].reported)
      first->path = stringValue(text(context.String()), first->pathLocation, diags_);
  }

  Pipeline pipeline(Parser::PipelineContext& context) {
    Parser::SignatureContext& signature = *context.signature();
    Pipeline result;
    result.name = text(signature.Name());
    result.nameLocation = locate(signature.Name());
    result.location = locate(context);
    for (Parser::InputContext* part : signature.input()) {
      Input input{text(part->Name()), type(*part->typeName()), nullptr, locate(*part)};
      if (part->pipe()) input.fallback = expression(*part->pipe());
      result.inputs.push_back(std::move(input));
    }
    if (signature.results()) result.results = results(*signature.results());
    if (context.body()) result.body = body(*context.body());
    return result;
  }

  std::vector<Result> results(Parser::ResultsContext& context) {
    std::vector<Result> list;
    if (context.typeName()) list.push_back({"", type(*context.typeName()), locate(context)});
    for (Parser::ResultContext* part : context.result()) {
      Result result{text(part->Name()), std::nullopt, locate(*part)};
      if (part->typeName()) result.type = type(*part->typeName());
      list.push_back(std::move(result));
    }
    return list;
  }

  TypeExpr type(Parser::TypeNameContext& context) {
    TypeExpr result;
    result.name = text(context.Name());
    result.location = locate(context);
    result.bracketed = context.dimensions() != nullptr;
    if (context.dimensions())
      for (Parser::PipeContext* size : context.dimensions()->pipe())
        result.dimensions.push_back(expression(*size));
    return result;
  }

  std::vector<Statement> body(Parser::BodyContext& context) {
    std::vector<Statement> list;
    for (Parser::StatementContext* part : context.statement())
      if (!part->exception) list.push_back(statement(*part));
    return list;
  }

  Statement statement(Parser::StatementContext& context) {
    if (context.loop()) return loop(*context.loop());
    if (context.conditional()) return conditional(*context.conditional());
    Statement result;
    result.location = locate(context);
    result.kind = context.Return() ? Statement::Return : Statement::Bind;
    for (TerminalNode* name : context.Name()) {
      result.names.push_back(text(name));
      result.nameLocations.push_back(locate(name));
    }
    mayBeRecord_ = context.Return() ? soleGroup(*context.pipe()) : nullptr;
    result.value = expression(*context.pipe());
    mayBeRecord_ = nullptr;
    return result;
  }

  Statement loop(Parser::LoopContext& context) {
    Statement result;
    result.kind = Statement::For;
    result.location = locate(context, *context.iterable()); // the head; the body may be long
    result.names.push_back(text(context.Name()));
    result.nameLocations.push_back(locate(context.Name()));
    result.range = range(*context.iterable());
    result.body = body(*context.body());
    return result;
  }

  Range range(Parser::IterableContext& context) {
    Range result;
    result.first = expression(*context.pipe(0));
    if (context.DotDot()) result.last = expression(*context.pipe(1));
    return result;
  }

  // The children of `if c { } else if d { } else { }`, arm by arm: where the arm begins, its condition (null
  // for a plain `else`) and what stands in its braces.
  template <typename Braces>
  void eachArm(ParserRuleContext& context,
               const std::function<void(Location, Parser::PipeContext*, Braces&)>& visit) {
    Location begin, plainElse;
    Parser::PipeContext* condition = nullptr;
    for (antlr4::tree::ParseTree* child : context.children) {
      if (auto* word = dynamic_cast<TerminalNode*>(child)) {
        begin = join(begin, locate(word));
        if (plainElse.valid())
          diags_.report(diag::SecondElse, locate(word)).label(plainElse, "this is for every other case");
      } else if (auto* pipe = dynamic_cast<Parser::PipeContext*>(child)) {
        condition = pipe;
      } else if (auto* braces = dynamic_cast<Braces*>(child)) {
        visit(begin, condition, *braces);
        plainElse = condition ? Location() : begin;
        begin = {};
        condition = nullptr;
      }
    }
  }

  Statement conditional(Parser::ConditionalContext& context) {
    Statement result;
    result.kind = Statement::If;
    result.location = locate(context);
    eachArm<Parser::BodyContext>(
        context, [&](Location where, Parser::PipeContext* condition, Parser::BodyContext& braces) {
          Branch arm;
          arm.location = where;
          if (condition) arm.condition = expression(*condition);
          arm.body = body(braces);
          result.branches.push_back(std::move(arm));
        });
    return result;
  }

  // The parentheses that are the whole of `return (...)`, if they are.
  static Parser::GroupContext* soleGroup(ParserRuleContext& context) {
    ParserRuleContext* inner = &context;
    while (inner && inner->children.size() == 1) {
      inner = dynamic_cast<ParserRuleContext*>(inner->children.front());
      if (auto* group = dynamic_cast<Parser::GroupContext*>(inner)) return group;
    }
    return nullptr;
  }

  // Expressions, from the loosest operator to the tightest.

  ExprPtr expression(Parser::PipeContext& context) {
    ExprPtr value = disjunction(*context.disjunction());
    for (Parser::TargetContext* part : context.target()) {
      ExprPtr right = nameOrCall(*part, part->Name(), part->arguments());
      ExprPtr whole = make(Expr::Pipe, locate(context, *part));
      whole->calleeLocation = right->calleeLocation;
      whole->elements.push_back(std::move(value));
      whole->elements.push_back(std::move(right));
      value = std::move(whole);
    }
    return value;
  }

  // `operand (operator operand)*`, from left to right. Operators stand between the operands.
  template <typename Operand, typename Build>
  ExprPtr leftToRight(ParserRuleContext& context, const std::vector<Operand*>& operands, Build build) {
    ExprPtr value = build(*operands.front());
    for (size_t i = 1; i < operands.size(); ++i) {
      auto* sign = dynamic_cast<TerminalNode*>(context.children[2 * i - 1]);
      require(sign != nullptr, "no operator between two operands");
      value = binary(sign, std::move(value), build(*operands[i]), locate(context, *operands[i]));
    }
    return value;
  }

  ExprPtr binary(TerminalNode* sign, ExprPtr left, ExprPtr right, Location where) {
    ExprPtr whole = make(Expr::Binary, where);
    whole->binary = binaryOp(sign->getSymbol()->getType());
    whole->elements.push_back(std::move(left));
    whole->elements.push_back(std::move(right));
    return whole;
  }

  ExprPtr disjunction(Parser::DisjunctionContext& context) {
    return leftToRight(context, context.conjunction(),
                       [&](Parser::ConjunctionContext& c) { return conjunction(c); });
  }

  ExprPtr conjunction(Parser::ConjunctionContext& context) {
    return leftToRight(context, context.comparison(),
                       [&](Parser::ComparisonContext& c) { return comparison(c); });
  }

  ExprPtr comparison(Parser::ComparisonContext& context) {
    std::vector<Parser::SumContext*> operands = context.sum();
    if (operands.size() > 2)
      diags_.report(diag::ChainedComparison, tokens_.location(operands[2]->start->getTokenIndex() - 1))
          .label(tokens_.location(operands[1]->start->getTokenIndex() - 1), "the first comparison")
          .help("write 'a < b && b < c'");
    return leftToRight(context, operands, [&](Parser::SumContext& c) { return sum(c); });
  }

  ExprPtr sum(Parser::SumContext& context) {
    return leftToRight(context, context.product(), [&](Parser::ProductContext& c) { return product(c); });
  }

  ExprPtr product(Parser::ProductContext& context) {
    return leftToRight(context, context.unary(), [&](Parser::UnaryContext& c) { return unary(c); });
  }

  ExprPtr unary(Parser::UnaryContext& context) {
    if (context.power()) return power(*context.power());
    if (context.Minus() && isSmallestInteger(*context.unary())) {
      ExprPtr smallest = make(Expr::Int, locate(context));
      smallest->integer = std::numeric_limits<int64_t>::min();
      return smallest;
    }
    ExprPtr whole = make(Expr::Unary, locate(context));
    whole->unary = context.Minus() ? UnaryOp::Minus : UnaryOp::Plus;
    whole->elements.push_back(unary(*context.unary()));
    return whole;
  }

  // -2^63 is an integer although 2^63 is not.
  bool isSmallestInteger(ParserRuleContext& operand) const {
    return operand.start == operand.stop &&
           tokens_.text(operand.start->getTokenIndex()) == "9223372036854775808";
  }

  ExprPtr power(Parser::PowerContext& context) {
    ExprPtr base = element(*context.element());
    if (!context.unary()) return base;
    ExprPtr exponent = unary(*context.unary());
    return binary(context.Power(), std::move(base), std::move(exponent), locate(context));
  }

  ExprPtr element(Parser::ElementContext& context) {
    ExprPtr base = primary(*context.primary());
    if (context.pipe().empty()) return base;
    ExprPtr whole = make(Expr::Index, locate(context));
    whole->elements.push_back(std::move(base));
    for (Parser::PipeContext* index : context.pipe()) whole->elements.push_back(expression(*index));
    return whole;
  }

  ExprPtr choice(Parser::ChoiceContext& context) {
    ExprPtr whole = make(Expr::Choice, locate(context));
    bool complete = false;
    eachArm<Parser::BranchContext>(
        context, [&](Location, Parser::PipeContext* condition, Parser::BranchContext& braces) {
          if (condition) whole->elements.push_back(expression(*condition));
          whole->elements.push_back(expression(*braces.pipe()));
          complete = !condition;
        });
    if (!complete)
      diags_.report(diag::MissingElse, locate(context.If(0)))
          .help("write 'if condition { value } else { other value }'");
    return whole;
  }

  // A string taken apart: the pieces of text with the values between them.
  ExprPtr interpolation(Parser::InterpolationContext& context) {
    ExprPtr whole = make(Expr::Interpolation, locate(context));
    for (antlr4::tree::ParseTree* child : context.children) {
      if (auto* pipe = dynamic_cast<Parser::PipeContext*>(child)) {
        whole->elements.push_back(expression(*pipe));
        continue;
      }
      auto* token = dynamic_cast<TerminalNode*>(child);
      require(token != nullptr, "a string is made of texts and values");
      ExprPtr piece = make(Expr::String, locate(token));
      piece->text = stringValue(text(token), locate(token), diags_);
      whole->elements.push_back(std::move(piece));
    }
    return whole;
  }

  ExprPtr primary(Parser::PrimaryContext& context) {
    if (context.Name()) return nameOrCall(context, context.Name(), context.arguments());
    if (context.list()) return list(*context.list());
    if (context.group()) return group(*context.group());
    if (context.choice()) return choice(*context.choice());
    if (context.interpolation()) return interpolation(*context.interpolation());
    return literal(context);
  }

  ExprPtr literal(Parser::PrimaryContext& context) {
    Location where = locate(context);
    const ScannedToken& token = tokens_[context.start->getTokenIndex()];
    std::string_view source = tokens_.text(context.start->getTokenIndex());
    if (context.Int()) {
      ExprPtr expr = make(Expr::Int, where);
      if (!token.reported) expr->integer = integerValue(source, where, diags_);
      return expr;
    }
    if (context.Float()) {
      ExprPtr expr = make(Expr::Float, where);
      expr->number = floatValue(source, where, diags_);
      return expr;
    }
    if (context.Size()) {
      ExprPtr expr = make(Expr::SizeLiteral, where);
      expr->sizes = sizeValue(source, where, diags_);
      return expr;
    }
    if (context.String()) {
      ExprPtr expr = make(Expr::String, where);
      if (!token.reported) expr->text = stringValue(source, where, diags_);
      return expr;
    }
    ExprPtr expr = make(Expr::Bool, where);
    expr->boolean = context.True() != nullptr;
    return expr;
  }

  ExprPtr nameOrCall(ParserRuleContext& context, TerminalNode* name, Parser::ArgumentsContext* arguments) {
    ExprPtr expr = make(arguments ? Expr::Call : Expr::Name, locate(context));
    expr->text = text(name);
    expr->calleeLocation = locate(name);
    if (!arguments) return expr;
    for (Parser::ArgumentContext* part : arguments->argument()) {
      Argument built = argument(*part);
      if (!built.name && !expr->arguments.empty() && expr->arguments.back().name)
        diags_.report(diag::PositionalAfterNamed, built.location)
            .label(expr->arguments.back().location, "this one has a name");
      expr->arguments.push_back(std::move(built));
    }
    return expr;
  }

  // `value` or `name: value`; the grammar lets any expression stand before the colon.
  Argument argument(Parser::ArgumentContext& context) {
    Argument result;
    result.location = locate(context);
    if (!context.Colon()) {
      result.value = expression(*context.pipe(0));
      return result;
    }
    Parser::PipeContext& name = *context.pipe(0);
    bool oneWord = name.start == name.stop && name.start->getType() == Parser::Name;
    if (!oneWord)
      diags_.report(diag::ArgumentName, locate(name)).help("before ':' stands a name, as in 'stride: 2'");
    result.name = std::string(tokens_.text(name.start->getTokenIndex()));
    result.nameLocation = locate(name);
    result.value = expression(*context.pipe(1));
    return result;
  }

  ExprPtr list(Parser::ListContext& context) {
    ExprPtr expr = make(context.For() ? Expr::Comprehension : Expr::List, locate(context));
    if (context.For()) {
      expr->text = text(context.Name());
      expr->range = range(*context.iterable());
    }
    for (Parser::PipeContext* element : context.pipe()) expr->elements.push_back(expression(*element));
    return expr;
  }

  // `(3, 3)`, as other languages write sizes.
  void reportTuple(Parser::GroupContext& context, const std::vector<Parser::ArgumentContext*>& parts) {
    auto report = diags_.report(diag::UnexpectedToken, locate(context.Comma(0)), "')'", "','");
    std::string size;
    for (Parser::ArgumentContext* part : parts) {
      const Location place = locate(*part);
      const std::string text(place.file->text().substr(place.begin, place.end - place.begin));
      if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos || text[0] == '0') {
        report.help("a size is written 3x3, a computed one size(h, w), a list [a, b]");
        return;
      }
      size += (size.empty() ? "" : "x") + text;
    }
    report.fix("a size is written without brackets", locate(context), size);
  }

  // Parentheses around one value, or the record of a return.
  ExprPtr group(Parser::GroupContext& context) {
    bool recordAllowed = mayBeRecord_ == &context;
    std::vector<Parser::ArgumentContext*> parts = context.argument();
    bool named = false;
    for (Parser::ArgumentContext* part : parts) named = named || part->Colon();
    if (parts.size() == 1 && !named && context.Comma().empty()) return expression(*parts.front()->pipe(0));
    if (named && !recordAllowed)
      diags_.report(diag::MisplacedRecord, locate(context))
          .help("give each value a name of its own: low = ...; high = ...");
    if (!named && !recordAllowed) reportTuple(context, parts);
    ExprPtr record = make(Expr::Record, locate(context));
    for (Parser::ArgumentContext* part : parts) {
      Argument built = argument(*part);
      if (!built.name && recordAllowed)
        diags_.report(diag::UnnamedResult, built.location).help("name every one: (low: a, high: b)");
      record->arguments.push_back(std::move(built));
    }
    return record;
  }

  const ScannedTokens& tokens_;
  DiagnosticEngine& diags_;
  Parser::GroupContext* mayBeRecord_ = nullptr; // the parentheses that may hold a record
};

} // namespace

std::unique_ptr<File> buildAst(Parser::FileContext& tree, const ScannedTokens& tokens,
                               DiagnosticEngine& diags) {
  return Builder(tokens, diags).file(tree);
}

} // namespace convoy
