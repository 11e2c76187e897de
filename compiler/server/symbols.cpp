// The outline of a document.
#include "server/document.h"
#include "server/names.h"
#include <set>

namespace convoy::server {

namespace {

// Numbers of the protocol.
enum SymbolKind { SymbolFunction = 12, SymbolVariable = 13, SymbolConstant = 14, SymbolModule = 2 };

class Outline {
public:
  explicit Outline(const Client& client) : client_(client) {}

  Json symbol(const std::string& name, SymbolKind kind, Location whole, Location selected,
              const std::string& detail) {
    Json json = Json::object().set("name", name.empty() ? "?" : name).set("kind", static_cast<int>(kind));
    if (!detail.empty()) json.set("detail", detail);
    return json.set("range", rangeOf(whole, client_.encoding))
        .set("selectionRange", rangeOf(selected, client_.encoding));
  }

  // The values that a body binds, each at its first binding.
  Json values(const std::vector<ast::Statement>& body) {
    Json list = Json::array();
    std::set<std::string> seen;
    for (const ast::Statement& each : body)
      for (size_t i = 0; each.kind == ast::Statement::Bind && i < each.names.size(); ++i) {
        if (!seen.insert(each.names[i]).second) continue;
        list.push(symbol(each.names[i], SymbolVariable, join(each.nameLocations[i], each.location),
                         each.nameLocations[i], ""));
      }
    return list;
  }

  Json of(const ast::File& file) {
    Json list = Json::array();
    for (const ast::Import& each : file.imports)
      list.push(symbol(each.path, SymbolModule, each.location, each.location, "import"));
    for (const ast::Constant& each : file.constants)
      list.push(symbol(each.name, SymbolConstant, each.location, each.nameLocation, headOf(each)));
    for (const ast::Block& each : file.blocks)
      list.push(symbol(each.name, SymbolFunction, each.location, each.nameLocation, headOf(each))
                    .set("children", values(each.body)));
    for (const ast::Pipeline& each : file.pipelines)
      list.push(symbol(each.name, SymbolFunction, each.location, each.nameLocation, headOf(each))
                    .set("children", values(each.body)));
    return list;
  }

private:
  const Client& client_;
};

} // namespace

Json symbolsOf(const Document& document, const Client& client) {
  return Outline(client).of(*document.analysis->syntax);
}

} // namespace convoy::server
