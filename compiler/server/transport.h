// Messages of the Language Server Protocol over a pair of streams: a header with Content-Length, then JSON.
#pragma once
#include "support/json.h"
#include <iosfwd>
#include <string>

namespace convoy::server {

struct Received {
  enum Kind {
    Message,  // `body` is its text, not looked at
    TooLarge, // it was skipped
    NoLength, // a header without a length: it was skipped, and what follows is read as the next header
    End,      // of the input
  } kind;
  std::string body;
};

class Transport {
public:
  // Larger messages are skipped. A script has at most 16 MiB; as JSON it may take several times of that.
  static constexpr size_t largestMessage = size_t{128} << 20;

  Transport(std::istream& in, std::ostream& out, size_t limit = largestMessage)
      : in_(in), out_(out), limit_(limit) {}
  Received receive();
  void send(const Json& message);

private:
  bool readLine(std::string& line);
  bool skip(uint64_t count);
  std::istream& in_;
  std::ostream& out_;
  size_t limit_;
};

} // namespace convoy::server
