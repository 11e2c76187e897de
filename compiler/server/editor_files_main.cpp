// editor_files FOLDER: writes the made files of editors/. With --check it says which are not as they would be
// written, and exits with 1.
#include "server/editor_files.h"
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

int main(int count, char** arguments) {
  const bool check = count == 3 && std::strcmp(arguments[1], "--check") == 0;
  if (count != 2 && !check) {
    std::fputs("usage: editor_files [--check] FOLDER\n", stderr);
    return 2;
  }
  const std::string folder = arguments[count - 1];
  bool good = true;
  for (const convoy::server::EditorFile& file : convoy::server::editorFiles()) {
    const std::string path = folder + "/" + file.path;
    if (!check) {
      std::ofstream out(path, std::ios::binary);
      out << file.text << std::flush;
      if (!out) std::fprintf(stderr, "cannot write '%s'\n", path.c_str());
      good = good && out;
      continue;
    }
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    if (text.str() == file.text) continue;
    std::printf("'%s' is stale; write it with: build/bin/editor_files editors\n", path.c_str());
    good = false;
  }
  return good ? 0 : 1;
}
