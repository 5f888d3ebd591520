#include "match/text_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// Source of all vectors: spec search.md 5.3, 6.
TEST(FieldLength, IsRememberedInOneByte) {
  struct Row {
    std::uint32_t tokens, byte, decoded;
  };
  for (const Row row :
       {Row{1, 1, 1}, Row{39, 39, 39}, Row{40, 40, 40}, Row{41, 40, 40},
        Row{42, 41, 42}, Row{55, 47, 54}, Row{57, 48, 56}, Row{100, 57, 96},
        Row{150, 63, 144}, Row{187, 66, 184}, Row{250, 70, 248},
        Row{500, 78, 472}, Row{1000, 87, 984}, Row{5000, 105, 4632}}) {
    EXPECT_EQ(encode_length(row.tokens), row.byte) << row.tokens;
    EXPECT_EQ(decode_length(encode_length(row.tokens)), row.decoded);
  }
}

// Law: decoding never gives more than was encoded, and never falls.
TEST(FieldLength, NeverGrows) {
  std::uint32_t last = 0;
  for (std::uint32_t tokens = 0; tokens < 200'000; ++tokens) {
    const std::uint32_t decoded = decode_length(encode_length(tokens));
    ASSERT_LE(decoded, tokens);
    ASSERT_GE(decoded, last);
    last = decoded;
  }
}

TEST(Bm25, FollowsTheVectorsOfTheSpec) {
  const float idf = inverse_frequency(7, 1000);
  EXPECT_NEAR(idf, 4.8938518, 1e-6);
  EXPECT_NEAR(bm25(idf, 3, 150, {1000, 120'000}), 3.3519533, 1e-6);
  EXPECT_NEAR(bm25(term_weight(7, 1000, Similarity::legacy_bm25), 3, 150,
                   {1000, 120'000}),
              7.3742971, 1e-6);
  const float rare = term_weight(50, 900, Similarity::bm25);
  EXPECT_NEAR(rare, 2.8815320, 1e-6);
  EXPECT_NEAR(bm25(rare, 1, 10, {900, 9000}), 1.3097872, 1e-6);
}

std::vector<std::string> words(const TermSelection& selection) {
  std::vector<std::string> out;
  for (const auto& term : selection.terms) out.push_back(term.term);
  return out;
}

TEST(SelectTerms, TakesTheFieldWithTheLargerFrequencyAndTiesToTheTitle) {
  const TermTable table{{"kelp", {9, 9}}, {"sea", {5, 6}}, {"the", {900, 8}}};
  const auto selection = select_terms({"kelp", "sea", "the"}, table,
                                      {5000, {1000, 9000}, {800, 90'000}});
  ASSERT_THAT(words(selection), ElementsAre("sea", "kelp", "the"));
  EXPECT_EQ(selection.terms[0].field, TextField::abstract_text);
  EXPECT_EQ(selection.terms[1].field, TextField::title);
  EXPECT_EQ(selection.terms[2].field, TextField::title);
  EXPECT_FLOAT_EQ(selection.terms[0].weight, inverse_frequency(6, 800));
}

TEST(SelectTerms, DropsWordsOnFewerThanFiveWorks) {
  const TermTable table{{"kelp", {4, 4}}, {"sea", {5, 0}}};
  EXPECT_THAT(words(select_terms({"kelp", "sea", "new"}, table,
                                 {50, {10, 90}, {10, 90}})),
              ElementsAre("sea"));
}

// Source: the table of search.md 6, step 7.
TEST(SelectTerms, AsksForThirtyPercentOfTheWords) {
  constexpr int kMust[] = {1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3,
                           3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 6, 7, 7};
  TermTable table;
  std::vector<std::string> tokens;
  for (int n = 1; n <= 40; ++n) {
    tokens.push_back("w" + std::to_string(n));
    table[tokens.back()] = {10, 0};
    const auto selection =
        select_terms(tokens, table, {900, {100, 900}, {1, 1}});
    EXPECT_THAT(selection.terms, SizeIs(std::min(n, 25)));
    EXPECT_EQ(selection.minimum, kMust[std::min(n, 25)]) << n;
  }
}

TEST(SelectTerms, CountsOnlyTheFirstFiveThousandTokens) {
  std::vector<std::string> tokens(5000, "filler");
  tokens.emplace_back("late");
  const TermTable table{{"filler", {9, 0}}, {"late", {5, 0}}};
  EXPECT_THAT(words(select_terms(tokens, table, {900, {99, 900}, {1, 1}})),
              ElementsAre("filler"));
}

// 26 words of one weight: the stable rule keeps the first by spelling; the
// server's keeps those its heap does. Of 26 letters in a table of 64 places
// (26 > 0.75 * 32) the order is that of the letters, and a word as heavy as
// the root does not replace it.
TEST(SelectTerms, BreaksTiesByTheRuleAsked) {
  TermTable table;
  std::vector<std::string> tokens;
  for (char c = 'z'; c >= 'a'; --c) {
    tokens.emplace_back(1, c);
    table[tokens.back()] = {10, 0};
  }
  const CollectionCounts counts{900, {100, 900}, {1, 1}};
  const auto stable = words(select_terms(tokens, table, counts));
  EXPECT_EQ(stable.front(), "a");
  EXPECT_EQ(stable.back(), "y");
  // Hashes 97 … 122 fall on places 33 … 58: 'a' first, 'z' last.
  const auto server = words(
      select_terms(tokens, table, counts, Similarity::bm25, TermTies::server));
  EXPECT_EQ(server.back(), "y");
  // One more heavy word pushes out the root of the heap: the word put in first.
  tokens.insert(tokens.end(), 2, "zz");
  table["zz"] = {10, 0};
  const auto pushed = words(
      select_terms(tokens, table, counts, Similarity::bm25, TermTies::server));
  EXPECT_EQ(pushed.front(), "zz");
  EXPECT_THAT(pushed, SizeIs(25));
  EXPECT_EQ(std::count(pushed.begin(), pushed.end(), "z"), 0);
}

TEST(SelectTerms, WeighsAsTheSpecSays) {
  // D 5000, df 5, tf 3 -> 23.176901; df 100, tf 3 -> 14.706818: the order of
  // two words of these weights and one in between.
  const TermTable table{
      {"rare", {5, 0}}, {"common", {100, 0}}, {"mid", {7, 0}}};
  const auto selection = select_terms(
      {"rare", "rare", "rare", "common", "common", "common", "mid", "mid"},
      table, {5000, {1000, 9000}, {1, 1}});
  EXPECT_THAT(words(selection), ElementsAre("rare", "mid", "common"));
}

}  // namespace
}  // namespace dmp::match
