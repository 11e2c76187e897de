#include "driver/driver.h"
#include "driver/commands.h"
#include "driver/fix_file.h"
#include "driver/pass_texts.h"
#include "driver/report.h"
#include "driver/reproducer.h"
#include "driver/usage.h"
#include "output/files.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cstdio>
#include <exception>

namespace convoy::driver {

namespace {

// Everything between parsed options and the exit status of a command.
class Session {
public:
  Session(const std::vector<std::string>& arguments, const Options& options)
      : arguments_(arguments), options_(options), diags_(options.warnings), compilation_(options, diags_) {}

  int run() {
    Reproducer reproducer = makeReproducer(arguments_, options_, nullptr);
    try {
      fixed_ = options_.fix ? fixFile(options_, diags_) : 0;
      const bool open = !rowOf(*options_.command).takesFile || compilation_.open();
      reproducer = makeReproducer(arguments_, options_, compilation_.file);
      CrashGuard guard(reproducer);
      const int status = open ? dispatch() : Failure;
      finish();
      return status;
    } catch (const std::exception& error) {
      finish();
      reportInternalError(error.what(), reproducer);
      return InternalFailure;
    }
  }

private:
  int dispatch() {
    std::optional<PassTexts> texts; // `emit` has them in its output
    if (options_.command != Command::Emit)
      texts.emplace(compilation_, [](const std::string& text) { std::fputs(text.c_str(), stderr); });
    switch (*options_.command) {
    case Command::Build: return runBuild(compilation_, times_);
    case Command::Emit: return runEmit(compilation_, times_);
    case Command::Plan: return runPlan(compilation_, times_);
    case Command::Explore: return runExplore(compilation_, times_);
    case Command::Bench: return runBench(compilation_, times_, [this] { finish(); });
    case Command::Verify: return runVerify(compilation_, times_);
    case Command::Import: return runImport(compilation_, times_);
    case Command::Quantize: return runQuantize(compilation_, times_);
    case Command::Check: return runCheck(compilation_, times_);
    case Command::Format: return runFormat(compilation_, times_);
    case Command::Explain: return runExplain(options_, diags_);
    case Command::Run: return runProgram(compilation_, times_, [this] { finish(); });
    case Command::LanguageServer: return runLanguageServer(options_);
    }
    internalError("a command that nothing runs");
  }

  // What is shown once, at the end or before a program runs.
  void finish() {
    if (finished_) return;
    finished_ = true;
    report(diags_, options_);
    if (options_.fix && options_.format == DiagnosticsFormat::Text)
      std::fprintf(stderr, "%s made in '%s'\n", counted(static_cast<int64_t>(fixed_), "change").c_str(),
                   escapeForTerminal(options_.file).c_str());
    if (options_.verbose && compilation_.target)
      std::fprintf(stderr, "target: %s, processor %s, tuned for %s, %d-bit vectors\n",
                   compilation_.target->triple.c_str(), compilation_.target->cpu.c_str(),
                   compilation_.target->tune.c_str(), compilation_.target->vectorBits);
    if (options_.timePasses) std::fputs(times_.table().c_str(), stderr);
  }

  const std::vector<std::string>& arguments_;
  const Options& options_;
  DiagnosticEngine diags_;
  Compilation compilation_;
  PhaseTimes times_;
  size_t fixed_ = 0; // by --fix
  bool finished_ = false;
};

int print(const std::string& text, const Options& options) {
  DiagnosticEngine diags;
  const bool done = wrote(writeFile("-", text), "-", diags);
  report(diags, options);
  return done ? Success : Failure;
}

} // namespace

int runCommand(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::fputs(helpText().c_str(), stderr);
    return WrongUsage;
  }
  DiagnosticEngine diags;
  const Options options = parseOptions(arguments, diags);
  report(diags, options);
  if (diags.hasErrors()) return WrongUsage;
  if (options.version) return print(versionText(), options);
  if (options.help) return print(options.command ? helpText(*options.command) : helpText(), options);
  int status = Session(arguments, options).run();
  for (const std::string& file : options.moreFiles) {
    Options more = options;
    more.file = file;
    status = std::max(status, Session(arguments, more).run());
  }
  return status;
}

} // namespace convoy::driver
