// The wire format of protocol buffers: a message is a row of fields, each a number that says which, and a
// value. Values are taken out of the file's bytes without copies; every length is checked against what is
// left.
#pragma once
#include "command/result.h"
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace convoy::onnx {

// The first thing that is wrong with a file. After it nothing more is read: every loop over fields ends.
class Faults {
public:
  explicit Faults(std::string_view file) : file_(file) {}
  explicit operator bool() const { return reason_.has_value(); }

  void refuse(std::string reason);
  // The bytes at `at`, inside the file, are not what the wire format has there.
  void damaged(const char* at, const std::string& what);
  // Where the fault lies, if there is one; outer places are said after inner ones.
  void within(const std::string& place);

  command::Error error() const { return {reason_.value_or("")}; }

private:
  std::string_view file_;
  std::optional<std::string> reason_;
};

// How a value is written. Groups, long deprecated, are refused.
enum class Wire : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

// Takes values from the front of some bytes. After a fault, it gives zeros and is at its end.
class Cursor {
public:
  Cursor(std::string_view bytes, Faults& faults)
      : at_(bytes.data()), end_(at_ + bytes.size()), faults_(&faults) {}

  bool done() const { return at_ == end_; }
  const char* at() const { return at_; }
  // Seven bits in each byte, the lowest first; the last byte is below 128.
  uint64_t varint(int mostBytes = 10);
  uint64_t fixed(size_t size); // little-endian
  std::string_view bytes();    // after their length
  uint64_t number(Wire wire);  // of any wire but Bytes

private:
  void damaged(const char* at, const std::string& what);

  const char *at_, *end_;
  Faults* faults_;
};

// The fields of a message, one after another:
//   while (message.next())
//     switch (message.field()) { case 1: name = message.bytes(); ... }
// Fields that nobody asks about are skipped. A value that is written in another way than it is asked for is a
// fault; so values of which only the presence counts are asked for, too.
class Message {
public:
  Message(std::string_view bytes, Faults& faults) : rest_(bytes, faults), faults_(&faults) {}

  bool next(); // false at the end, and after a fault
  uint32_t field() const { return field_; }

  int64_t integer();
  float real();
  std::string_view bytes();
  Message message() { return {bytes(), *faults_}; }

  // Of a repeated field: one value, or many numbers that are packed into bytes. Counting takes no memory, so
  // that it can come first.
  size_t count(Wire wire);
  template <typename Take> void eachNumber(Wire wire, Take take) {
    if (wire_ != Wire::Bytes) {
      if (is(wire)) take(number_);
      return;
    }
    for (Cursor packed(bytes_, *faults_); !packed.done();) {
      const uint64_t number = packed.number(wire);
      if (*faults_) return;
      take(number);
    }
  }

private:
  bool is(Wire wire);

  Cursor rest_;
  Faults* faults_;
  const char* start_ = nullptr; // of the field
  uint32_t field_ = 0;
  Wire wire_ = Wire::Varint;
  uint64_t number_ = 0;    // unless it is bytes
  std::string_view bytes_; // if it is
};

} // namespace convoy::onnx
