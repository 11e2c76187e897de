#include "driver/options.h"
#include "command/options.h" // the options of compiled programs, which `run` passes on
#include "driver/pipeline.h"
#include "driver/remarks.h"
#include <algorithm>
#include <charconv>

namespace convoy::driver {

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

template <typename Number> std::optional<Number> parseNumber(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "64M" in bytes: a whole number, with K, M or G for powers of 1024 or without.
std::optional<int64_t> parseByteCount(const std::string& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 1) return std::nullopt;
  const std::string unit(end, text.data() + text.size());
  int shift = 0;
  if (unit == "K")
    shift = 10;
  else if (unit == "M")
    shift = 20;
  else if (unit == "G")
    shift = 30;
  else if (!unit.empty())
    return std::nullopt;
  constexpr int64_t most = int64_t{1} << 56; // more than any machine addresses
  if (number > most >> shift) return std::nullopt;
  return number << shift;
}

void suggest(DiagnosticBuilder report, const std::string& word, const std::vector<std::string>& known) {
  if (std::string near = nearestName(word, known); !near.empty()) report.help("did you mean '" + near + "'?");
}

// The part of `argument` before '='.
std::string nameIn(const std::string& argument) { return argument.substr(0, argument.find('=')); }

bool matches(const OptionRow& row, const std::string& argument) {
  for (const std::string& name : row.names) {
    const bool attached = row.style == OptionRow::Joined || row.style == OptionRow::Letter;
    if (attached ? argument.compare(0, name.size(), name) == 0 : nameIn(argument) == name) return true;
  }
  return false;
}

const OptionRow* findOption(const std::string& argument, std::optional<Command> command) {
  for (const OptionRow& row : optionTable())
    if ((!command || takes(*command, row)) && matches(row, argument)) return &row;
  return nullptr;
}

class Parser {
public:
  Parser(const std::vector<std::string>& arguments, DiagnosticEngine& diags)
      : arguments_(arguments), diags_(diags) {}

  Options parse() {
    readPresentation();
    readCommand();
    bool optionsEnded = false;
    while (next_ < arguments_.size()) {
      const std::string argument = arguments_[next_++];
      if (optionsEnded || argument.size() < 2 || argument[0] != '-')
        readOperand(argument);
      else if (argument == "--")
        optionsEnded = true;
      else
        readOption(argument);
    }
    if (!options_.help && !options_.version && !diags_.hasErrors()) checkComplete();
    return std::move(options_);
  }

private:
  // How errors are shown is wanted before the first one.
  void readPresentation() {
    for (const std::string& argument : arguments_) {
      if (argument == "--diagnostics-format=json") options_.format = DiagnosticsFormat::Json;
      if (argument == "--color=always") options_.color = ColorMode::Always;
      if (argument == "--color=never") options_.color = ColorMode::Never;
    }
  }

  // Options that hold for every command may stand before it.
  void readCommand() {
    while (next_ < arguments_.size() && !options_.command) {
      const std::string argument = arguments_[next_++];
      if (argument.size() > 1 && argument[0] == '-') {
        readOption(argument);
        continue;
      }
      std::vector<std::string> names;
      for (const CommandRow& row : commandTable()) {
        names.push_back(row.name);
        if (argument == row.name) options_.command = row.command;
      }
      // Texts are easier to read without.
      if (options_.command == Command::Emit) options_.lines = Lines::None;
      if (options_.command == Command::Explore) options_.lines = Lines::Loops; // which link its texts
      if (options_.command) return;
      auto report = diags_.report(diag::UnknownCommand, {}, argument);
      std::string near = nearestName(argument, names);
      report.help(near.empty() ? "the commands are " + joined(names) : "did you mean '" + near + "'?");
      next_ = arguments_.size(); // what follows belongs to a command that is not known
    }
  }

  // What is no option: the file to work on, or a code to explain.
  void readOperand(const std::string& argument) {
    if (options_.command == Command::LanguageServer) // its files come from the editor
      diags_.report(diag::TakesNoFile, {}, rowOf(*options_.command).name, argument)
          .help("'convoy check " + argument + "' looks for mistakes in a file");
    else if (options_.command && !rowOf(*options_.command).takesFile)
      options_.codes.push_back(argument);
    else if (options_.file.empty() && !argument.empty())
      options_.file = argument;
    else if (options_.command == Command::Run)
      options_.programArguments.push_back(argument);
    else if (options_.command == Command::Format && !argument.empty())
      options_.moreFiles.push_back(argument);
    else if (options_.command && argument.empty())
      diags_.report(diag::MissingFile, {}, rowOf(*options_.command).name);
    else if (options_.command)
      diags_.report(diag::TooManyFiles, {}, rowOf(*options_.command).name, argument)
          .help("call it once for each file");
  }

  void readOption(const std::string& argument) {
    const bool run = options_.command == Command::Run;
    // `convoy run FILE --help` asks the pipeline, `convoy run --help` asks us.
    const bool programHelp = run && nameIn(argument) == "--help" && !options_.file.empty();
    const OptionRow* row = programHelp ? nullptr : findOption(argument, options_.command);
    if (!row && run && passOn(argument)) return;
    if (!row) return reportUnknown(argument);
    std::string value;
    if (row->style == OptionRow::Joined) {
      value = argument.substr(row->names.front().size());
      if (!value.empty() && value[0] == '=') value.erase(0, 1);
    } else if (row->style == OptionRow::Letter) {
      value = argument.substr(row->names.front().size());
      if (value.empty() && next_ < arguments_.size()) value = arguments_[next_++];
    } else if (const size_t equals = argument.find('='); equals != std::string::npos) {
      if (row->style == OptionRow::Flag) {
        diags_.report(diag::OptionTakesNoValue, {}, nameIn(argument));
        return;
      }
      value = argument.substr(equals + 1);
    } else if (row->style == OptionRow::Value && next_ < arguments_.size()) {
      value = arguments_[next_++];
    }
    if (row->style != OptionRow::Flag && value.empty()) {
      diags_.report(diag::OptionNeedsValue, {}, nameIn(argument), row->value);
      return;
    }
    apply(*row, row->style == OptionRow::Letter ? row->names.front() : nameIn(argument), value);
  }

  // True when the option is one of compiled programs.
  bool passOn(const std::string& argument) {
    const command::OptionRow* row = command::findOption(argument);
    if (!row) return false;
    options_.programArguments.push_back(argument);
    const bool valueFollows = row->takesNextWord() && argument.find('=') == std::string::npos;
    if (valueFollows && next_ < arguments_.size()) options_.programArguments.push_back(arguments_[next_++]);
    return true;
  }

  void reportUnknown(const std::string& argument) {
    const std::string name = nameIn(argument);
    if (const OptionRow* other = findOption(argument, std::nullopt)) {
      std::vector<std::string> commands;
      for (const CommandRow& row : commandTable())
        if (takes(row.command, *other)) commands.push_back(std::string("'convoy ") + row.name + "'");
      diags_.report(diag::OptionOfOtherCommand, {}, name, rowOf(*options_.command).name)
          .help("it is an option of " + joined(commands));
      return;
    }
    std::vector<std::string> known;
    for (const OptionRow& row : optionTable())
      if (row.help && (!options_.command || takes(*options_.command, row)))
        known.insert(known.end(), row.names.begin(), row.names.end());
    if (options_.command == Command::Run)
      for (const command::OptionRow& row : command::optionTable()) known.push_back(row.name);
    suggest(diags_.report(diag::UnknownOption, {}, name), name, known);
  }

  // The rows whose names the comma-separated `value` lists, each once.
  template <typename Item, typename Find>
  std::vector<Item> readList(const std::string& option, const std::string& value,
                             const std::vector<std::string>& known, Find find) {
    std::vector<Item> items;
    for (size_t begin = 0; begin <= value.size();) {
      const size_t end = std::min(value.find(',', begin), value.size());
      const std::string word = value.substr(begin, end - begin);
      begin = end + 1;
      if (std::optional<Item> item = find(word)) {
        if (std::find(items.begin(), items.end(), *item) == items.end()) items.push_back(*item);
      } else {
        suggest(diags_.report(diag::OptionValue, {}, option, joined(known), word), word, known);
      }
    }
    return items;
  }

  template <typename Choice>
  void readChoice(const std::string& option, const std::string& value,
                  const std::vector<std::pair<std::string, Choice>>& choices, Choice& into) {
    std::vector<std::string> known;
    for (const auto& [name, choice] : choices) {
      known.push_back(name);
      if (value == name) {
        into = choice;
        return;
      }
    }
    suggest(diags_.report(diag::OptionValue, {}, option, joined(known), value), value, known);
  }

  void readNumber(const std::string& option, const std::string& value, int lowest, int highest, int& into) {
    std::optional<int> number = parseNumber<int>(value);
    if (number && *number >= lowest && *number <= highest)
      into = *number;
    else
      diags_.report(diag::OptionValue, {}, option,
                    "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest),
                    value);
  }

  void readKinds(const std::string& option, const std::string& value) {
    std::vector<std::string> names;
    for (const OutputKindRow& row : outputKindTable()) names.push_back(row.name);
    options_.kinds = readList<OutputKind>(option, value, names, [](const std::string& word) {
      for (const OutputKindRow& row : outputKindTable())
        if (word == row.name) return std::optional<OutputKind>(row.kind);
      return std::optional<OutputKind>();
    });
  }

  void readStages(const std::string& option, const std::string& value) {
    std::vector<std::string> names;
    for (Stage stage : allStages()) names.push_back(nameOf(stage));
    options_.stages =
        readList<Stage>(option, value, names, [](const std::string& word) { return findStage(word); });
  }

  // Names of phases, in which '-' may stand for a space.
  void readPasses(const std::string& option, const std::string& value) {
    std::vector<std::string> known;
    for (const Phase& phase : pipeline()) known.push_back(phase.name);
    known.push_back("all");
    for (size_t begin = 0; begin <= value.size();) {
      const size_t end = std::min(value.find(',', begin), value.size());
      std::string word = value.substr(begin, end - begin);
      begin = end + 1;
      std::replace(word.begin(), word.end(), '-', ' ');
      if (std::count(known.begin(), known.end(), word) > 0) {
        options_.printAfter.push_back(word);
        continue;
      }
      auto report = diags_.report(diag::UnknownPass, {}, word);
      const std::string near = nearestName(word, known);
      report.help(near.empty() ? "'convoy emit --help' lists the passes; " + option + "=all takes every one"
                               : "did you mean '" + near + "'?");
    }
  }

  // STAGE=TEXT, a TEXT whose name tells its stage, or a STAGE alone: then FILE is the text.
  void readFromStage(const std::string& option, const std::string& value) {
    const size_t equals = value.find('=');
    std::optional<Stage> stage = findStage(value.substr(0, equals));
    std::string text = stage && equals != std::string::npos ? value.substr(equals + 1) : "";
    const bool textIsMissing = stage && equals != std::string::npos && text.empty();
    const bool isPath = equals == std::string::npos || value.find('/') < equals;
    if (!stage && isPath) stage = stageOf(fileKindOf(text = value));
    if (!stage || !readsBack(*stage) || textIsMissing) {
      const std::vector<std::string> names = namesThatReadBack();
      suggest(diags_.report(diag::OptionValue, {}, option,
                            listed(names, "or") +
                                ", each with '=' and a file; or a file that ends in .graph, "
                                ".schedule, .loop or .ll",
                            value),
              value.substr(0, equals), names);
    } else if (*stage == Stage::Schedule && !text.empty()) {
      options_.scheduleFile = text;
    } else {
      options_.fromStage = stage;
      options_.fromStageFile = text;
    }
  }

  void readSeed(const std::string& option, const std::string& value) {
    const std::string method = "random:";
    if (value.compare(0, method.size(), method) == 0)
      options_.initSeed = parseNumber<uint64_t>(std::string_view(value).substr(method.size()));
    if (!options_.initSeed)
      diags_.report(diag::OptionValue, {}, option, "random:SEED with a whole number that is not negative",
                    value);
  }

  // A regular expression that finds something: of others, nothing would ever be shown.
  void readDecisions(const std::string& option, const std::string& value, std::string& into) {
    into = value;
    const std::vector<std::string>& known = inspect::remarkDecisions();
    if (std::any_of(known.begin(), known.end(), [&](const auto& each) { return finds(value, each); })) return;
    suggest(diags_.report(diag::OptionValue, {}, option,
                          "a regular expression that finds one of " + joined(known), value),
            value, known);
  }

  void apply(const OptionRow& row, const std::string& name, const std::string& value) {
    switch (row.id) {
    case OptionId::Output: options_.output = value; return;
    case OptionId::Emit: return readKinds(name, value);
    case OptionId::Stage: return readStages(name, value);
    case OptionId::FromStage: return readFromStage(name, value);
    case OptionId::PrintAfter: return readPasses(name, value);
    case OptionId::PrintChanged: options_.printChanged = true; return;
    case OptionId::Target: options_.target = value; return;
    case OptionId::Cpu:
      options_.cpu = value;
      if (value.find(',') != std::string::npos && ("," + value + ",").find(",,") != std::string::npos)
        diags_.report(diag::OptionValue, {}, name, "names of processors, with a comma between two", value);
      return;
    case OptionId::Optimize: return readNumber("-O", value, 0, 3, options_.optimize);
    case OptionId::Lines:
      options_.lines = name == "-g0" ? Lines::None : name == "-gloops" ? Lines::Loops : Lines::Script;
      return;
    case OptionId::Math:
      return readChoice<schedule::Math>(name, value,
                                        {{"fast", schedule::Math::Fast},
                                         {"strict", schedule::Math::Strict},
                                         {"bf16", schedule::Math::Bf16}},
                                        options_.choices.math);
    case OptionId::Threads:
      readNumber(name, value, 1, 1024, options_.threads);
      if (options_.command == Command::Run) options_.programArguments.push_back("--threads=" + value);
      return;
    case OptionId::Pipeline: options_.pipeline = value; return;
    case OptionId::Schedule: options_.scheduleFile = value; return;
    case OptionId::Weights: options_.weightsFile = value; return;
    case OptionId::Init: return readSeed(name, value);
    case OptionId::Define: return readDefine(name, value);
    case OptionId::Size: return readSizes(name, value);
    case OptionId::Input: return readInput(name, value);
    case OptionId::KeepLayers: return readNames(name, value, options_.keepLayers);
    case OptionId::DumpLayer:
      if (!checkNamed(name, "NAME=FILE.npy", value)) return;
      options_.dumpLayers.push_back(value);
      options_.programArguments.push_back(name + "=" + value);
      return;
    case OptionId::Against: options_.against.push_back(value); return;
    case OptionId::Bisect: options_.bisect = true; return;
    case OptionId::BreakPass: options_.breakPass = value; return;
    case OptionId::MemoryLimit:
      if (const std::optional<int64_t> bytes = parseByteCount(value))
        options_.memoryLimit = *bytes;
      else
        diags_.report(diag::OptionValue, {}, name,
                      "a number of bytes, such as 64M: with K, M or G or without", value);
      return;
    case OptionId::Remarks: options_.remarksFile = value; return;
    case OptionId::RemarksPassed: return readDecisions(name, value, options_.showPassed);
    case OptionId::RemarksMissed: return readDecisions(name, value, options_.showMissed);
    case OptionId::RemarksAnalysis: return readDecisions(name, value, options_.showAnalysis);
    case OptionId::Measure: options_.measure = true; return;
    case OptionId::Json: options_.jsonFile = value; return;
    case OptionId::Samples: options_.samples = value; return;
    case OptionId::BatchNorm:
      return readChoice<bool>(name, value, {{"keep", false}, {"fold", true}}, options_.foldsBatchNorm);
    case OptionId::Limit: return readNumber(name, value, 1, 1 << 20, options_.limit);
    case OptionId::Batch: return readNumber(name, value, 1, 1 << 20, options_.batch);
    case OptionId::ImportFolder: options_.importFolders.push_back(value); return;
    case OptionId::EmbedWeights: options_.externalWeights = false; return;
    case OptionId::ExternalWeights: options_.externalWeights = true; return;
    case OptionId::Runtime: {
      RuntimeKind kind = RuntimeKind::Bundled;
      readChoice<RuntimeKind>(name, value, {{"bundled", RuntimeKind::Bundled}, {"none", RuntimeKind::None}},
                              kind);
      options_.runtime = kind;
      return;
    }
    case OptionId::Dependencies: options_.dependencies = true; return;
    case OptionId::DependencyFile:
      options_.dependencies = true;
      options_.dependencyFile = value;
      return;
    case OptionId::DumpStages: options_.stagesFolder = value; return;
    case OptionId::TimePasses: options_.timePasses = true; return;
    case OptionId::Format:
      return readChoice<DiagnosticsFormat>(
          name, value, {{"text", DiagnosticsFormat::Text}, {"json", DiagnosticsFormat::Json}},
          options_.format);
    case OptionId::Color:
      return readChoice<ColorMode>(
          name, value,
          {{"auto", ColorMode::Auto}, {"always", ColorMode::Always}, {"never", ColorMode::Never}},
          options_.color);
    case OptionId::Verbose: options_.verbose = true; return;
    case OptionId::CheckFormat: options_.checkFormat = true; return;
    case OptionId::Fix: options_.fix = true; return;
    case OptionId::Stdio: return;
    case OptionId::NoWarnings: options_.warnings = WarningMode::Ignore; return;
    case OptionId::WarningsAsErrors: options_.warnings = WarningMode::AsErrors; return;
    case OptionId::Help: options_.help = true; return;
    case OptionId::Version: options_.version = true; return;
    }
  }

  // Something stands before '=' and behind it.
  bool checkNamed(const std::string& option, const char* form, const std::string& value) {
    const size_t equals = value.find('=');
    const bool good = equals != 0 && equals != std::string::npos && equals + 1 < value.size();
    if (!good) diags_.report(diag::OptionValue, {}, option, form, value);
    return good;
  }

  void readNames(const std::string& option, const std::string& value, std::vector<std::string>& into) {
    for (size_t begin = 0; begin <= value.size();) {
      const size_t end = std::min(value.find(',', begin), value.size());
      into.push_back(value.substr(begin, end - begin));
      begin = end + 1;
      if (into.back().empty())
        diags_.report(diag::OptionValue, {}, option, "names of layers, with a comma between two, or 'all'",
                      value);
    }
  }

  // A later value replaces an earlier one.
  void readDefine(const std::string& option, const std::string& value) {
    if (!checkNamed(option, "NAME=VALUE", value)) return;
    const size_t equals = value.find('=');
    options_.defines.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  }

  void readInput(const std::string& option, const std::string& value) {
    const size_t equals = value.find('=');
    if (options_.command == Command::Explore && equals == std::string::npos && !value.empty()) {
      const bool again = std::any_of(options_.inputs.begin(), options_.inputs.end(),
                                     [](const auto& given) { return given.first.empty(); });
      if (again)
        diags_.report(diag::OptionValue, {}, option, "NAME=FILE beside a file without a name", value);
      else
        options_.inputs.emplace_back("", value);
      return;
    }
    if (!checkNamed(option, "NAME=FILE", value)) return;
    options_.inputs.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  }

  // A later number replaces an earlier one.
  void readSizes(const std::string& option, const std::string& value) {
    for (size_t begin = 0; begin <= value.size();) {
      const size_t end = std::min(value.find(',', begin), value.size());
      const std::string item = value.substr(begin, end - begin);
      begin = end + 1;
      const size_t equals = item.find('=');
      const std::optional<int64_t> number =
          equals == std::string::npos ? std::nullopt
                                      : parseNumber<int64_t>(std::string_view(item).substr(equals + 1));
      if (equals > 0 && number && *number >= 1 && *number <= INT32_MAX)
        options_.sizes.emplace_back(item.substr(0, equals), *number);
      else
        diags_.report(diag::OptionValue, {}, option, "NAME=N with a whole number from 1 to 2147483647", item);
    }
  }

  void checkComplete() {
    if (!options_.command) {
      diags_.report(diag::MissingCommand, {}).help("'convoy --help' lists the commands");
      return;
    }
    const CommandRow& row = rowOf(*options_.command);
    if (row.takesFile && options_.file.empty())
      diags_.report(diag::MissingFile, {}, row.name)
          .help(std::string("usage: convoy ") + row.name + " " + row.usage);
    if (options_.command == Command::Quantize && (options_.samples.empty() || !options_.output))
      diags_.report(diag::MissingOption, {}, row.name, options_.samples.empty() ? "--samples" : "-o")
          .help(std::string("usage: convoy ") + row.name + " " + row.usage);
    if (options_.command == Command::Import && !options_.output)
      diags_.report(diag::MissingOption, {}, row.name, "-o")
          .help(std::string("usage: convoy ") + row.name + " " + row.usage);
    const bool several = options_.kinds.size() > 1 || options_.externalWeights ||
                         (options_.dependencies && !options_.dependencyFile);
    if (options_.command == Command::Build && several && options_.output == "-")
      diags_.report(diag::SeveralToStandardOutput, {})
          .help("-o OUT writes them to files, each with its ending");
    if (options_.command == Command::Emit && options_.stages.empty() && options_.stagesFolder.empty() &&
        options_.printAfter.empty() && !options_.printChanged)
      diags_.report(diag::MissingStage, {})
          .help("--stage= takes ast, graph, fused, schedule, loops, llvm, llvm-opt, asm; "
                "--dump-stages-to=DIR writes all");
  }

  const std::vector<std::string>& arguments_;
  DiagnosticEngine& diags_;
  Options options_;
  size_t next_ = 0;
};

} // namespace

Options parseOptions(const std::vector<std::string>& arguments, DiagnosticEngine& diags) {
  return Parser(arguments, diags).parse();
}

} // namespace convoy::driver
