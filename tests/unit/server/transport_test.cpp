#include "server/transport.h"
#include <gtest/gtest.h>
#include <sstream>

namespace convoy::server {
namespace {

TEST(Transport, HeadersInAnyCaseAndOrder) {
  std::istringstream in("content-length: 2\r\n\r\n{}\r\n\r\nContent-Type: "
                        "x\r\nCONTENT-LENGTH:3\r\n\r\n[1]Content-Length: 0\n\n");
  std::ostringstream out;
  Transport transport(in, out);
  EXPECT_EQ(transport.receive().body, "{}");
  EXPECT_EQ(transport.receive().body, "[1]");
  const Received empty = transport.receive();
  EXPECT_EQ(empty.kind, Received::Message);
  EXPECT_EQ(empty.body, "");
  EXPECT_EQ(transport.receive().kind, Received::End);
}

TEST(Transport, WhatCannotBeReadIsSkipped) {
  std::istringstream in(
      "Content-Length: 7\r\n\r\n1234567Content-Length: -3\r\n\r\nX: y\r\n\r\nContent-Length: 3\r\n\r\n[2]");
  std::ostringstream out;
  Transport transport(in, out, 6);
  EXPECT_EQ(transport.receive().kind, Received::TooLarge);
  EXPECT_EQ(transport.receive().kind, Received::NoLength);
  EXPECT_EQ(transport.receive().kind, Received::NoLength);
  EXPECT_EQ(transport.receive().body, "[2]");
}

TEST(Transport, AMessageThatIsCutOffIsTheEnd) {
  for (const char* text :
       {"Content-Length: 9\r\n\r\n[1", "Content-Length: 9", "Content-Length: 99\r\n\r\n[1"}) {
    std::istringstream in(text);
    std::ostringstream out;
    EXPECT_EQ(Transport(in, out, 50).receive().kind, Received::End) << text;
  }
}

TEST(Transport, LengthCountsBytes) {
  std::istringstream in;
  std::ostringstream out;
  Transport(in, out).send(Json::object().set("a", "é"));
  EXPECT_EQ(out.str(), "Content-Length: 10\r\n\r\n{\"a\":\"é\"}");
}

} // namespace
} // namespace convoy::server
