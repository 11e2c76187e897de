#include "output/archive.h"
#include "support/internal_error.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cctype>
#include <set>

namespace convoy {

std::vector<std::string> objectNames(const std::vector<CompiledUnit>& units) {
  constexpr size_t longest = 120; // file systems end at 255
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const CompiledUnit& unit : units) {
    std::string stem = unit.name.substr(0, longest);
    for (char& c : stem)
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '.') c = '_';
    std::string name = stem + ".o";
    for (int n = 2; !taken.insert(name).second; ++n) name = stem + "_" + std::to_string(n) + ".o";
    names.push_back(name);
  }
  return names;
}

std::string makeArchive(const std::vector<CompiledUnit>& units) {
  const std::vector<std::string> names = objectNames(units);
  std::vector<llvm::NewArchiveMember> members;
  for (size_t i = 0; i < units.size(); ++i)
    members.emplace_back(llvm::MemoryBufferRef(units[i].object, names[i]));
  auto buffer =
      llvm::writeArchiveToBuffer(members, llvm::SymtabWritingMode::NormalSymtab, llvm::object::Archive::K_GNU,
                                 /*Deterministic=*/true, /*Thin=*/false);
  if (!buffer) internalError("static library: " + llvm::toString(buffer.takeError()));
  return (*buffer)->getBuffer().str();
}

} // namespace convoy
