#include "server/uri.h"
#include <cctype>
#include <charconv>
#include <filesystem>

namespace convoy::server {

namespace fs = std::filesystem;

std::optional<std::string> pathOfUri(std::string_view uri) {
  constexpr std::string_view scheme = "file://", local = "localhost";
  if (uri.substr(0, scheme.size()) != scheme) return std::nullopt;
  uri.remove_prefix(scheme.size());
  if (uri.substr(0, local.size()) == local) uri.remove_prefix(local.size());
  if (uri.empty() || uri[0] != '/') return std::nullopt; // another machine
  std::string path;
  for (size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] != '%') {
      path += uri[i];
      continue;
    }
    unsigned code = 0;
    const std::string_view digits = uri.substr(i + 1, 2);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2 || code == 0)
      return std::nullopt;
    path += static_cast<char>(code);
    i += 2;
  }
  return path;
}

std::string uriOfPath(const std::string& path) {
  std::error_code error;
  const std::string absolute = fs::absolute(path, error).string();
  std::string uri = "file://";
  for (const char c : error ? path : absolute) {
    constexpr std::string_view plain = "/-._~";
    if (std::isalnum(static_cast<unsigned char>(c)) || plain.find(c) != std::string_view::npos) {
      uri += c;
      continue;
    }
    constexpr char digits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    uri += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return uri;
}

std::string canonicalPath(const std::string& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(path, error);
  return error ? path : found.string();
}

} // namespace convoy::server
