#include "compiled_text.h"
#include "loop/reader.h"
#include "tile_emulator.h"
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace convoy::texts {

std::string textOf(const std::string& name) {
  std::ifstream file(std::string(LOOP_TEXTS_FOLDER) + "/" + name + ".loop");
  if (!file) throw std::runtime_error("no text " + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

loop::Module readText(const std::string& path, const std::string& text) {
  SourceFile file(path, text);
  DiagnosticEngine diags;
  auto module = loop::read(file, diags);
  std::string problems;
  for (const auto& d : diags.all()) problems += renderText(*d, false);
  if (module)
    for (const std::string& p : loop::verify(*module)) problems += p + "\n";
  if (!module || !problems.empty()) throw std::runtime_error(problems);
  return std::move(*module);
}

Target targetFor(const std::string& cpu) {
  if (cpu == withTiles) return amx::targetWithTiles();
  DiagnosticEngine diags;
  auto target = makeTarget("", cpu, diags);
  if (!target) throw std::runtime_error(renderText(*diags.all()[0], false));
  return *target;
}

CompiledText::CompiledText(const std::string& name, const std::string& source, const std::string& cpu,
                           int optimize) {
  CompileOptions options;
  options.optimize = optimize;
  units_ = compileProgram(readText(name + ".loop", source), nullptr, targetFor(cpu), options);
  code_ = std::make_unique<CodeInMemory>(units_, std::map<std::string, const void*>{});
}

std::string assemblyOf(const std::string& name, const std::string& cpu) {
  CompileOptions options;
  options.keepAssembly = true;
  std::string all;
  for (const CompiledUnit& unit :
       compileProgram(readText(name + ".loop", textOf(name)), nullptr, targetFor(cpu), options))
    all += unit.assembly;
  return all;
}

bool runsHere(const std::string& cpu) {
  const Target target = targetFor(cpu);
  if (target.matrixUnit && amx::installTileEmulator() == amx::Tiles::None) return false;
  if (cpu == withTiles) return true;
  std::string here = targetFor("native").features + ",";
  std::istringstream wanted(target.features);
  for (std::string feature; std::getline(wanted, feature, ',');)
    if (feature != "+64bit" && feature != "+x87" && here.find(feature + ",") == std::string::npos)
      return false;
  return true;
}

std::string whyNotHere(const std::string& cpu) {
  return targetFor(cpu).matrixUnit ? "no matrix unit for this process, and no AVX-512 to emulate it"
                                   : "this processor cannot run code for " + cpu;
}

} // namespace convoy::texts
