#include "match/vocabulary.h"

#include <gtest/gtest.h>

namespace dmp::match {
namespace {

TEST(Vocabulary, GivesEachWordOneNumber) {
  Vocabulary words;
  EXPECT_EQ(words.find("kelp"), Vocabulary::kUnknown);
  EXPECT_EQ(words.add("kelp"), 1U);
  EXPECT_EQ(words.add(""), 2U);
  EXPECT_EQ(words.add("kelp"), 1U);
  EXPECT_EQ(words.find("kelp"), 1U);
  EXPECT_EQ(words.find(""), 2U);
  EXPECT_EQ(words.find("kel"), Vocabulary::kUnknown);
  EXPECT_EQ(words.size(), 3U);
}

TEST(Vocabulary, KeepsNumbersWhileItGrows) {
  Vocabulary words;
  const auto word = [](std::uint32_t i) { return "w" + std::to_string(i); };
  for (std::uint32_t i = 0; i < 20'000; ++i)
    ASSERT_EQ(words.add(word(i)), i + 1);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    ASSERT_EQ(words.find(word(i), words.prepare(word(i))), i + 1);
    ASSERT_EQ(words.find(word(i) + "x"), Vocabulary::kUnknown);
  }
}

}  // namespace
}  // namespace dmp::match
