#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dmp::sql {

// The bits that hold every number up to `largest`.
inline unsigned bit_width(std::uint64_t largest) {
  return static_cast<unsigned>(std::bit_width(largest));
}

// Appends numbers of `width` bits (1 to 32) in Parquet's hybrid of runs and
// packed groups of eight
// (https://parquet.apache.org/docs/file-format/data-pages/encodings/, "Run
// Length Encoding / Bit-Packing Hybrid"), without a length before it.
template <class Number>
void append_hybrid(std::span<const Number> numbers, unsigned width,
                   std::string& out) {
  constexpr std::size_t kGroup = 8;
  constexpr std::size_t kMostGroups = 63;  // their number fits one byte
  const auto put = [&](std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
      out += static_cast<char>(value);
      value >>= 8;
    }
  };
  std::size_t packed_at = 0;      // of the header of the open packed run
  std::size_t packed_groups = 0;  // in it; 0: none is open
  for (std::size_t at = 0; at < numbers.size();) {
    const Number first = numbers[at];
    std::size_t end = at + 1;
    while (end < numbers.size() && numbers[end] == first) ++end;
    const std::size_t run = end - at;
    if (run >= kGroup) {
      packed_groups = 0;
      std::uint64_t header = std::uint64_t{run} << 1;
      for (; header >= 0x80; header >>= 7)
        out += static_cast<char>(header | 0x80);
      out += static_cast<char>(header);
      put(first, (width + 7) / 8);
      at = end;
      continue;
    }
    if (packed_groups == 0 || packed_groups == kMostGroups) {
      packed_at = out.size();
      packed_groups = 0;
      out += '\0';
    }
    out[packed_at] = static_cast<char>(++packed_groups << 1 | 1);
    const std::size_t count = std::min(kGroup, numbers.size() - at);
    std::array<char, 40> bytes{};  // of eight numbers; zeros where fewer come
    std::uint64_t bits = 0;
    unsigned held = 0;
    unsigned written = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bits |= std::uint64_t{numbers[at + i]} << held;
      held += width;
      for (; held >= 8; held -= 8, bits >>= 8)
        bytes[written++] = static_cast<char>(bits);
    }
    bytes[written] = static_cast<char>(bits);
    out.append(bytes.data(), width);
    at += count;
  }
}

}  // namespace dmp::sql
