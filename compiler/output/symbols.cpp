#include "output/symbols.h"
#include "support/internal_error.h"
#include "llvm/Object/ELFObjectFile.h"
#include <algorithm>
#include <iterator>

namespace convoy {

Symbols symbolsOf(const std::vector<CompiledUnit>& units) {
  Symbols all;
  std::set<std::string> defined, used;
  for (const CompiledUnit& unit : units) {
    auto object =
        llvm::object::ObjectFile::createELFObjectFile(llvm::MemoryBufferRef(unit.object, unit.name));
    if (!object) internalError("an object file cannot be read: " + llvm::toString(object.takeError()));
    for (const llvm::object::SymbolRef& symbol : (*object)->symbols()) {
      const llvm::object::ELFSymbolRef elf(symbol);
      const std::string name = llvm::cantFail(symbol.getName()).str();
      const uint32_t flags = llvm::cantFail(symbol.getFlags());
      if (name.empty() || elf.getBinding() == llvm::ELF::STB_LOCAL) continue;
      if (flags & llvm::object::SymbolRef::SF_Undefined) {
        used.insert(name);
        continue;
      }
      if (!defined.insert(name).second && !(flags & llvm::object::SymbolRef::SF_Weak))
        all.repeated.insert(name);
      if (!(flags & llvm::object::SymbolRef::SF_Hidden)) all.exported.insert(name);
    }
  }
  std::set_difference(used.begin(), used.end(), defined.begin(), defined.end(),
                      std::inserter(all.missing, all.missing.begin()));
  return all;
}

} // namespace convoy
