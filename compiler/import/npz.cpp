// NumPy's .npz: a zip archive with an .npy file for each tensor. The only user of libzip.
#include "command/text.h"
#include "import/npy_tensor.h"
#include <algorithm>
#include <fcntl.h>
#include <map>
#include <optional>
#include <unistd.h>
#include <zip.h>

namespace convoy::weights {

namespace {

using command::quoted;

Error damaged() { return {"the archive is damaged"}; }

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;

// What an entry of an archive unpacks to, from its start.
class EntryReader {
public:
  EntryReader(zip_t* archive, uint64_t index) : file_(zip_fopen_index(archive, index, 0)) {}
  ~EntryReader() {
    if (file_) zip_fclose(file_);
  }
  EntryReader(const EntryReader&) = delete;
  EntryReader& operator=(const EntryReader&) = delete;

  bool isOpen() const { return file_ != nullptr; }

  // Fewer bytes only at the entry's end. Nothing when the entry is damaged.
  std::optional<size_t> read(uint8_t* into, size_t size) {
    size_t done = 0;
    while (done < size) {
      const zip_int64_t count = zip_fread(file_, into + done, size - done);
      if (count < 0) return std::nullopt;
      if (count == 0) break;
      done += static_cast<size_t>(count);
    }
    return done;
  }

private:
  zip_file_t* file_;
};

class Npz : public TensorStore {
public:
  Npz(Archive archive, const std::string& path) : archive_(std::move(archive)) { files_ = {path}; }

  // Takes up every entry of the archive.
  Outcome describeAll() {
    const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
    if (count > static_cast<zip_int64_t>(largestCount))
      return Error{"it has more than " + std::to_string(largestCount) + " tensors"};
    std::map<std::string, size_t> known;
    for (zip_int64_t i = 0; i < count; ++i) {
      const auto index = static_cast<uint64_t>(i);
      // As it is in the file: libzip would take bytes that are no UTF-8 for an old code page.
      const char* name = zip_get_name(archive_.get(), index, ZIP_FL_ENC_RAW);
      zip_stat_t facts;
      if (!name || zip_stat_index(archive_.get(), index, 0, &facts) != 0 || (facts.valid & wanted) != wanted)
        return damaged();
      const std::string entry = name;
      if (!entry.empty() && entry.back() == '/') continue; // a folder
      if (Outcome error = describe(entry, index, facts)) return error;
      if (!known.emplace(tensors_.back().name, tensors_.size()).second)
        return Error{"two of its tensors are named " + quoted(tensors_.back().name)};
    }
    return std::nullopt;
  }

  Outcome read(size_t tensor, const PieceSink& sink) const override {
    const Entry& entry = entries_[tensor];
    EntryReader reader(archive_.get(), entry.index);
    if (!reader.isOpen()) return damaged();
    const auto most = static_cast<size_t>(std::min<uint64_t>(std::max(entry.size, entry.offset), pieceSize));
    std::vector<uint8_t> piece(std::max<size_t>(most, 1));
    // The header was read before; then the elements.
    if (Outcome error = inPieces(reader, entry.offset, piece, [](const uint8_t*, size_t) {})) return error;
    if (Outcome error = inPieces(reader, entry.size, piece, sink)) return error;
    // The checksum is compared at the end.
    const std::optional<size_t> more = reader.read(piece.data(), 1);
    if (!more || *more != 0) return damaged();
    return std::nullopt;
  }

private:
  static constexpr zip_uint64_t wanted = ZIP_STAT_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
  struct Entry {
    uint64_t index = 0;  // in the archive
    uint64_t offset = 0; // of the first element
    uint64_t size = 0;   // bytes of the elements
  };

  static Outcome inPieces(EntryReader& reader, uint64_t size, std::vector<uint8_t>& piece,
                          const PieceSink& sink) {
    while (size > 0) {
      const auto count = static_cast<size_t>(std::min<uint64_t>(size, piece.size()));
      const std::optional<size_t> got = reader.read(piece.data(), count);
      if (!got || *got != count) return damaged();
      sink(piece.data(), count);
      size -= count;
    }
    return std::nullopt;
  }

  // Unpacks the header alone.
  Outcome describe(const std::string& name, uint64_t index, const zip_stat_t& facts) {
    const auto inEntry = [&](const std::string& what) {
      return Error{"in its entry " + quoted(name) + ": " + what};
    };
    if (name.size() > longestName)
      return Error{"a tensor's name is longer than " + std::to_string(longestName) + " bytes"};
    if (facts.encryption_method != ZIP_EM_NONE) return inEntry("it is encrypted");
    EntryReader reader(archive_.get(), index);
    if (!reader.isOpen()) return inEntry("it is packed in a way that is not known, or damaged");
    std::vector<uint8_t> bytes(command::npyPrefix);
    std::optional<size_t> got = reader.read(bytes.data(), bytes.size());
    if (!got) return inEntry("it is damaged");
    Result<size_t> offset = command::npyDataOffset(bytes.data(), *got);
    if (!offset) return inEntry(offset.error().text);
    const size_t prefix = *got;
    bytes.resize(std::max(*offset, prefix));
    got = *offset > prefix ? reader.read(bytes.data() + prefix, *offset - prefix) : 0;
    if (!got) return inEntry("it is damaged");
    Result<NpyTensor> npy = describeNpy(bytes.data(), prefix + *got, facts.size);
    if (!npy) return inEntry(npy.error().text);
    npy->tensor.name = withoutNpy(name);
    entries_.push_back({index, npy->offset, npy->size});
    tensors_.push_back(std::move(npy->tensor));
    return std::nullopt;
  }

  Archive archive_;
  std::vector<Entry> entries_;
};

// Files that torch.save makes are zip archives too.
bool isPickle(zip_t* archive) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive, static_cast<uint64_t>(i), ZIP_FL_ENC_RAW);
    if (name && command::fileNameOf(name) == "data.pkl") return true;
  }
  return false;
}

} // namespace

Result<std::unique_ptr<TensorStore>> openNpz(InputFile file, const std::string& path) {
  // The archive closes its own descriptor.
  const int descriptor = ::fcntl(file.descriptor(), F_DUPFD_CLOEXEC, 0);
  int problem = 0;
  Archive archive(descriptor < 0 ? nullptr : zip_fdopen(descriptor, 0, &problem));
  if (!archive) {
    if (descriptor >= 0) ::close(descriptor);
    return damaged();
  }
  if (isPickle(archive.get()))
    return Error{
        "it is a file of torch.save, which holds Python objects; safetensors.torch.save_file writes one "
        "that can be read"};
  auto npz = std::make_unique<Npz>(std::move(archive), path);
  if (Outcome error = npz->describeAll()) return *error;
  return std::unique_ptr<TensorStore>(std::move(npz));
}

} // namespace convoy::weights
