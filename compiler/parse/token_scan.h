// The first step of parsing: bytes to tokens, with the diagnostics that need no grammar.
#pragma once
#include "ConvoyLexer.h"
#include "ConvoyParser.h"
#include "support/diagnostics.h"
#include <memory>
#include <vector>

namespace convoy {

// One token. Kinds are those of the grammar; comments and blanks are left out.
struct ScannedToken {
  size_t kind;
  uint32_t begin, end;   // bytes; equal for the end of the file
  bool reported = false; // has a diagnostic of its own, so that the parser keeps silent about it
};

// The tokens of a file; the last one is the end of the file.
class ScannedTokens {
public:
  explicit ScannedTokens(const SourceFile& file) : file_(&file) {}
  const ScannedToken& operator[](size_t index) const { return tokens_[index]; }
  size_t size() const { return tokens_.size(); }
  std::string_view text(size_t index) const {
    return file_->text().substr(tokens_[index].begin, tokens_[index].end - tokens_[index].begin);
  }
  Location location(size_t index) const { return {file_, tokens_[index].begin, tokens_[index].end}; }
  uint32_t line(size_t index) const { return file_->position(tokens_[index].begin).line; }
  bool firstOnLine(size_t index) const { return index == 0 || line(index) != line(index - 1); }
  // Whether the token begins its line without a blank before it.
  bool firstInText(size_t index) const { return file_->position(tokens_[index].begin).column == 1; }
  const SourceFile& file() const { return *file_; }

  std::vector<ScannedToken>& list() { return tokens_; }
  const std::vector<ScannedToken>& list() const { return tokens_; }

private:
  const SourceFile* file_;
  std::vector<ScannedToken> tokens_;
};

// Reads the whole file. Malformed numbers and strings are reported and become ordinary ones; stray characters
// are reported and stay. False when a limit (file size, number of tokens) was exceeded: then there is no
// point in going on.
bool scanTokens(ScannedTokens& tokens, DiagnosticEngine& diags);

} // namespace convoy
