#include "parse/token_scan.h"
#include "parse/foreign_syntax.h"
#include "parse/limits.h"
#include <algorithm>
#include <cctype>
#include <cstdio>

namespace convoy {
namespace {

using Lexer = grammar::ConvoyLexer;
using Parser = grammar::ConvoyParser; // has the kinds that the lexer never makes

// Gives ANTLR bytes instead of characters, so that its positions are byte offsets.
class ByteStream : public antlr4::ANTLRInputStream {
public:
  explicit ByteStream(std::string_view text) {
    _data.reserve(text.size());
    for (char c : text) _data.push_back(static_cast<unsigned char>(c));
  }
};

class Scan {
public:
  Scan(ScannedTokens& tokens, DiagnosticEngine& diags)
      : tokens_(tokens), file_(tokens.file()), diags_(diags) {}

  bool run() {
    auto size = static_cast<int64_t>(file_.text().size());
    if (size > ParseLimits::fileBytes) {
      diags_.report(diag::FileTooLarge, {&file_, 0, 0}, ParseLimits::fileBytes)
          .help("scripts are small; is this the right file?");
      return false;
    }
    if (isOtherKindOfFile()) {
      diags_.report(diag::NotText, {&file_, 0, 1}).help("give the .cvy file first, then what it works on");
      return false;
    }
    checkUtf8();
    if (!scanRange(0, static_cast<uint32_t>(size))) return false;
    tokens_.list().push_back(
        {antlr4::Token::EOF, static_cast<uint32_t>(size), static_cast<uint32_t>(size), false});
    return true;
  }

private:
  // The tokens of a part of the text. False when there are too many.
  bool scanRange(uint32_t from, uint32_t to) {
    ByteStream stream(file_.text().substr(from, to - from));
    Lexer lexer(&stream);
    lexer.removeErrorListeners();
    for (;;) {
      std::unique_ptr<antlr4::Token> token = lexer.nextToken();
      if (token->getType() == antlr4::Token::EOF) return true;
      auto begin = from + static_cast<uint32_t>(token->getStartIndex());
      auto end = from + static_cast<uint32_t>(token->getStopIndex()) + 1;
      if (begin < hashUntil_) continue; // of a comment in the way of other languages
      if (token->getType() == Lexer::Stray && file_.text()[begin] == '#') {
        diags_.report(diag::StrayCharacter, {&file_, begin, end}, "'#'")
            .fix("comments start with '//'", {&file_, begin, end}, "//");
        hashUntil_ = static_cast<uint32_t>(std::min<size_t>(file_.text().find('\n', begin), to));
        continue;
      }
      if (token->getChannel() == antlr4::Token::DEFAULT_CHANNEL &&
          !take({token->getType(), begin, end, false}))
        return false;
      if (static_cast<int64_t>(tokens_.size()) <= ParseLimits::tokens) continue;
      diags_.report(diag::TooManyTokens, {&file_, begin, end}, ParseLimits::tokens);
      return false;
    }
  }

  // Where the value in braces that begins at `open` ends: the place of its '}', or `end`.
  uint32_t closingBrace(uint32_t open, uint32_t end) const {
    int64_t depth = 0;
    for (uint32_t i = open; i < end; ++i) {
      if (file_.text()[i] == '{') ++depth;
      if (file_.text()[i] == '}' && --depth == 0) return i;
    }
    return end;
  }

  // A string with values in braces becomes its pieces of text and the tokens between them.
  bool takeString(ScannedToken token) {
    std::string_view text = file_.text();
    uint32_t begin = token.begin, last = token.end - 1; // the closing quote
    size_t before = tokens_.size();
    for (uint32_t i = token.begin + 1; i < last; ++i) {
      bool doubled = (text[i] == '{' || text[i] == '}') && text[i + 1] == text[i];
      if (text[i] == '\\' || doubled) {
        ++i;
        continue;
      }
      if (text[i] != '{') continue;
      uint32_t close = closingBrace(i, last);
      if (close == last) {
        diags_.report(diag::OpenInterpolation, {&file_, i, i + 1})
            .help("a brace itself is written '{{'; a value in braces holds no quotes");
        tokens_.list().resize(before);
        tokens_.list().push_back({Lexer::String, token.begin, token.end, true});
        return true;
      }
      tokens_.list().push_back(
          {begin == token.begin ? Parser::StringBegin : Parser::StringMiddle, begin, i + 1, false});
      if (!scanRange(i + 1, close)) return false;
      begin = i = close;
    }
    size_t kind = begin == token.begin ? Lexer::String : Parser::StringEnd;
    tokens_.list().push_back({kind, begin, token.end, false});
    return true;
  }

  // Checks one token and keeps it. False when there are too many inside of it.
  bool take(ScannedToken token) {
    Location where{&file_, token.begin, token.end};
    std::string_view text = file_.text().substr(token.begin, token.end - token.begin);
    auto& list = tokens_.list();
    // A string without an end swallows the rest of its line; that something is missing behind it follows from
    // it.
    const bool follows = behindOpenString_;
    behindOpenString_ = token.kind == Lexer::OpenString;
    switch (token.kind) {
    case Lexer::HexNumber:
      diags_.report(diag::HexNumber, where, text)
          .help("write the number in decimal; a size whose sides may be 0 is written size(0, 1)");
      token.kind = Lexer::Int, token.reported = true;
      break;
    case Lexer::BadNumber:
      malformedNumber(where, text);
      token.kind = Lexer::Int, token.reported = true;
      break;
    case Lexer::OpenString:
      diags_.report(diag::OpenString, where).help("a string ends on the line on which it begins, with '\"'");
      token.kind = Lexer::String, token.reported = true;
      break;
    case Lexer::String:
      token.reported = hasControlCharacter(token);
      if (!token.reported) return takeString(token);
      break;
    case Lexer::BlockComment:
      diags_.report(diag::BlockComment, {&file_, token.begin, token.begin + 2})
          .help("start every line with '//'");
      return true;
    case Lexer::Comma:
      if (!list.empty() && list.back().kind == Lexer::Comma) {
        diags_.report(diag::UnexpectedToken, where, "a value after ','", "','");
        token.reported = true;
      }
      break;
    case Lexer::Stray:
      if (text == "." && !list.empty() && list.back().kind == Lexer::Int && list.back().end == token.begin) {
        malformedNumber({&file_, list.back().begin, token.end},
                        std::string(tokens_.text(tokens_.size() - 1)) + ".");
        list.back().reported = true;
        return true;
      }
      strayCharacter(where, text);
      token.reported = true;
      break;
    default: break; // every other token is right as it is
    }
    token.reported = token.reported || follows;
    list.push_back(token);
    return true;
  }

  void malformedNumber(Location where, std::string_view text) {
    DiagnosticBuilder built = diags_.report(diag::MalformedNumber, where, text);
    bool digitsAndX = text.find_first_not_of("0123456789xX") == std::string_view::npos;
    if (text.front() == '.' || text.back() == '.')
      built.help("a decimal needs digits on both sides of the point");
    else if (text.find('_') != std::string_view::npos)
      built.help("digits are written without separators");
    else if (digitsAndX)
      built.help("a size is numbers joined by a small 'x': 3x3");
    else if ((text.back() == 'f' || text.back() == 'F') &&
             text.find_first_not_of("0123456789.") == text.size() - 1)
      built.fix("numbers have no ending", {where.file, where.end - 1, where.end}, "");
    else
      built.help("a name cannot start with a digit");
  }

  // The name that ends at `end`.
  std::string_view wordBefore(uint32_t end) const {
    uint32_t begin = end;
    auto isPart = [&](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    while (begin > 0 && isPart(file_.text()[begin - 1])) --begin;
    return file_.text().substr(begin, end - begin);
  }

  // The name that begins at `begin`.
  std::string_view wordBehind(uint32_t begin) const {
    uint32_t end = begin;
    auto isPart = [&](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    while (end < file_.text().size() && isPart(file_.text()[end])) ++end;
    return file_.text().substr(begin, end - begin);
  }

  // What people import the layers of other tools from.
  static bool isModule(std::string_view word) {
    for (std::string_view module : {"nn", "F", "functional", "torch", "tf", "keras", "layers", "np", "numpy",
                                    "cv2", "cv", "jax", "flax"})
      if (word == module) return true;
    return false;
  }

  // nn.Conv2d, x.shape, x.relu(), parts.low
  void adviseOnDot(Location where, DiagnosticBuilder& built) const {
    const std::string_view before = wordBefore(where.begin), after = wordBehind(where.end);
    if (isModule(before)) {
      built.fix("there are no modules: the layer's name stands alone",
                {where.file, where.begin - static_cast<uint32_t>(before.size()), where.end}, "");
      return;
    }
    for (std::string_view extent : {"shape", "size", "height", "width", "channels"})
      if (after == extent && !before.empty()) {
        const std::string asked = after == "size" ? "shape" : std::string(after);
        built.help("what is known of a tensor is asked for: " + asked + "(" + std::string(before) + ")");
        return;
      }
    built.help("a layer is applied with '|>': x |> relu");
    const size_t behind = where.end + after.size();
    if (!after.empty() && (behind >= file_.text().size() || file_.text()[behind] != '('))
      built.help("several outputs are taken apart: low, high = bands(x)");
  }

  void strayCharacter(Location where, std::string_view text) {
    if (!decodeCharacter(text, 0).valid) return; // part of invalid UTF-8, which has been reported
    if (text == "'" && quoted(where, "'", "' (a single quote)")) return;
    if (text == "\xE2\x80\x9C" && quoted(where, "\xE2\x80\x9D", "'" + std::string(text) + "'")) return;
    if (where.begin < quotedUntil_) return; // the closing one
    DiagnosticBuilder built = diags_.report(diag::StrayCharacter, where, "'" + std::string(text) + "'");
    if (text == ".")
      adviseOnDot(where, built);
    else if (const char* help = helpForStrayCharacter(text))
      built.help(help);
  }

  // 'text', or in curly quotes: one mistake, at its first quote. False when nothing closes it.
  bool quoted(Location where, std::string_view closing, const std::string& found) {
    if (where.begin < quotedUntil_) return true; // the closing one
    const std::string_view text = file_.text();
    const size_t line = std::min(text.find_first_of("\"\r\n", where.end), text.size());
    const size_t end = text.substr(0, line).find(closing, where.end);
    if (end == std::string_view::npos) return false;
    quotedUntil_ = static_cast<uint32_t>(end + closing.size());
    const std::string inside(text.substr(where.end, end - where.end));
    diags_.report(diag::StrayCharacter, {where.file, where.begin, quotedUntil_}, found)
        .fix("strings are written in double quotes", {where.file, where.begin, quotedUntil_},
             '"' + inside + '"');
    return true;
  }

  // Names from strings reach symbols and files; a NUL or an escape sequence among them helps nobody.
  bool hasControlCharacter(const ScannedToken& token) {
    for (uint32_t i = token.begin; i < token.end; ++i) {
      auto byte = static_cast<unsigned char>(file_.text()[i]);
      if ((byte >= 0x20 || byte == '\t') && byte != 0x7F) continue;
      strayCharacter({&file_, i, i + 1}, file_.text().substr(i, 1));
      return true;
    }
    return false;
  }

  // Pictures, archives and programs start with a byte that no text starts with. What follows would give an
  // error for every other byte.
  bool isOtherKindOfFile() const {
    std::string_view text = file_.text();
    if (text.empty()) return false;
    Character first = decodeCharacter(text, 0);
    bool blank = first.code == ' ' || (first.code >= '\t' && first.code <= '\r');
    return !first.valid || first.code == 0x7F || (first.code < 0x20 && !blank);
  }

  // Reports the first byte that is wrong: after it there are often thousands.
  void checkUtf8() {
    std::string_view text = file_.text();
    for (size_t i = 0; i < text.size();) {
      Character character = decodeCharacter(text, i);
      if (!character.valid) {
        char byte[8];
        std::snprintf(byte, sizeof byte, "0x%02X", character.code);
        auto at = static_cast<uint32_t>(i);
        diags_.report(diag::InvalidUtf8, {&file_, at, at + 1}, byte).help("save the file as UTF-8");
        return;
      }
      i += character.length;
    }
  }

  ScannedTokens& tokens_;
  const SourceFile& file_;
  uint32_t quotedUntil_ = 0; // the end of the last text in single quotes
  uint32_t hashUntil_ = 0;   // the end of the last line with a '#'
  DiagnosticEngine& diags_;
  bool behindOpenString_ = false;
};

} // namespace

bool scanTokens(ScannedTokens& tokens, DiagnosticEngine& diags) { return Scan(tokens, diags).run(); }

} // namespace convoy
