#include "support/diagnostics.h"
#include "support/json.h"

namespace convoy {
namespace {

const char* levelName(Severity severity) {
  switch (severity) {
  case Severity::Error: return "error";
  case Severity::Warning: return "warning";
  case Severity::Note: return "note";
  case Severity::Remark: return "remark";
  }
  return "";
}

// The lines that a label covers, with the covered columns of each (from 1, end exclusive).
Json coveredLines(const SourceFile& file, SourceFile::Position begin, SourceFile::Position end) {
  constexpr uint32_t mostLines = 100; // of a label over a whole file the first lines say enough
  Json lines = Json::array();
  for (uint32_t n = begin.line; n <= end.line && n - begin.line < mostLines; ++n) {
    std::string_view text = file.line(n);
    Json line = Json::object();
    line.set("text", std::string(text));
    line.set("highlight_start", n == begin.line ? begin.column : 1u);
    line.set("highlight_end", n == end.line ? end.column : static_cast<uint32_t>(text.size()) + 1);
    lines.push(std::move(line));
  }
  return lines;
}

Json span(const Label& label) {
  const Location& where = label.location;
  SourceFile::Position begin = where.file->position(where.begin), end = where.file->position(where.end);
  Json json = Json::object();
  json.set("file_name", where.file->path());
  json.set("byte_start", where.begin).set("byte_end", where.end);
  json.set("line_start", begin.line).set("line_end", end.line);
  json.set("column_start", begin.column).set("column_end", end.column);
  json.set("is_primary", label.primary);
  json.set("text", coveredLines(*where.file, begin, end));
  json.set("label", label.text.empty() ? Json() : Json(label.text));
  return json;
}

// As rustc writes a suggestion: a span with the text that replaces it.
Json span(const Edit& edit, bool sure) {
  Json json = span(Label{edit.where, "", true});
  json.set("suggested_replacement", edit.replacement);
  json.set("suggestion_applicability", sure ? "MachineApplicable" : "MaybeIncorrect");
  return json;
}

Json child(const char* level, const std::string& message) {
  Json json = Json::object();
  json.set("message", message).set("code", nullptr).set("level", level);
  json.set("spans", Json::array()).set("children", Json::array()).set("rendered", nullptr);
  return json;
}

} // namespace

std::string renderJson(const Diagnostic& diagnostic) {
  Json code;
  if (!diagnostic.code.empty()) {
    code = Json::object();
    code.set("code", diagnostic.code).set("explanation", nullptr);
  }
  Json spans = Json::array(), children = Json::array();
  for (const Label& label : diagnostic.labels)
    if (label.location.valid()) spans.push(span(label));
  for (const std::string& note : diagnostic.notes) children.push(child("note", note));
  for (const std::string& help : diagnostic.helps) children.push(child("help", help));
  for (const Fix& fix : diagnostic.fixes) {
    Json edits = Json::array();
    for (const Edit& edit : fix.edits)
      if (edit.where.valid()) edits.push(span(edit, fix.sure));
    Json help = child("help", fix.text);
    help.set("spans", std::move(edits));
    children.push(std::move(help));
  }

  Json json = Json::object();
  json.set("message", diagnostic.message)
      .set("code", std::move(code))
      .set("level", levelName(diagnostic.severity));
  json.set("spans", std::move(spans)).set("children", std::move(children));
  json.set("rendered", renderText(diagnostic, false));
  return json.str();
}

} // namespace convoy
