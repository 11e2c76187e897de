// Where names come from.
#include "server/document.h"
#include "server/names.h"

namespace convoy::server {

namespace {

// The parameter of a block that an attribute's name stands for.
Location parameterOf(const ast::File& file, const Names& names, const Mention& mention) {
  const Declaration* callee = names.target({Mention::Callee, mention.callee, {}, "", nullptr});
  if (!callee) return {};
  auto search = [&](const ast::File& from) {
    for (const ast::Block& block : from.blocks)
      if (block.nameLocation.file == callee->location.file &&
          block.nameLocation.begin == callee->location.begin)
        for (const ast::Parameter& parameter : block.parameters)
          if (parameter.name == mention.text) return parameter.location;
    return Location();
  };
  Location found = search(file);
  for (const auto& imported : file.imported)
    if (!found.valid()) found = search(*imported);
  return found;
}

} // namespace

Json definitionAt(const Document& document, uint32_t offset, const Client& client) {
  const ast::File& file = *document.analysis->syntax;
  const Names names(file);
  Location target;
  if (const Mention* mention = names.mentionAt(offset)) {
    if (mention->kind == Mention::Import && mention->file)
      target = {mention->file->source, 0, 0};
    else if (mention->kind == Mention::Attribute)
      target = parameterOf(file, names, *mention);
    else if (const Declaration* declaration = names.target(*mention))
      target = declaration->location;
  } else if (const Declaration* declaration = names.declarationAt(offset)) {
    target = declaration->location;
  }
  return target.valid() ? locationOf(document, target, client) : Json();
}

} // namespace convoy::server
