#include "sql/parquet_runs.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace dmp::sql {
namespace {

std::string hybrid(const std::vector<std::uint32_t>& numbers, unsigned width) {
  std::string bytes;
  append_hybrid(std::span<const std::uint32_t>(numbers), width, bytes);
  return bytes;
}

// A slow reader, straight from the format's page: bit by bit.
std::vector<std::uint32_t> read(std::string_view bytes, unsigned width,
                                std::size_t count) {
  std::size_t at = 0;
  const auto byte = [&] { return static_cast<std::uint8_t>(bytes.at(at++)); };
  std::vector<std::uint32_t> numbers;
  while (at < bytes.size()) {
    std::uint64_t header = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto part = byte();
      header |= std::uint64_t{part & 0x7FU} << shift;
      if (part < 0x80) break;
    }
    if ((header & 1) == 0) {
      std::uint32_t value = 0;
      for (unsigned i = 0; i < (width + 7) / 8; ++i)
        value |= std::uint32_t{byte()} << (8 * i);
      numbers.insert(numbers.end(), header >> 1, value);
      continue;
    }
    const std::size_t bits = (header >> 1) * 8 * width;
    std::uint32_t value = 0;
    for (std::size_t bit = 0; bit < bits; ++bit) {
      const unsigned set =
          static_cast<std::uint8_t>(bytes.at(at + bit / 8)) >> (bit % 8) & 1;
      value |= set << (bit % width);
      if (bit % width == width - 1) {
        numbers.push_back(value);
        value = 0;
      }
    }
    at += bits / 8;
  }
  // The last group of eight is filled up.
  EXPECT_GE(numbers.size(), count);
  EXPECT_LT(numbers.size(), count + 8);
  numbers.resize(count);
  return numbers;
}

TEST(ParquetRuns, PackTheNumbersOfTheFormatsExample) {
  EXPECT_EQ(hybrid({0, 1, 2, 3, 4, 5, 6, 7}, 3),
            std::string("\x03\x88\xC6\xFA", 4));
}

TEST(ParquetRuns, WriteEightEqualNumbersAsARun) {
  EXPECT_EQ(hybrid({5, 5, 5, 5, 5, 5, 5, 5}, 3), std::string("\x10\x05", 2));
  EXPECT_EQ(hybrid(std::vector<std::uint32_t>(200, 0x1234), 13),
            std::string("\x90\x03\x34\x12", 4));
}

TEST(ParquetRuns, WriteNothingForNothing) {
  EXPECT_EQ(hybrid({}, 7), "");
}

// Law: what is written reads back, for every width, with runs of any length
// between numbers of any kind.
TEST(ParquetRuns, ReadBackAsTheyWere) {
  std::mt19937 random(11);
  for (unsigned width = 1; width <= 32; ++width) {
    const auto most =
        static_cast<std::uint32_t>((std::uint64_t{1} << width) - 1);
    for (int round = 0; round < 40; ++round) {
      std::vector<std::uint32_t> numbers;
      while (numbers.size() < std::size_t{900} * (round % 4)) {
        const std::size_t run = random() % 3 == 0 ? random() % 40 : 1;
        numbers.insert(numbers.end(), run,
                       static_cast<std::uint32_t>(random()) & most);
      }
      EXPECT_EQ(read(hybrid(numbers, width), width, numbers.size()), numbers)
          << width;
    }
  }
}

TEST(ParquetRuns, NeedTheBitsOfTheLargestNumber) {
  EXPECT_EQ(bit_width(0), 0U);
  EXPECT_EQ(bit_width(1), 1U);
  EXPECT_EQ(bit_width(3), 2U);
  EXPECT_EQ(bit_width(4), 3U);
}

}  // namespace
}  // namespace dmp::sql
