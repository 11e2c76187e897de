#include "parse/token_scan.h"
#include "parse/limits.h"
#include <cstdio>

namespace convoy {
namespace {

using Lexer = grammar::ConvoyLexer;

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
    ByteStream stream(file_.text());
    Lexer lexer(&stream);
    lexer.removeErrorListeners();
    for (;;) {
      std::unique_ptr<antlr4::Token> token = lexer.nextToken();
      bool atEnd = token->getType() == antlr4::Token::EOF;
      auto begin = static_cast<uint32_t>(atEnd ? size : static_cast<int64_t>(token->getStartIndex()));
      auto end = static_cast<uint32_t>(atEnd ? size : static_cast<int64_t>(token->getStopIndex()) + 1);
      if (atEnd || token->getChannel() == antlr4::Token::DEFAULT_CHANNEL)
        take({token->getType(), begin, end, false});
      if (atEnd) return true;
      if (static_cast<int64_t>(tokens_.size()) > ParseLimits::tokens) {
        diags_.report(diag::TooManyTokens, {&file_, begin, end}, ParseLimits::tokens);
        return false;
      }
    }
  }

private:
  // Checks one token and keeps it.
  void take(ScannedToken token) {
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
    case Lexer::String: token.reported = hasControlCharacter(token); break;
    case Lexer::BlockComment:
      diags_.report(diag::BlockComment, {&file_, token.begin, token.begin + 2})
          .help("start every line with '//'");
      return;
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
        return;
      }
      strayCharacter(where, text);
      token.reported = true;
      break;
    default: break; // every other token is right as it is
    }
    token.reported = token.reported || follows;
    list.push_back(token);
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
    else
      built.help("a name cannot start with a digit");
  }

  void strayCharacter(Location where, std::string_view text) {
    if (!decodeCharacter(text, 0).valid) return; // part of invalid UTF-8, which has been reported
    DiagnosticBuilder built = diags_.report(diag::StrayCharacter, where, "'" + std::string(text) + "'");
    switch (text.front()) {
    case '.': built.help("a layer is applied with '|>': x |> relu"); break;
    case '#': built.help("comments start with '//'"); break;
    case '%': built.help("the remainder is written mod(a, b)"); break;
    case '|': built.help("a pipe is written '|>', a logical or '||'"); break;
    case '&': built.help("a logical and is written '&&'"); break;
    case '^': built.help("a power is written '**'"); break;
    case '\'': built.help("strings are written in double quotes"); break;
    }
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
  DiagnosticEngine& diags_;
  bool behindOpenString_ = false;
};

} // namespace

bool scanTokens(ScannedTokens& tokens, DiagnosticEngine& diags) { return Scan(tokens, diags).run(); }

} // namespace convoy
