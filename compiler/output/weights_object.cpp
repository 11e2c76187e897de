#include "output/weights_object.h"
#include "support/internal_error.h"
#include "llvm/BinaryFormat/ELF.h"
#include <cstring>

namespace convoy {

namespace {

using namespace llvm::ELF;

constexpr uint64_t alignment = 64; // CONVOY_ALIGNMENT

template <typename Record> void append(std::string& bytes, const Record& record) {
  bytes.append(reinterpret_cast<const char*>(&record), sizeof record);
}

void align(std::string& bytes, uint64_t to) { bytes.resize((bytes.size() + to - 1) / to * to); }

// A table of names, each with an end; the first is empty.
class Names {
public:
  uint32_t add(const std::string& name) {
    const auto at = static_cast<uint32_t>(text_.size());
    text_ += name + '\0';
    return at;
  }
  const std::string& text() const { return text_; }

private:
  std::string text_ = std::string(1, '\0');
};

Elf64_Shdr section(uint32_t name, uint32_t type, uint64_t at, uint64_t size, uint64_t aligned) {
  Elf64_Shdr header{};
  header.sh_name = name;
  header.sh_type = type;
  header.sh_offset = at;
  header.sh_size = size;
  header.sh_addralign = aligned;
  return header;
}

Elf64_Ehdr fileHeader(const Target& target, uint64_t sectionTable, uint16_t sections, uint16_t namesIndex) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ElfMagic, 4);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = target.x86 ? EM_X86_64 : EM_AARCH64;
  header.e_version = EV_CURRENT;
  header.e_shoff = sectionTable;
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = sections;
  header.e_shstrndx = namesIndex;
  return header;
}

} // namespace

// The file: header, symbols, names, section table, and the numbers last, so that they need not be copied.
CompiledUnit makeWeightsObject(const PipelineDescription& description, const Target& target) {
  require(description.weights != nullptr, "an object of weights without weights");
  enum Index : uint16_t { Null, Data, Stack, Symbols, SymbolNames, SectionNames, Count };
  const uint64_t dataBytes = description.weights->size() * sizeof(float);

  Names symbolNames, sectionNames;
  Elf64_Sym symbol{};
  symbol.st_name = symbolNames.add(description.weightsSymbol());
  symbol.setBindingAndType(STB_GLOBAL, STT_OBJECT);
  symbol.st_other = STV_HIDDEN; // whoever links it into a shared library need not export it
  symbol.st_shndx = Data;
  symbol.st_size = dataBytes;
  const uint32_t nameOf[Count] = {0,
                                  sectionNames.add(".rodata.convoy_weights"),
                                  sectionNames.add(".note.GNU-stack"), // no executable stack
                                  sectionNames.add(".symtab"),
                                  sectionNames.add(".strtab"),
                                  sectionNames.add(".shstrtab")};

  std::string bytes(sizeof(Elf64_Ehdr), '\0'); // the header follows when places are known
  const uint64_t symbolsAt = bytes.size();
  append(bytes, Elf64_Sym{});
  append(bytes, symbol);
  const uint64_t symbolNamesAt = bytes.size();
  bytes += symbolNames.text();
  const uint64_t sectionNamesAt = bytes.size();
  bytes += sectionNames.text();
  align(bytes, alignof(Elf64_Shdr));
  const uint64_t tableAt = bytes.size();
  bytes.resize(tableAt + Count * sizeof(Elf64_Shdr));
  align(bytes, alignment);

  Elf64_Shdr table[Count] = {};
  table[Data] = section(nameOf[Data], SHT_PROGBITS, bytes.size(), dataBytes, alignment);
  table[Data].sh_flags = SHF_ALLOC;
  table[Stack] = section(nameOf[Stack], SHT_PROGBITS, bytes.size(), 0, 1);
  table[Symbols] = section(nameOf[Symbols], SHT_SYMTAB, symbolsAt, 2 * sizeof(Elf64_Sym), 8);
  table[Symbols].sh_link = SymbolNames;
  table[Symbols].sh_info = 1; // the first that is not local
  table[Symbols].sh_entsize = sizeof(Elf64_Sym);
  table[SymbolNames] = section(nameOf[SymbolNames], SHT_STRTAB, symbolNamesAt, symbolNames.text().size(), 1);
  table[SectionNames] =
      section(nameOf[SectionNames], SHT_STRTAB, sectionNamesAt, sectionNames.text().size(), 1);
  const Elf64_Ehdr header = fileHeader(target, tableAt, Count, SectionNames);
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + tableAt, table, sizeof table);

  CompiledUnit unit;
  unit.name = description.weightsSymbol();
  unit.object = std::move(bytes);
  unit.numbers = description.weights;
  return unit;
}

} // namespace convoy
