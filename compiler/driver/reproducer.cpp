#include "driver/reproducer.h"
#include "output/files.h"
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace convoy::driver {

namespace {

std::string shellWord(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-_=./:,+@").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c == '\n' ? ' ' : c);
  return quoted + "'";
}

const char* suffixOf(FileKind kind) {
  switch (kind) {
  case FileKind::Script: return ".cvy";
  case FileKind::Onnx: return ".onnx";
  case FileKind::Graph: return ".graph";
  case FileKind::Schedule: return ".schedule";
  case FileKind::Loops: return ".loop";
  case FileKind::Llvm:
  case FileKind::LlvmOptimized: return ".ll";
  }
  return "";
}

} // namespace

Reproducer makeReproducer(const std::vector<std::string>& arguments, const Options& options,
                          const SourceFile* file) {
  std::string command = "convoy";
  for (const std::string& argument : arguments) command += " " + shellWord(argument);
  Reproducer reproducer;
  reproducer.path =
      temporaryRoot() + "/convoy-crash-" + std::to_string(::getpid()) + suffixOf(fileKindOf(options.file));
  reproducer.text = "// An internal error of convoy " CONVOY_VERSION " (LLVM " CONVOY_LLVM_VERSION
                    "). Command line:\n//   " +
                    command + "\n";
  if (file) reproducer.text += std::string(file->text());
  return reproducer;
}

void reportInternalError(const std::string& what, const Reproducer& reproducer) {
  std::fprintf(stderr, "convoy: internal error: %s\n", what.c_str());
  if (std::optional<std::string> error = writeFile(reproducer.path, reproducer.text))
    std::fprintf(stderr, "  = note: no reproducer could be written to '%s': %s\n", reproducer.path.c_str(),
                 error->c_str());
  else
    std::fprintf(stderr, "  = note: this is a mistake in Convoy; '%s' reproduces it\n",
                 reproducer.path.c_str());
}

namespace {

constexpr int crashSignals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
// All that a handler can reach.
std::atomic<const Reproducer*> guarded{nullptr};

// Calls only what a signal handler may call.
void writeRaw(int descriptor, const char* text, size_t length) {
  while (length > 0) {
    const ssize_t count = ::write(descriptor, text, length);
    if (count <= 0) return;
    text += count;
    length -= static_cast<size_t>(count);
  }
}

void onCrash(int) {
  const Reproducer* reproducer = guarded.exchange(nullptr);
  if (!reproducer) ::_exit(3);
  const std::string_view first = "convoy: internal error: a crash\n";
  writeRaw(STDERR_FILENO, first.data(), first.size());
  const int file = ::open(reproducer->path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    writeRaw(file, reproducer->text.data(), reproducer->text.size());
    const std::string_view before = "  = note: this is a mistake in Convoy; '", after = "' reproduces it\n";
    writeRaw(STDERR_FILENO, before.data(), before.size());
    writeRaw(STDERR_FILENO, reproducer->path.data(), reproducer->path.size());
    writeRaw(STDERR_FILENO, after.data(), after.size());
  }
  ::_exit(3);
}

} // namespace

CrashGuard::CrashGuard(const Reproducer& reproducer) : stack_(size_t{64} << 10) {
  guarded = &reproducer;
  stack_t stack{};
  stack.ss_sp = stack_.data();
  stack.ss_size = stack_.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_handler = onCrash;
  action.sa_flags = SA_ONSTACK;
  for (int signal : crashSignals) ::sigaction(signal, &action, nullptr);
}

CrashGuard::~CrashGuard() {
  for (int signal : crashSignals) std::signal(signal, SIG_DFL);
  stack_t off{};
  off.ss_flags = SS_DISABLE;
  ::sigaltstack(&off, nullptr);
  guarded = nullptr;
}

} // namespace convoy::driver
