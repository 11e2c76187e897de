#include "output/process.h"
#include "output/files.h"
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace convoy {

std::string commandFolder() {
  char path[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0 || length == sizeof path) return "";
  const std::string_view text(path, static_cast<size_t>(length));
  return std::string(text.substr(0, text.rfind('/')));
}

std::optional<std::string> findProgram(const std::string& name, const std::vector<std::string>& folders) {
  std::vector<std::string> all = folders;
  if (const char* path = std::getenv("PATH")) {
    const std::string_view text(path);
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find(':', begin), text.size());
      all.emplace_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  for (const std::string& folder : all) {
    const std::string candidate = folder + "/" + name;
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

namespace {

// Both ends of a pipe, closed at the end.
struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) ends[0] = ends[1] = -1;
  }
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close(int which) {
    if (ends[which] >= 0) ::close(ends[which]);
    ends[which] = -1;
  }
};

struct FileActions {
  posix_spawn_file_actions_t value{};
  FileActions() { posix_spawn_file_actions_init(&value); }
  ~FileActions() { posix_spawn_file_actions_destroy(&value); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
};

std::string readToEnd(int descriptor) {
  constexpr size_t mostKept = 1 << 16;
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    if (text.size() < mostKept) text.append(buffer, static_cast<size_t>(count));
  }
}

} // namespace

ProcessResult runProcess(const std::vector<std::string>& command) {
  Pipe pipe;
  if (pipe.ends[1] < 0) return {-1, errorWords(errno)};
  FileActions actions;
  posix_spawn_file_actions_addopen(&actions.value, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions.value, pipe.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions.value, pipe.ends[1], STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (int error = ::posix_spawn(&child, arguments[0], &actions.value, nullptr, arguments.data(), environ))
    return {-1, errorWords(error)};
  pipe.close(1);
  ProcessResult result;
  result.output = readToEnd(pipe.ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

} // namespace convoy
