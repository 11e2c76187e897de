#include "output/link.h"
#include "output/archive.h"
#include "output/files.h"
#include "output/process.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include <cerrno>
#include <unistd.h>

namespace convoy {

namespace {

struct Program {
  const char* name;
  const char* package;
};
constexpr Program linker{"ld.lld-" CONVOY_LLVM_MAJOR, "lld-" CONVOY_LLVM_MAJOR};
constexpr Program compiler{"clang++-" CONVOY_LLVM_MAJOR, "clang-" CONVOY_LLVM_MAJOR};

// One link: a private folder with the units in it, and a command line that grows.
class Link {
public:
  Link(const std::vector<CompiledUnit>& units, const LinkContext& context)
      : units_(units), context_(context) {}

  // False after a diagnostic, like all that follow.
  bool start(const Program& program) {
    std::optional<std::string> path = find(program);
    if (!path) return false;
    command_ = {*path};
    return start();
  }
  bool start() {
    if (folder_->path().empty())
      return fail("a temporary folder cannot be made in '" + temporaryRoot() + "': " + errorWords(errno));
    return true;
  }
  std::optional<std::string> find(const Program& program) {
    std::optional<std::string> path = findProgram(program.name, {commandFolder()});
    if (!path)
      context_.diags.report(diag::ToolMissing, {}, program.name)
          .help(std::string("install the package ") + program.package);
    return path;
  }
  void add(std::vector<std::string> words) { command_.insert(command_.end(), words.begin(), words.end()); }
  bool addUnits() {
    const std::vector<std::string> names = objectNames(units_);
    for (size_t i = 0; i < units_.size(); ++i)
      if (!addFile("", names[i], {units_[i].object, units_[i].numbers})) return false;
    return true;
  }
  bool addFile(const std::string& prefix, const std::string& name, Artifact content) {
    PendingFiles file;
    if (std::optional<std::string> error = file.add(folder_->file(name), std::move(content)))
      return fail(*error);
    if (std::optional<PendingFiles::Failure> failure = file.commit()) return fail(failure->why);
    command_.push_back(prefix + folder_->file(name));
    return true;
  }

  std::optional<Artifact> run() {
    const std::string result = folder_->file(resultName);
    add({"-o", result});
    if (context_.log) {
      std::string line;
      for (const std::string& word : command_) line += (line.empty() ? "" : " ") + word;
      context_.log(line);
    }
    const ProcessResult process = runProcess(command_);
    if (process.status != 0) {
      context_.diags
          .report(diag::CannotLink, {}, context_.output,
                  "the linker ended with status " + std::to_string(process.status))
          .note("it said: " + escapeForTerminal(process.output.substr(0, process.output.find('\n'))));
      return std::nullopt;
    }
    return Artifact{"", nullptr, folder_, resultName};
  }
  // A static library of the units, and of what `others` has.
  std::optional<Artifact> archive(const std::string& others) {
    if (!start()) return std::nullopt;
    if (!addUnits()) return std::nullopt;
    if (std::optional<std::string> error = writeArchive(command_, others, folder_->file(resultName))) {
      fail(*error);
      return std::nullopt;
    }
    return Artifact{"", nullptr, folder_, resultName};
  }

private:
  static constexpr const char* resultName = "result";

  bool fail(const std::string& why) {
    context_.diags.report(diag::CannotLink, {}, context_.output, why);
    return false;
  }

  const std::vector<CompiledUnit>& units_;
  const LinkContext& context_;
  std::shared_ptr<TemporaryFolder> folder_ = std::make_shared<TemporaryFolder>();
  std::vector<std::string> command_; // the files, for an archive
};

// In a build tree, or where it is installed: both relative to the command.
std::optional<std::string> findRuntime(const char* name, const LinkContext& context) {
  for (const char* folder : {"../lib", CONVOY_LIBRARY_FOLDER, CONVOY_LIBRARY_FOLDER "/convoy"}) {
    const std::string path = commandFolder() + "/" + folder + "/" + name;
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  context.diags.report(diag::RuntimeMissing, {}, name)
      .help("call Convoy where it was built or installed: the command alone is not enough");
  return std::nullopt;
}

} // namespace

bool canLinkFor(const std::string& triple) {
  const llvm::Triple target(triple), host(llvm::sys::getDefaultTargetTriple());
  return target.getArch() == host.getArch() && target.getOS() == host.getOS();
}

std::optional<Artifact> linkObject(const std::vector<CompiledUnit>& units, const LinkContext& context) {
  if (units.size() == 1) return Artifact{units.front().object, units.front().numbers};
  Link link(units, context);
  if (!link.start(linker)) return std::nullopt;
  link.add({"-r"});
  if (!link.addUnits()) return std::nullopt;
  return link.run();
}

std::optional<Artifact> linkArchive(const std::vector<CompiledUnit>& units, bool withRuntime,
                                    const LinkContext& context) {
  std::string runtime;
  if (withRuntime) {
    const std::optional<std::string> found = findRuntime("libconvoy_runtime.a", context);
    if (!found) return std::nullopt;
    runtime = *found;
  }
  return Link(units, context).archive(runtime);
}

std::optional<Artifact> linkExecutable(const std::vector<CompiledUnit>& units,
                                       const std::string& pipelineSymbol, const LinkContext& context) {
  const std::optional<std::string> runtime = findRuntime("libconvoy_program.a", context);
  Link link(units, context);
  if (!runtime || !link.start(compiler)) return std::nullopt;
  const std::optional<std::string> lld = link.find(linker);
  if (!lld) return std::nullopt;
  // The archive's main() knows its pipeline under one name.
  link.add({"--ld-path=" + *lld, "-static-libstdc++", "-static-libgcc", "-pthread", "-Xlinker",
            "--defsym=convoy_program_pipeline=" + pipelineSymbol, "-Wl,--gc-sections", "-Wl,--as-needed",
            "-Wl,-z,relro,-z,now", "-Wl,-z,noexecstack", "-Wl,--build-id=none"});
  if (!link.addUnits()) return std::nullopt;
  link.add({*runtime, "-lm"});
  return link.run();
}

std::optional<Artifact> linkShared(const std::vector<CompiledUnit>& units,
                                   const std::vector<std::string>& symbols, const std::string& soname,
                                   const LinkContext& context) {
  Link link(units, context);
  if (!link.start(compiler)) return std::nullopt;
  const std::optional<std::string> lld = link.find(linker);
  if (!lld) return std::nullopt;
  std::string exports = "{\n  global:\n";
  for (const std::string& symbol : symbols) exports += "    \"" + symbol + "\";\n";
  exports += "  local: *;\n};\n";
  link.add({"--ld-path=" + *lld, "-shared", "-nostdlib++", "-Xlinker", "-soname=" + soname, "-Wl,-z,defs",
            "-Wl,-z,relro,-z,now", "-Wl,-z,noexecstack", "-Wl,--as-needed", "-Wl,--build-id=none",
            "-Xlinker"});
  if (!link.addFile("--version-script=", "exports.map", {exports}) || !link.addUnits()) return std::nullopt;
  link.add({"-lm"});
  return link.run();
}

} // namespace convoy
