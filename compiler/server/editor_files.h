// What editors read to colour scripts, made from the op table and the grammar's words.
#pragma once
#include <string>
#include <vector>

namespace convoy::server {

struct EditorFile {
  std::string path; // in the folder editors/
  std::string text;
};

// The TextMate grammar (VS Code, Sublime Text, GitHub) and the syntax file of Vim.
std::vector<EditorFile> editorFiles();

} // namespace convoy::server
