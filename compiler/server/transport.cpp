#include "server/transport.h"
#include <algorithm>
#include <cctype>
#include <charconv>
#include <istream>
#include <optional>
#include <ostream>

namespace convoy::server {

namespace {

// What stands behind `content-length:`, in letters of any case.
std::optional<std::string_view> lengthField(std::string_view line) {
  constexpr std::string_view name = "content-length";
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view field = line.substr(0, colon);
  while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
  const bool same = std::equal(field.begin(), field.end(), name.begin(), name.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
  if (!same) return std::nullopt;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  return value;
}

} // namespace

// Of a longer line only the beginning is kept. False at the end of the input.
bool Transport::readLine(std::string& line) {
  constexpr size_t longest = 4096;
  line.clear();
  for (int c; (c = in_.get()) != std::istream::traits_type::eof();) {
    if (c == '\n') {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      return true;
    }
    if (line.size() < longest) line.push_back(static_cast<char>(c));
  }
  return false;
}

// Not with ignore(), which waits for the byte behind what it skips. False at the end of the input.
bool Transport::skip(uint64_t count) {
  std::string part(1 << 16, '\0');
  while (count > 0 && in_) {
    in_.read(part.data(), static_cast<std::streamsize>(std::min<uint64_t>(count, part.size())));
    count -= static_cast<uint64_t>(in_.gcount());
  }
  return count == 0;
}

Received Transport::receive() {
  std::string line;
  std::optional<uint64_t> length;
  for (bool any = false; !(any && line.empty());) {
    if (!readLine(line)) return {Received::End, ""};
    any = any || !line.empty(); // blank lines may stand between messages
    const auto field = lengthField(line);
    if (!field) continue;
    uint64_t number = 0;
    auto [end, error] = std::from_chars(field->data(), field->data() + field->size(), number);
    if (error == std::errc() && end == field->data() + field->size()) length = number;
  }
  if (!length) return {Received::NoLength, ""};
  if (*length > limit_) {
    return {skip(*length) ? Received::TooLarge : Received::End, ""};
  }
  std::string body(static_cast<size_t>(*length), '\0');
  in_.read(body.data(), static_cast<std::streamsize>(body.size()));
  if (static_cast<size_t>(in_.gcount()) != body.size()) return {Received::End, ""};
  return {Received::Message, std::move(body)};
}

void Transport::send(const Json& message) {
  const std::string text = message.str();
  out_ << "Content-Length: " << text.size() << "\r\n\r\n" << text << std::flush;
}

} // namespace convoy::server
