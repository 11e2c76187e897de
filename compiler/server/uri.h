// Names of documents: file URIs and paths.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace convoy::server {

// The path of "file:///a%20b.cvy". nullopt when it is no file of this machine ("untitled:1").
std::optional<std::string> pathOfUri(std::string_view uri);
// Of an absolute path; a relative one is made absolute.
std::string uriOfPath(const std::string& path);

// One spelling for each file, without links, so that paths can be compared. Also of files that do not exist.
std::string canonicalPath(const std::string& path);

} // namespace convoy::server
