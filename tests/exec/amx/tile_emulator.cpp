#include "tile_emulator.h"
#include <stdexcept>
#if defined(__x86_64__)
#include "convoy/runtime.h"
#include "tile_unit.h"
#include <csignal>
#include <ucontext.h>
#endif

namespace convoy::amx {

namespace {

Target native() {
  DiagnosticEngine diags;
  std::optional<Target> target = makeTarget("", "native", diags);
  if (!target) throw std::runtime_error(renderText(*diags.all()[0], false));
  return *target;
}

#if defined(__x86_64__)
thread_local TileUnit unit;
struct sigaction otherwise; // what handled SIGILL before

constexpr int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                           REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

// As the processor does it: the system makes SIGSEGV of it.
void raiseGeneralProtection() {
  __asm__ volatile("movb (%0), %%al" : : "r"(uint64_t{1} << 63) : "rax"); // no address has this form
}

void handle(int, siginfo_t*, void* context) {
  auto& state = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  GeneralRegisters registers;
  for (size_t i = 0; i < 16; ++i) registers[i] = static_cast<uint64_t>(state[order[i]]);
  const auto* code = reinterpret_cast<const uint8_t*>(state[REG_RIP]); // NOLINT(performance-no-int-to-ptr)
  const std::optional<TileInstruction> inst = decodeTile(code, registers);
  const Fault fault = inst ? unit.execute(*inst) : Fault::InvalidOpcode;
  if (fault == Fault::GeneralProtection) raiseGeneralProtection();
  if (fault == Fault::InvalidOpcode) {
    sigaction(SIGILL, &otherwise, nullptr); // it is executed again, and what it raises is real
    return;
  }
  state[REG_RIP] += inst->length;
}

Tiles install() {
  const Target here = native();
  const uint64_t sets = here.instructionSets();
  if (here.matrixUnit) return convoy_choose_version(&sets, 1) == 0 ? Tiles::Hardware : Tiles::None;
  if (here.vectorBits < 512) return Tiles::None;
  struct sigaction action = {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  return sigaction(SIGILL, &action, &otherwise) == 0 ? Tiles::Emulated : Tiles::None;
}
#else
Tiles install() { return Tiles::None; }
#endif

} // namespace

Tiles installTileEmulator() {
  static const Tiles tiles = install();
  return tiles;
}

Target targetWithTiles() {
  Target target = native();
  if (!target.matrixUnit) target.features += ",+amx-tile,+amx-bf16,+amx-int8";
  target.matrixUnit = true;
  return target;
}

} // namespace convoy::amx
