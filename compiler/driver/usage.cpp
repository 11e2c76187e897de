#include "driver/usage.h"
#include "command/options.h"
#include "driver/pipeline.h"

namespace convoy::driver {

namespace {

// Two columns; the first is as wide as its widest entry.
class Columns {
public:
  void add(std::string left, std::string right) {
    width_ = std::max(width_, left.size());
    rows_.emplace_back(std::move(left), std::move(right));
  }
  std::string str() const {
    std::string text;
    for (const auto& [left, right] : rows_)
      text += "  " + left + std::string(width_ - left.size() + 2, ' ') + right + "\n";
    return text;
  }

private:
  size_t width_ = 0;
  std::vector<std::pair<std::string, std::string>> rows_;
};

// "-o, --output=OUT", "-O0..3"
std::string spelling(const OptionRow& row) {
  std::string text;
  for (const std::string& name : row.names) text += (text.empty() ? "" : ", ") + name;
  switch (row.style) {
  case OptionRow::Flag: return text;
  case OptionRow::Value: return text + (row.names.back().size() == 2 ? " " : "=") + row.value;
  case OptionRow::Joined: return text + row.value;
  case OptionRow::Letter: return text + " " + row.value;
  }
  return text;
}

} // namespace

std::string helpText() {
  Columns commands, options;
  for (const CommandRow& row : commandTable()) commands.add(row.name, row.help);
  for (const OptionRow& row : optionTable())
    if (row.commands.empty()) options.add(spelling(row), row.help);
  return "Convoy compiles pipelines of convolutions and pooling to native code.\n\n"
         "usage: convoy COMMAND FILE [OPTION...]\n\ncommands:\n" +
         commands.str() + "\noptions of every command:\n" + options.str() +
         "\n'convoy COMMAND --help' lists the options of a command. FILE may be - for standard input.\n"
         "Exit status: 0 success, 1 the program or its input is wrong, 2 wrong usage, 3 an internal error.\n";
}

std::string helpText(Command command) {
  const CommandRow& row = rowOf(command);
  Columns options;
  for (const OptionRow& option : optionTable())
    if (option.help && takes(command, option)) options.add(spelling(option), option.help);
  std::string text = std::string("convoy ") + row.name + ": " + row.help + "\n\nusage: convoy " + row.name +
                     " " + row.usage + "\n\noptions:\n" + options.str();
  if (command == Command::Build) {
    Columns kinds;
    for (const OutputKindRow& kind : outputKindTable()) kinds.add(kind.name, kind.help);
    text += "\nkinds:\n" + kinds.str();
  }
  if (command == Command::Run) {
    Columns program;
    for (const command::OptionRow& option : command::optionTable())
      program.add(std::string(option.name) + (option.value ? std::string(" ") + option.value : ""),
                  option.help);
    text += "\noptions of the pipeline's own command line:\n" + program.str() +
            "\n'convoy run FILE --help' lists the inputs and outputs of a pipeline.\n";
  }
  if (command == Command::Emit) {
    Columns passes;
    for (const Phase& phase : pipeline()) passes.add(phase.name, phase.why);
    text +=
        "\nFILE may also be the text of a stage, to go on from there: .graph (graph IR), .loop (loop IR) or "
        ".ll\n"
        "(LLVM IR). --from-stage says so of a file with another name, and takes a text beside the script.\n"
        "\npasses, in order, and why each stands where it stands:\n" +
        passes.str();
  }
  return text;
}

std::string versionText() { return "convoy " CONVOY_VERSION "\nLLVM " CONVOY_LLVM_VERSION "\n"; }

} // namespace convoy::driver
