#include "graph/reader.h"
#include <cctype>
#include <charconv>
#include <map>

namespace convoy::graph {

namespace {

// Recursive descent over the text. The first error ends the reading: a stage's text is written by a program
// or edited in a line or two. Functions return false after an error.
class Reader {
public:
  Reader(const SourceFile& file, DiagnosticEngine& diags) : file_(file), text_(file.text()), diags_(diags) {}

  std::optional<Graph> read() {
    if (!header() || !body()) return std::nullopt;
    skipSpace();
    if (at_ != text_.size()) {
      expected("the end of the text");
      return std::nullopt;
    }
    std::vector<std::string> problems = verify(graph_);
    for (const std::string& problem : problems) diags_.report(diag::GraphMalformed, locate(problem), problem);
    return problems.empty() ? std::optional(std::move(graph_)) : std::nullopt;
  }

private:
  // A problem of one layer starts with its kind and name, as in "conv 'c': ..."; any other is about the
  // graph.
  Location locate(const std::string& problem) const {
    const size_t open = problem.find('\''), close = problem.find("':", open + 1);
    if (open == std::string::npos || close == std::string::npos) return nameLocation_;
    const std::string_view name = std::string_view(problem).substr(open + 1, close - open - 1);
    for (const Value& value : graph_.values)
      if (value.name == name) return value.location;
    return nameLocation_;
  }

  // ---- characters ----
  void skipSpace() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_])))
        ++at_;
      else if (text_.substr(at_, 2) == "//")
        at_ = std::min(text_.find('\n', at_), text_.size());
      else
        break;
    }
  }
  Location here() const {
    uint32_t at = static_cast<uint32_t>(at_);
    return {&file_, at, at_ < text_.size() ? at + 1 : at};
  }
  Location since(size_t begin) const {
    return {&file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)};
  }
  bool expected(const std::string& what) {
    size_t end = at_;
    while (end < text_.size() && end < at_ + 20 && !std::isspace(static_cast<unsigned char>(text_[end])))
      ++end;
    std::string found =
        at_ >= text_.size() ? "the end" : "'" + std::string(text_.substr(at_, end - at_)) + "'";
    diags_.report(diag::GraphSyntax, here(), what, found);
    return false;
  }
  bool wrong(Location where, const std::string& what) {
    diags_.report(diag::GraphName, where, what);
    return false;
  }
  bool peek(std::string_view token) {
    skipSpace();
    return text_.substr(at_, token.size()) == token;
  }
  bool take(std::string_view token) {
    if (!peek(token)) return false;
    at_ += token.size();
    return true;
  }
  bool expect(std::string_view token) { return take(token) || expected("'" + std::string(token) + "'"); }

  // ---- words ----
  bool word(std::string& word, const char* what) {
    skipSpace();
    size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_'))
      ++at_;
    word = std::string(text_.substr(begin, at_ - begin));
    return !word.empty() || expected(what);
  }

  bool quotedText(std::string& result) {
    if (!expect("\"")) return false;
    result.clear();
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) {
        c = text_[at_++];
        unsigned code = 0;
        if (c == 'x') {
          auto parsed = at_ + 2 <= text_.size()
                            ? std::from_chars(text_.data() + at_, text_.data() + at_ + 2, code, 16)
                            : std::from_chars_result{nullptr, std::errc::invalid_argument};
          if (parsed.ec != std::errc() || parsed.ptr != text_.data() + at_ + 2)
            return expected("two hexadecimal digits");
          at_ += 2;
          c = static_cast<char>(code);
        }
      }
      result += c;
    }
    return expect("\"");
  }

  bool name(std::string& result) {
    if (at_ < text_.size() && text_[at_] == '"') return quotedText(result);
    size_t begin = at_;
    auto plain = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '/' || c == '-';
    };
    while (at_ < text_.size() && plain(text_[at_])) ++at_;
    result = std::string(text_.substr(begin, at_ - begin));
    return !result.empty() || expected("a name");
  }

  bool integer(int64_t& value) {
    skipSpace();
    auto parsed = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (parsed.ec != std::errc()) return expected("an integer of 64 bits");
    at_ = static_cast<size_t>(parsed.ptr - text_.data());
    return true;
  }

  template <typename Number> bool number(Number& value) {
    skipSpace();
    auto parsed = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (parsed.ec != std::errc()) return expected("a number");
    at_ = static_cast<size_t>(parsed.ptr - text_.data());
    return true;
  }

  // A size runs to the next `,`, `]`, `==` or `>=` outside of parentheses.
  bool size(Size& result) {
    skipSpace();
    size_t begin = at_;
    int depth = 0;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (depth == 0 && (c == ',' || c == ']' || c == '=' || c == '>')) break;
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth < 0 || c == '\n') break;
      ++at_;
    }
    auto parsed = Size::parse(text_.substr(begin, at_ - begin));
    if (!parsed) {
      at_ = begin;
      return expected("a size");
    }
    result = *parsed;
    return true;
  }

  template <typename Item> bool list(const char* open, const char* close, Item item) {
    if (!expect(open)) return false;
    if (take(close)) return true;
    do {
      if (!item()) return false;
    } while (take(","));
    return expect(close);
  }

  // ---- types ----
  bool imageKind(ImageKind& kind) {
    std::string text;
    if (!word(text, "gray, rgb or rgba")) return false;
    kind = imageKindNamed(text);
    return kind != ImageKind::None || wrong(here(), "there is no image kind '" + text + "'");
  }

  bool type(TensorType& type) {
    bool isImage = peek("image");
    if (isImage)
      take("image");
    else if (!expect("tensor"))
      return false;
    bool first = true;
    const bool good = list("[", "]", [&] {
      if (first && isImage) {
        first = false;
        if (!imageKind(type.image)) return false;
        type.dims.push_back(channelsOf(type.image));
        return true;
      }
      Size dim;
      if (!size(dim)) return false;
      type.dims.push_back(dim);
      return true;
    });
    if (take("u8")) type.element = Element::U8;
    if (take("i8")) type.element = Element::I8;
    return good;
  }

  // ---- values ----
  bool newName(std::string& result, Location& where) {
    if (!expect("%")) return false;
    size_t begin = at_ - 1;
    if (!name(result)) return false;
    where = since(begin);
    return !ids_.count(result) || wrong(where, "a value named '" + result + "' exists already");
  }

  bool reference(ValueId& id) {
    if (!expect("%")) return false;
    size_t begin = at_ - 1;
    std::string text;
    if (!name(text)) return false;
    auto found = ids_.find(text);
    if (found == ids_.end()) return wrong(since(begin), "there is no value '" + text + "' before this line");
    id = found->second;
    return true;
  }

  ValueId add(Value value) {
    ValueId id = static_cast<ValueId>(graph_.values.size());
    ids_[value.name] = id;
    graph_.values.push_back(std::move(value));
    return id;
  }

  bool header() {
    if (!expect("graph") || !expect("@")) return false;
    size_t begin = at_ - 1;
    if (!name(graph_.name)) return false;
    nameLocation_ = since(begin);
    return list("(", ")", [&] {
      Value input;
      input.kind = Value::Input;
      if (!newName(input.name, input.location) || !expect(":") || !inputType(input)) return false;
      graph_.inputs.push_back(add(std::move(input)));
      return true;
    });
  }

  // A run-time scalar, perhaps with its default, or a tensor or image.
  bool inputType(Value& input) {
    if (!take("float")) return type(input.type);
    input.type = scalarType();
    return !take("=") || number(input.defaultValue.emplace());
  }

  bool body() {
    if (!expect("{")) return false;
    while (true) {
      skipSpace();
      if (peek("%")) {
        if (!node()) return false;
      } else if (take("param")) {
        if (!parameter()) return false;
      } else if (take("check")) {
        if (!check()) return false;
      } else if (take("return")) {
        return results() && expect("}");
      } else {
        return expected("a value, 'param', 'check' or 'return'");
      }
    }
  }

  bool parameter() {
    Value value;
    value.kind = Value::Parameter;
    auto data = std::make_shared<ParameterData>();
    if (!newName(value.name, value.location) || !expect(":")) return false;
    skipSpace();
    std::string element;
    if (!word(element, "f32, i8 or i32")) return false;
    const std::optional<Element> known = elementNamed(element);
    if (!known || *known == Element::U8) return wrong(here(), "no parameter is of '" + element + "'");
    value.type.element = *known;
    bool good = list("[", "]", [&] {
      int64_t extent;
      if (!integer(extent)) return false;
      value.type.dims.push_back(extent);
      return true;
    });
    if (!good) return false;
    data->literal = take("literal");
    if (take("=")) {
      if (take("<")) {
        int64_t count;
        if (!integer(count) || !expect("numbers") || !expect(">")) return false;
      } else {
        good = list("[", "]", [&] {
          float number;
          if (!this->number(number)) return false;
          data->data.push_back(number);
          return true;
        });
        if (!good) return false;
      }
    }
    value.data = std::move(data);
    add(std::move(value));
    return true;
  }

  bool node() {
    Value value;
    value.kind = Value::Node;
    if (!newName(value.name, value.location) || !expect("=")) return false;
    skipSpace();
    size_t begin = at_;
    std::string op;
    if (!word(op, "a layer")) return false;
    const OpInfo* row = findOp(op);
    if (!row || row->makes) return wrong(since(begin), "there is no layer '" + op + "'");
    value.op = row->kind;
    bool good = list("(", ")", [&] {
      ValueId id;
      if (!reference(id)) return false;
      value.operands.push_back(id);
      return true;
    });
    if (!good) return false;
    if (peek("{") && !list("{", "}", [&] { return attribute(*row, value.attributes); })) return false;
    if (!expect(":") || !type(value.type)) return false;
    add(std::move(value));
    return true;
  }

  bool attribute(const OpInfo& row, Attributes& attributes) {
    skipSpace();
    size_t begin = at_;
    std::string name;
    if (!word(name, "an attribute")) return false;
    if (attributes.has(name)) return wrong(since(begin), "the attribute '" + name + "' is given twice");
    for (const ResolvedSpec& spec : row.resolved)
      if (spec.name == name) return expect(":") && attributeValue(spec, attributes);
    return wrong(since(begin), std::string(row.name) + " has no attribute '" + name + "'");
  }

  bool attributeValue(const ResolvedSpec& spec, Attributes& attributes) {
    switch (spec.form) {
    case ResolvedSpec::Bool: {
      bool value = take("true");
      if (!value && !take("false")) return expected("true or false");
      attributes.set(spec.name, value);
      return true;
    }
    case ResolvedSpec::Int:
      return store<int64_t>(spec, attributes, [&](int64_t& value) { return integer(value); });
    case ResolvedSpec::Float:
      return store<double>(spec, attributes, [&](double& value) { return number(value); });
    case ResolvedSpec::Text:
      return store<std::string>(spec, attributes, [&](std::string& value) { return quotedText(value); });
    case ResolvedSpec::Ints:
      return store<std::vector<int64_t>>(spec, attributes, [&](std::vector<int64_t>& values) {
        return list("[", "]", [&] { return integer(values.emplace_back()); });
      });
    case ResolvedSpec::Numbers:
      return store<std::vector<double>>(spec, attributes, [&](std::vector<double>& values) {
        return list("[", "]", [&] { return number(values.emplace_back()); });
      });
    case ResolvedSpec::Sizes:
      return store<std::vector<Size>>(spec, attributes, [&](std::vector<Size>& values) {
        return list("[", "]", [&] { return size(values.emplace_back()); });
      });
    case ResolvedSpec::Border:
      return store<Border>(spec, attributes, [&](Border& value) { return border(value); });
    }
    return false;
  }

  template <typename T, typename Parse>
  bool store(const ResolvedSpec& spec, Attributes& attributes, Parse parse) {
    T value{};
    if (!parse(value)) return false;
    attributes.set(spec.name, std::move(value));
    return true;
  }

  bool border(Border& border) {
    std::string text;
    skipSpace();
    size_t begin = at_;
    if (!word(text, "a border")) return false;
    if (text == "constant") return expect("(") && number(border.value) && expect(")");
    auto mode = borderModeNamed(text);
    if (!mode) return wrong(since(begin), "there is no border '" + text + "'");
    border.mode = *mode;
    return true;
  }

  bool check() {
    EntryCheck entry;
    size_t begin = at_;
    if (!size(entry.check.left)) return false;
    if (take("=="))
      entry.check.kind = ShapeRequest::RuntimeCheck::Equal;
    else if (take(">="))
      entry.check.kind = ShapeRequest::RuntimeCheck::AtLeast;
    else
      return expected("'==' or '>='");
    if (!size(entry.check.right) || !expect(",") || !quotedText(entry.check.message)) return false;
    entry.location = since(begin);
    graph_.checks.push_back(std::move(entry));
    return true;
  }

  bool results() {
    return list("(", ")", [&] {
      Output output;
      skipSpace();
      if (!name(output.name) || !expect(":") || !reference(output.value)) return false;
      if (take("as") && !(expect("image") && expect("[") && imageKind(output.image) && expect("]")))
        return false;
      graph_.outputs.push_back(std::move(output));
      return true;
    });
  }

  const SourceFile& file_;
  std::string_view text_;
  DiagnosticEngine& diags_;
  size_t at_ = 0;
  Graph graph_;
  Location nameLocation_;
  std::map<std::string, ValueId> ids_;
};

} // namespace

std::optional<Graph> read(const SourceFile& file, DiagnosticEngine& diags) {
  return Reader(file, diags).read();
}

} // namespace convoy::graph
