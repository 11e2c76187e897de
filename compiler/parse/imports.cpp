#include "parse/imports.h"
#include "parse/parser.h"
#include <algorithm>
#include <filesystem>
#include <map>

namespace convoy {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMostFiles = 200;

class Loader {
public:
  Loader(ast::File& main, const ImportSearch& search, DiagnosticEngine& diags)
      : main_(main), search_(search), diags_(diags) {}

  void load() {
    std::error_code ignored;
    fs::path script = fs::weakly_canonical(main_.source->path(), ignored);
    open_.push_back({script.string(), &main_, {}});
    importsOf(main_, search_.scriptFolder);
  }

private:
  struct Open { // a file whose imports are being loaded
    std::string path;
    const ast::File* file;
    Location import; // the import in the file before it that led here
  };

  struct Found {
    fs::path path;      // without symbolic links
    std::string folder; // where the imports of the found file are looked up first
    std::string shown;  // for messages: as it was put together
  };

  void importsOf(ast::File& file, const std::string& folder) {
    for (ast::Import& import : file.imports) {
      if (!allowed(import)) continue;
      if (auto found = find(import, folder)) take(import, *found);
    }
  }

  bool refuse(const ast::Import& import, const std::string& why, const std::string& help) {
    diags_.report(diag::ImportRefused, import.location, import.path, why).help(help);
    return false;
  }

  // What the text of the path alone tells.
  bool allowed(const ast::Import& import) {
    const std::string help =
        "files are imported from below the script's folder, or from a folder given with -I";
    fs::path path(import.path);
    if (import.path.empty()) return refuse(import, "it names no file", "write import \"filters.cvy\"");
    if (path.is_absolute()) return refuse(import, "it is an absolute path", help);
    for (const fs::path& part : path)
      if (part == "..") return refuse(import, "it leads upwards with '..'", help);
    return true;
  }

  static bool isBelow(const fs::path& path, const fs::path& folder) {
    auto mismatch = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return mismatch.first == folder.end();
  }

  std::optional<Found> find(const ast::Import& import, const std::string& beside) {
    std::vector<std::string> folders = {beside, search_.scriptFolder};
    folders.insert(folders.end(), search_.folders.begin(), search_.folders.end());
    std::vector<std::string> looked, neighbours;
    for (const std::string& each : folders) {
      const std::string folder = each.empty() ? "." : each;
      if (std::find(looked.begin(), looked.end(), folder) != looked.end()) continue;
      looked.push_back(folder);
      std::error_code error;
      fs::path candidate = fs::path(folder) / import.path, root = fs::canonical(rootOf(folder), error);
      if (error) continue;
      fs::path path = fs::canonical(candidate, error);
      if (error) {
        listNeighbours(candidate.parent_path(), import.path, neighbours);
        continue;
      }
      if (!isBelow(path, root)) {
        refuse(import, "it is a link that leads out of '" + folder + "'",
               "give the folder in which it really is with -I");
        return std::nullopt;
      }
      if (!fs::is_regular_file(path, error)) {
        refuse(import, "it is no ordinary file", "write the name of a script");
        return std::nullopt;
      }
      // "-" alone would be standard input.
      std::string shown = each.empty() && import.path != "-" ? import.path : candidate.string();
      roots_[fs::path(shown).parent_path().string()] = rootOf(folder);
      return Found{path, fs::path(shown).parent_path().string(), shown};
    }
    auto report = diags_.report(diag::ImportNotFound, import.location, import.path);
    std::string nearest = nearestName(import.path, neighbours);
    const Location inQuotes{import.location.file, import.location.begin + 1, import.location.end};
    if (!report.suggest(nearest, inQuotes, import.path)) report.help("further folders are given with -I");
    return std::nullopt;
  }

  // The folder of a found file is a part of the folder in which it was looked up.
  std::string rootOf(const std::string& folder) const {
    auto found = roots_.find(folder);
    return found == roots_.end() ? folder : found->second;
  }

  // The scripts beside a file that is not there, as an import would name them.
  static void listNeighbours(const fs::path& folder, const std::string& path,
                             std::vector<std::string>& names) {
    std::error_code error;
    fs::path prefix = fs::path(path).parent_path();
    size_t count = 0;
    for (fs::directory_iterator each(folder, error), end; !error && each != end && count < 1000;
         each.increment(error), ++count)
      if (each->path().extension() == ".cvy") names.push_back((prefix / each->path().filename()).string());
  }

  void take(ast::Import& import, const Found& found) {
    const std::string path = found.path.string();
    auto cycle =
        std::find_if(open_.begin(), open_.end(), [&](const Open& open) { return open.path == path; });
    if (cycle != open_.end()) return reportCycle(import, static_cast<size_t>(cycle - open_.begin()));
    auto known = loaded_.find(path);
    if (known != loaded_.end()) {
      import.file = known->second;
      return;
    }
    if (loaded_.size() >= kMostFiles) {
      if (loaded_.size() == kMostFiles)
        diags_.report(diag::TooManyImports, import.location, static_cast<int64_t>(kMostFiles));
      loaded_[path] = nullptr;
      return;
    }
    loaded_[path] = nullptr; // also when it cannot be read: that is said once
    const SourceFile* source = search_.read(found.shown);
    if (!source) return;
    std::unique_ptr<ast::File> file = parse(*source, diags_);
    ast::File* parsed = file.get();
    import.file = loaded_[path] = parsed;
    main_.imported.push_back(std::move(file));
    open_.push_back({path, parsed, import.location});
    importsOf(*parsed, found.folder);
    open_.pop_back();
  }

  void reportCycle(const ast::Import& import, size_t first) {
    auto report = diags_.report(diag::ImportCycle, import.location, import.path);
    for (size_t i = first + 1; i < open_.size(); ++i) report.label(open_[i].import, "which is imported here");
  }

  ast::File& main_;
  const ImportSearch& search_;
  DiagnosticEngine& diags_;
  std::vector<Open> open_;
  std::map<std::string, const ast::File*> loaded_; // by the path without links
  std::map<std::string, std::string> roots_;
};

} // namespace

void loadImports(ast::File& main, const ImportSearch& search, DiagnosticEngine& diags) {
  Loader(main, search, diags).load();
}

} // namespace convoy
