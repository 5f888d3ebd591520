#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

// Appends a structure in Thrift's compact protocol, which is how Parquet holds
// its footer and page headers
// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
// Fields of a structure must be put in the order of their numbers. begin_* and
// end() pair up; the outermost structure is open from the start.
class ThriftWriter {
 public:
  explicit ThriftWriter(std::string& out) : out_(out) {}

  void boolean(int field, bool value) { header(field, value ? 1 : 2); }
  void byte(int field, std::int8_t value) {
    header(field, 3);
    out_ += static_cast<char>(value);
  }
  void int32(int field, std::int32_t value) {
    header(field, 5);
    zigzag(value);
  }
  void int64(int field, std::int64_t value) {
    header(field, 6);
    zigzag(value);
  }
  void text(int field, std::string_view value) {
    header(field, 8);
    element(value);
  }

  void begin_struct(int field) {
    header(field, 12);
    begin_element();
  }
  // A structure without fields.
  void empty_struct(int field) {
    begin_struct(field);
    end();
  }
  // Ends the structure begun last.
  void end() {
    out_ += '\0';
    last_.pop_back();
  }

  enum class Element : std::uint8_t { int32 = 5, text = 8, structure = 12 };
  // Exactly `count` elements of this kind must follow.
  void begin_list(int field, Element kind, std::size_t count) {
    header(field, 9);
    const auto number = static_cast<std::uint8_t>(kind);
    if (count < 15) {
      out_ += static_cast<char>(count << 4 | number);
    } else {
      out_ += static_cast<char>(0xF0 | number);
      varint(count);
    }
  }
  void element(std::int32_t value) { zigzag(value); }
  void element(std::string_view value) {
    varint(value.size());
    out_ += value;
  }
  void begin_element() { last_.push_back(0); }

 private:
  void header(int field, std::uint8_t kind) {
    const int step = field - last_.back();
    if (step > 0 && step <= 15) {
      out_ += static_cast<char>(step << 4 | kind);
    } else {
      out_ += static_cast<char>(kind);
      zigzag(field);
    }
    last_.back() = field;
  }
  void zigzag(std::int64_t value) {
    varint(static_cast<std::uint64_t>(value) << 1 ^
           static_cast<std::uint64_t>(value >> 63));
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }

  std::string& out_;
  std::vector<int> last_{0};
};

}  // namespace dmp::sql
