// Diagnostics of the front end as the protocol has them.
#include "server/document.h"
#include "server/uri.h"
#include <set>

namespace convoy::server {

namespace {

int severityOf(Severity severity) {
  switch (severity) {
  case Severity::Error: return 1;
  case Severity::Warning: return 2;
  case Severity::Note:
  case Severity::Remark: return 3;
  }
  return 1;
}

bool leadsTo(const ast::File& from, const SourceFile* wanted, std::set<const ast::File*>& seen) {
  if (from.source == wanted) return true;
  if (!seen.insert(&from).second) return false;
  for (const ast::Import& import : from.imports)
    if (import.file && leadsTo(*import.file, wanted, seen)) return true;
  return false;
}

// Where a document can show what is at `where`: there, or at the import that brings that file in.
Location shownAt(const Document& document, Location where) {
  if (where.file == &document.file()) return where;
  const std::vector<ast::Import>& imports = document.analysis->syntax->imports;
  for (const ast::Import& import : imports) {
    std::set<const ast::File*> seen;
    if (where.valid() && import.file && leadsTo(*import.file, where.file, seen)) return import.location;
  }
  return {};
}

// Everything that has no place of its own in the protocol is part of the message.
std::string messageOf(const Diagnostic& diagnostic) {
  std::string text = diagnostic.message;
  if (!diagnostic.labels.empty() && !diagnostic.labels.front().text.empty())
    text += "\n" + diagnostic.labels.front().text;
  for (const std::string& note : diagnostic.notes) text += "\nnote: " + note;
  for (const std::string& help : diagnostic.helps) text += "\nhelp: " + help;
  for (const Fix& fix : diagnostic.fixes) text += "\nhelp: " + fix.text;
  return text;
}

} // namespace

std::string uriOf(const Document& document, const SourceFile* file) {
  return file == &document.file() ? document.uri : uriOfPath(file->path());
}

Json locationOf(const Document& document, Location where, const Client& client) {
  return Json::object().set("uri", uriOf(document, where.file)).set("range", rangeOf(where, client.encoding));
}

Json diagnosticJson(const Document& document, const Diagnostic& diagnostic, const Client& client) {
  const Location primary = diagnostic.labels.empty() ? Location() : diagnostic.labels.front().location;
  const Location shown = shownAt(document, primary);
  Json related = Json::array();
  auto relate = [&](Location where, const std::string& text) {
    related.push(Json::object().set("location", locationOf(document, where, client)).set("message", text));
  };
  if (primary.valid() && primary.file != shown.file) relate(primary, "the mistake is here");
  for (size_t i = 1; i < diagnostic.labels.size(); ++i)
    if (diagnostic.labels[i].location.valid())
      relate(diagnostic.labels[i].location, diagnostic.labels[i].text);
  Json json = Json::object();
  json.set("range", rangeOf(shown, client.encoding)).set("severity", severityOf(diagnostic.severity));
  json.set("code", diagnostic.code).set("source", "convoy").set("message", messageOf(diagnostic));
  if (!related.asArray()->empty()) json.set("relatedInformation", related);
  return json;
}

Json diagnosticsOf(const Document& document, const Client& client) {
  Json list = Json::array();
  for (const auto& each : document.analysis->diags.all()) list.push(diagnosticJson(document, *each, client));
  return list;
}

} // namespace convoy::server
