#include "driver/options.h"
#include "driver/usage.h"
#include "gtest/gtest.h"

namespace convoy::driver {
namespace {

struct Parsed {
  Options options;
  std::vector<std::string> codes;
  std::string text; // all diagnostics, rendered
};

Parsed parse(std::vector<std::string> arguments) {
  DiagnosticEngine diags;
  Parsed parsed;
  parsed.options = parseOptions(arguments, diags);
  for (const auto& d : diags.all()) {
    parsed.codes.push_back(d->code);
    parsed.text += renderText(*d, false);
  }
  return parsed;
}

using Strings = std::vector<std::string>;

TEST(Options, BuildDefaults) {
  Parsed p = parse({"build", "edges.cvy"});
  EXPECT_EQ(p.text, "");
  EXPECT_EQ(p.options.command, Command::Build);
  EXPECT_EQ(p.options.file, "edges.cvy");
  EXPECT_EQ(p.options.output, std::nullopt);
  EXPECT_EQ(p.options.kinds, std::vector<OutputKind>{OutputKind::Executable});
  EXPECT_EQ(p.options.optimize, 3);
  EXPECT_EQ(p.options.cpu, "");
}

TEST(Options, ValuesAfterEqualsOrBlank) {
  for (const Strings& arguments :
       {Strings{"build", "f", "-o", "out", "--target=aarch64-linux-gnu", "-mcpu=cortex-a76"},
        Strings{"build", "-o=out", "--target", "aarch64-linux-gnu", "-mcpu", "cortex-a76", "f"},
        Strings{"build", "--output=out", "-march=cortex-a76", "--target=aarch64-linux-gnu", "f"}}) {
    Parsed p = parse(arguments);
    EXPECT_EQ(p.text, "");
    EXPECT_EQ(p.options.file, "f");
    EXPECT_EQ(p.options.output, "out");
    EXPECT_EQ(p.options.target, "aarch64-linux-gnu");
    EXPECT_EQ(p.options.cpu, "cortex-a76");
  }
}

TEST(Options, DashIsAFile) {
  Parsed p = parse({"emit", "-", "--stage=ast", "-o", "-"});
  EXPECT_EQ(p.text, "");
  EXPECT_EQ(p.options.file, "-");
  EXPECT_EQ(p.options.output, "-");
}

TEST(Options, TextsToGoOnFrom) {
  Parsed p = parse({"run", "f.cvy", "--from-stage=loops=dir/edited.txt"});
  EXPECT_EQ(p.text, "");
  EXPECT_EQ(p.options.fromStage, Stage::Loops);
  EXPECT_EQ(p.options.fromStageFile, "dir/edited.txt");
  p = parse({"emit", "stages/07-llvm-opt.txt", "--from-stage", "llvm-opt", "--stage=asm"});
  EXPECT_EQ(p.text, "");
  EXPECT_EQ(p.options.fromStage, Stage::LlvmOptimized);
  EXPECT_EQ(p.options.fromStageFile, "") << "FILE itself";
  for (const auto& [file, stage] : {std::pair("a.graph", Stage::Graph), std::pair("a/b=c.loop", Stage::Loops),
                                    std::pair("a.ll", Stage::Llvm)}) {
    p = parse({"run", "f.cvy", std::string("--from-stage=") + file});
    EXPECT_EQ(p.text, "");
    EXPECT_EQ(p.options.fromStage, stage);
    EXPECT_EQ(p.options.fromStageFile, file);
  }
  for (const char* schedule : {"schedule=x", "x.schedule"}) { // the same as --schedule
    p = parse({"run", "f.cvy", std::string("--from-stage=") + schedule});
    EXPECT_EQ(p.options.fromStage, std::nullopt);
    EXPECT_FALSE(p.options.scheduleFile.empty());
  }
  for (const char* wrong : {"ast=x", "fused=x", "asm", "loops=", "loop=x.loop", "x.cvy", "x"}) {
    p = parse({"run", "f.cvy", std::string("--from-stage=") + wrong});
    EXPECT_EQ(p.codes, Strings{"E0516"}) << wrong;
  }
}

TEST(Options, PassesByName) {
  Parsed p = parse({"emit", "f", "--print-after=fold-batch_norm,share common,all"});
  EXPECT_EQ(p.text, "");
  EXPECT_EQ(p.options.printAfter, (Strings{"fold batch_norm", "share common", "all"}));
  p = parse({"emit", "f", "--print-after=lower,,codegem"});
  EXPECT_EQ(p.codes, (Strings{"E0548", "E0548"}));
  EXPECT_NE(p.text.find("did you mean 'codegen'?"), std::string::npos);
  EXPECT_EQ(parse({"emit", "f", "--print-changed"}).text, "") << "something is printed";
}

TEST(Options, ListsOfStagesAndKinds) {
  Parsed p = parse({"emit", "f", "--stage=graph,llvm-opt,graph"});
  EXPECT_EQ(p.options.stages, (std::vector<Stage>{Stage::Graph, Stage::LlvmOptimized}));
  p = parse({"build", "f", "--emit=lib,header"});
  EXPECT_EQ(p.options.kinds, (std::vector<OutputKind>{OutputKind::Library, OutputKind::Header}));
}

TEST(Options, EveryStageIsReadByItsName) {
  for (Stage stage : allStages())
    EXPECT_EQ(parse({"emit", "f", std::string("--stage=") + nameOf(stage)}).options.stages,
              std::vector<Stage>{stage});
}

TEST(Options, Numbers) {
  Parsed p = parse({"run", "f", "-O1", "--threads=3", "--init", "random:18446744073709551615"});
  EXPECT_EQ(p.text, "");
  EXPECT_EQ(p.options.optimize, 1);
  EXPECT_EQ(p.options.threads, 3);
  EXPECT_EQ(p.options.initSeed, UINT64_MAX);
  for (const char* wrong : {"-O4", "-Ofast", "--threads=0", "--threads=2x", "--threads=-1", "--init=42",
                            "--init=random:", "--init=random:-1", "--init=random:18446744073709551616"})
    EXPECT_EQ(parse({"build", "f", wrong}).codes, Strings{"E0516"}) << wrong;
  EXPECT_EQ(parse({"build", "f", "-O"}).codes, Strings{"E0514"});
}

TEST(Options, RunPassesOnWhatIsNotItsOwn) {
  Parsed p = parse({"run", "--pipeline=p", "f", "photo.png", "-O2", "-o", "out.png", "--input", "a=b.npy",
                    "--benchmark=5", "--threads", "2", "--", "-strange.png"});
  EXPECT_EQ(p.text, "");
  EXPECT_EQ(p.options.pipeline, "p");
  EXPECT_EQ(p.options.optimize, 2);
  EXPECT_EQ(p.options.programArguments, (Strings{"photo.png", "-o", "out.png", "--input", "a=b.npy",
                                                 "--benchmark=5", "--threads=2", "-strange.png"}));
}

TEST(Options, HelpAfterTheFileOfRunIsThePipelines) {
  EXPECT_TRUE(parse({"run", "--help"}).options.help);
  Parsed p = parse({"run", "f", "--help"});
  EXPECT_FALSE(p.options.help);
  EXPECT_EQ(p.options.programArguments, Strings{"--help"});
}

TEST(Options, UnknownOnesGetASuggestion) {
  Parsed p = parse({"build", "f", "--treads=2"});
  EXPECT_EQ(p.codes, Strings{"E0512"});
  EXPECT_NE(p.text.find("did you mean '--threads'?"), std::string::npos) << p.text;
  p = parse({"biuld", "f"});
  EXPECT_EQ(p.codes, Strings{"E0511"});
  EXPECT_NE(p.text.find("did you mean 'build'?"), std::string::npos) << p.text;
  p = parse({"emit", "f", "--stage=grahp"});
  EXPECT_NE(p.text.find("did you mean 'graph'?"), std::string::npos) << p.text;
  p = parse({"run", "f", "--bencmark=2"});
  EXPECT_NE(p.text.find("did you mean '--benchmark'?"), std::string::npos) << p.text;
}

TEST(Options, OptionsOfOtherCommands) {
  Parsed p = parse({"build", "f", "--stage=ast"});
  EXPECT_EQ(p.codes, Strings{"E0513"});
  EXPECT_NE(p.text.find("'convoy emit'"), std::string::npos) << p.text;
}

TEST(Options, WhatIsMissing) {
  EXPECT_EQ(parse({"--color=never"}).codes, Strings{"E0510"});
  EXPECT_EQ(parse({"build"}).codes, Strings{"E0517"});
  EXPECT_EQ(parse({"build", ""}).codes, Strings{"E0517"});
  EXPECT_EQ(parse({"build", "a", "b"}).codes, Strings{"E0518"});
  EXPECT_EQ(parse({"emit", "f"}).codes, Strings{"E0519"});
  EXPECT_EQ(parse({"emit", "f", "--dump-stages-to=d"}).codes, Strings{});
  EXPECT_EQ(parse({"build", "f", "-o"}).codes, Strings{"E0514"});
  EXPECT_EQ(parse({"build", "f", "--emit="}).codes, Strings{"E0514"});
  EXPECT_EQ(parse({"build", "f", "--emit=obj,,lib"}).codes, Strings{"E0516"});
  EXPECT_EQ(parse({"build", "f", "--time-passes=1"}).codes, Strings{"E0515"});
  for (const char* wrong : {"-mcpu=x86-64-v3,", "-mcpu=,x86-64-v3", "-mcpu=a,,b"})
    EXPECT_EQ(parse({"build", "f", wrong}).codes, Strings{"E0516"}) << wrong;
  EXPECT_EQ(parse({"build", "f", "-mcpu=x86-64-v3,x86-64-v4"}).codes, Strings{});
}

TEST(Options, PresentationHoldsForEarlierErrors) {
  Parsed p = parse({"build", "--wrong", "--diagnostics-format=json", "--color=never"});
  EXPECT_EQ(p.options.format, DiagnosticsFormat::Json);
  EXPECT_EQ(p.options.color, ColorMode::Never);
}

// Help is made from the table, so each name is there, but for options that have no text.
TEST(Options, HelpNamesEveryOption) {
  for (const CommandRow& command : commandTable()) {
    const std::string help = helpText(command.command);
    for (const OptionRow& row : optionTable())
      for (const std::string& name : row.names)
        if (takes(command.command, row)) {
          EXPECT_EQ(help.find(name) != std::string::npos, row.help != nullptr) << command.name << name;
        }
    EXPECT_NE(helpText().find(command.name), std::string::npos);
  }
}

} // namespace
} // namespace convoy::driver
