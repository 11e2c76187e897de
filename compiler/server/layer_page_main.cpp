// layer_page FILE: writes docs/layers.md. With --check it says whether the file is not as it would be
// written, and exits with 1. With --pictures it prints a line for each picture of the page: the layer, a tab,
// the value that it shows.
#include "ops/op_table.h"
#include "server/layer_page.h"
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

int main(int count, char** arguments) {
  if (count == 2 && std::strcmp(arguments[1], "--pictures") == 0) {
    for (const convoy::OpInfo& row : convoy::opTable())
      if (!row.doc.picture.empty()) std::printf("%s\t%s\n", row.name.c_str(), row.doc.picture.c_str());
    return 0;
  }
  const bool check = count == 3 && std::strcmp(arguments[1], "--check") == 0;
  if (count != 2 && !check) {
    std::fputs("usage: layer_page [--check] FILE\n       layer_page --pictures\n", stderr);
    return 2;
  }
  const char* path = arguments[count - 1];
  const std::string page = convoy::server::layerPage();
  if (!check) {
    std::ofstream out(path, std::ios::binary);
    out << page << std::flush;
    if (!out) std::fprintf(stderr, "cannot write '%s'\n", path);
    return out ? 0 : 1;
  }
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  if (text.str() == page) return 0;
  std::printf("'%s' is stale; write it with: build/bin/layer_page docs/layers.md\n", path);
  return 1;
}
