#include "convoy/command.h"
#include "driver/commands.h"
#include "driver/load.h"
#include "driver/remarks.h"
#include "driver/targets.h"

namespace convoy::driver {

namespace {

// The program's own arguments, as main() gets them.
class ArgumentVector {
public:
  ArgumentVector(std::string name, const std::vector<std::string>& arguments) : words_{std::move(name)} {
    words_.insert(words_.end(), arguments.begin(), arguments.end());
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  ArgumentVector(const ArgumentVector&) = delete;
  ArgumentVector& operator=(const ArgumentVector&) = delete;
  int count() const { return static_cast<int>(words_.size()); }
  char** pointers() { return pointers_.data(); }

private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

// The command line answers these from the interface alone.
bool asksOnly(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments)
    if (argument == "--help" || argument == "--describe") return true;
  return false;
}

} // namespace

int runProgram(Compilation& c, PhaseTimes& times, const std::function<void()>& report) {
  if (!hasLayers(c.kind)) {
    c.diags.report(diag::NeedsPipeline, {}, "a program", describe(c.kind));
    return Failure;
  }
  c.needsParameters = !asksOnly(c.options.programArguments);
  if (!checkRemarks(c)) return Failure;
  c.target = targetForHere(c.options, c.diags);
  if (!c.target || !prepareStagesFolder(c)) return Failure;
  const auto sink = [&](Stage stage, const std::string& text) { writeStage(c, stage, text); };
  if (!runPipeline(c, Goal::Code, times, sink)) return Failure;
  if (c.diags.hasErrors() || !writeRemarks(c)) return Failure;

  const LoadedPipeline loaded = times.measure("load", [&] { return loadInMemory(c); });
  if (c.diags.hasErrors()) return Failure;
  report();
  // What the program calls itself in its messages and help.
  const std::string file = c.options.file.substr(c.options.file.rfind('/') + 1);
  ArgumentVector arguments("convoy run " + file, c.options.programArguments);
  return convoy_command(loaded.pipeline, arguments.count(), arguments.pointers());
}

} // namespace convoy::driver
