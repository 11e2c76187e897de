#include "onnx/wire.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cstring>

namespace convoy::onnx {

void Faults::refuse(std::string reason) {
  if (!reason_) reason_ = std::move(reason);
}

void Faults::damaged(const char* at, const std::string& what) {
  refuse("it is damaged at byte " + std::to_string(at - file_.data()) + ": " + what);
}

void Faults::within(const std::string& place) {
  if (reason_) reason_ = place + ": " + *reason_;
}

void Cursor::damaged(const char* at, const std::string& what) {
  faults_->damaged(at, what);
  at_ = end_;
}

uint64_t Cursor::varint(int mostBytes) {
  const char* start = at_;
  uint64_t number = 0;
  for (int i = 0; i < mostBytes; ++i) {
    if (done()) return damaged(start, "a number does not end"), 0;
    const auto byte = static_cast<uint8_t>(*at_++);
    if (i == 9 && byte > 1) break; // bits beyond the 64th
    number |= static_cast<uint64_t>(byte & 0x7F) << 7 * i;
    if (byte < 0x80) return number;
  }
  return damaged(start, "a number is too long"), 0;
}

uint64_t Cursor::fixed(size_t size) {
  if (static_cast<size_t>(end_ - at_) < size) return damaged(at_, "a number does not end"), 0;
  uint64_t number = 0;
  std::memcpy(&number, at_, size);
  at_ += size;
  return number;
}

std::string_view Cursor::bytes() {
  const char* start = at_;
  const uint64_t size = varint(5);
  const auto left = static_cast<uint64_t>(end_ - at_);
  if (*faults_) return {};
  if (size > left)
    return damaged(start, "a value of " + std::to_string(size) + " bytes, where " + std::to_string(left) +
                              " are left"),
           std::string_view();
  const std::string_view bytes(at_, static_cast<size_t>(size));
  at_ += size;
  return bytes;
}

uint64_t Cursor::number(Wire wire) {
  switch (wire) {
  case Wire::Varint: return varint();
  case Wire::Fixed64: return fixed(8);
  case Wire::Fixed32: return fixed(4);
  case Wire::Bytes: break;
  }
  internalError("bytes are no number");
}

bool Message::next() {
  if (*faults_ || rest_.done()) return false;
  start_ = rest_.at();
  const uint64_t tag = rest_.varint(5);
  if (*faults_) return false;
  field_ = static_cast<uint32_t>(tag >> 3);
  if (tag > UINT32_MAX || field_ == 0) return faults_->damaged(start_, "no field has such a number"), false;
  switch (tag & 7) {
  case 0:
  case 1:
  case 5:
    wire_ = static_cast<Wire>(tag & 7);
    number_ = rest_.number(wire_);
    break;
  case 2:
    wire_ = Wire::Bytes;
    bytes_ = rest_.bytes();
    break;
  case 3:
  case 4: faults_->damaged(start_, "groups of fields are not supported"); break;
  case 6:
  case 7: faults_->damaged(start_, "no value is written like this"); break;
  }
  return !*faults_;
}

bool Message::is(Wire wire) {
  if (wire_ == wire) return true;
  faults_->damaged(start_, "field " + std::to_string(field_) + " has a value of another kind");
  return false;
}

int64_t Message::integer() { return is(Wire::Varint) ? static_cast<int64_t>(number_) : 0; }

float Message::real() {
  float number = 0;
  if (is(Wire::Fixed32)) std::memcpy(&number, &number_, sizeof number); // the lower half
  return number;
}

std::string_view Message::bytes() { return is(Wire::Bytes) ? bytes_ : std::string_view(); }

size_t Message::count(Wire wire) {
  if (wire_ != Wire::Bytes || wire == Wire::Bytes) return is(wire);
  if (wire == Wire::Varint) // each has one last byte
    return static_cast<size_t>(
        std::count_if(bytes_.begin(), bytes_.end(), [](char byte) { return (byte & 0x80) == 0; }));
  const size_t size = wire == Wire::Fixed32 ? 4 : 8;
  if (bytes_.size() % size != 0) faults_->damaged(start_, "its last number does not end");
  return bytes_.size() / size;
}

} // namespace convoy::onnx
