// Fixes of diagnostics as code actions.
#include "server/document.h"

namespace convoy::server {

namespace {

// {changes: {uri: [edit, ...]}}
Json workspaceEdit(const Document& document, const Fix& fix, const Client& client) {
  Json changes = Json::object();
  for (const Edit& edit : fix.edits) {
    const std::string uri = uriOf(document, edit.where.file);
    const Json* before = changes.find(uri);
    Json list = before ? *before : Json::array();
    list.push(
        Json::object().set("range", rangeOf(edit.where, client.encoding)).set("newText", edit.replacement));
    changes.set(uri, std::move(list));
  }
  return Json::object().set("changes", std::move(changes));
}

bool touches(Location a, Location b) { return a.file == b.file && a.begin <= b.end && b.begin <= a.end; }

} // namespace

Json fixesIn(const Document& document, Location range, const Client& client) {
  Json actions = Json::array();
  for (const auto& diagnostic : document.analysis->diags.all()) {
    if (diagnostic->labels.empty() || !touches(diagnostic->labels.front().location, range)) continue;
    for (size_t i = 0; i < diagnostic->fixes.size(); ++i) {
      const Fix& fix = diagnostic->fixes[i];
      Json action = Json::object().set("title", fix.text).set("kind", "quickfix");
      action.set("diagnostics", Json::array().push(diagnosticJson(document, *diagnostic, client)));
      action.set("isPreferred", i == 0).set("edit", workspaceEdit(document, fix, client));
      actions.push(std::move(action));
    }
  }
  return actions;
}

} // namespace convoy::server
