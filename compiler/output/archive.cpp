#include "output/archive.h"
#include "output/files.h"
#include "llvm/Object/Archive.h"
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

namespace {

std::string words(llvm::Error error) { return errorWords(llvm::errorToErrorCode(std::move(error)).value()); }

} // namespace

std::optional<std::string> writeArchive(const std::vector<std::string>& objects, const std::string& others,
                                        const std::string& path) {
  std::vector<llvm::NewArchiveMember> members;
  for (const std::string& object : objects) {
    auto member = llvm::NewArchiveMember::getFile(object, /*Deterministic=*/true);
    if (!member) return words(member.takeError());
    member->MemberName = member->MemberName.substr(member->MemberName.rfind('/') + 1);
    members.push_back(std::move(*member));
  }
  std::unique_ptr<llvm::MemoryBuffer> otherBytes; // what the members refer to
  std::unique_ptr<llvm::object::Archive> otherArchive;
  if (!others.empty()) {
    auto bytes = llvm::MemoryBuffer::getFile(others, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!bytes) return errorWords(bytes.getError().value());
    otherBytes = std::move(*bytes);
    auto archive = llvm::object::Archive::create(*otherBytes);
    if (!archive) return words(archive.takeError());
    otherArchive = std::move(*archive);
    llvm::Error error = llvm::Error::success();
    for (const llvm::object::Archive::Child& child : otherArchive->children(error)) {
      auto member = llvm::NewArchiveMember::getOldMember(child, /*Deterministic=*/true);
      if (!member) {
        llvm::consumeError(std::move(error));
        return words(member.takeError());
      }
      members.push_back(std::move(*member));
    }
    if (error) return words(std::move(error));
  }
  if (llvm::Error error =
          llvm::writeArchive(path, members, llvm::SymtabWritingMode::NormalSymtab,
                             llvm::object::Archive::K_GNU, /*Deterministic=*/true, /*Thin=*/false))
    return words(std::move(error));
  return std::nullopt;
}

} // namespace convoy
