// A loop IR text of this folder, read, verified and compiled into this process.
#pragma once
#include "output/memory.h"
#include <memory>
#include <string>

namespace convoy::texts {

// The text's source; throws std::runtime_error when it is not there.
std::string textOf(const std::string& name);

// All problems are thrown as std::runtime_error with everything there is to say.
loop::Module readText(const std::string& path, const std::string& text);
// A `cpu` for what runs code with tiles: this processor and a matrix unit, an emulated one when it has none.
constexpr const char* withTiles = "native+tiles";
Target targetFor(const std::string& cpu);

class CompiledText {
public:
  // `cpu`: as -mcpu, "native" for this machine; or withTiles.
  CompiledText(const std::string& name, const std::string& cpu) : CompiledText(name, textOf(name), cpu, 3) {}
  CompiledText(const std::string& name, const std::string& source, const std::string& cpu, int optimize);
  template <typename F> F* function(const std::string& symbol) const { return code_->function<F>(symbol); }
  const std::vector<CompiledUnit>& units() const { return units_; }

private:
  std::vector<CompiledUnit> units_;
  std::unique_ptr<CodeInMemory> code_;
};

// The assembly of a text, without running it.
std::string assemblyOf(const std::string& name, const std::string& cpu);

// Whether this process may run code for a processor: its features are all here, and its matrix unit may be
// used.
bool runsHere(const std::string& cpu);
// Why it may not, for the message of a test that is skipped.
std::string whyNotHere(const std::string& cpu);

} // namespace convoy::texts
