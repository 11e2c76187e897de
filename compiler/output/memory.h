// Compiled code in this process.
#pragma once
#include "output/compile.h"
#include <map>
#include <memory>

namespace convoy {

// The symbol that the descriptor's code refers to, at the description's own numbers, which must outlive their
// use.
std::map<std::string, const void*> weightsOf(const PipelineDescription& description);

// What `perf` gets to know of the code. Map: names of functions, in /tmp/perf-PID.map. Dump: code and lines
// too, for `perf inject --jit`, in a folder below $JITDUMPDIR or the home folder.
enum class PerfFile { None, Map, Dump };

// Owns the code; addresses are valid as long as it lives. No page is both writable and executable. Debuggers
// are told of it.
class CodeInMemory {
public:
  // `symbols`: what the code may call or read besides itself, such as weightsOf(description).
  // An unresolved symbol is an internal error.
  CodeInMemory(const std::vector<CompiledUnit>& units, const std::map<std::string, const void*>& symbols,
               PerfFile perfFile = PerfFile::None);
  ~CodeInMemory();
  CodeInMemory(const CodeInMemory&) = delete;
  CodeInMemory& operator=(const CodeInMemory&) = delete;

  const void* find(const std::string& symbol) const;
  template <typename F> F* function(const std::string& symbol) const {
    return reinterpret_cast<F*>(const_cast<void*>(find(symbol)));
  }

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace convoy
