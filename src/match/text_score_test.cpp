#include "match/text_score.h"

#include "match/random_world.h"
#include "match/slow_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace dmp::match {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

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
  EXPECT_NEAR(length_factor(150, {1000, 120'000}), .72463769, 1e-7);
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

// Twenty-five light words, as a table of 64 chains gives them back (of two in
// one chain the first met first), then three heavier ones.
constexpr const char* kLight[] = {
    "tide",  "\U0001043B", "forest",     "deep",    "data",
    "seal",  "algae",      "soil",       "cell",    "eel",
    "sea",   "\U00010429", "bloom",      "carbon",  "quark",
    "model", "tern",       "\U00010428", "glacier", "gull",
    "reef",  "storm",      "star",       "gene",    "kelp"};
constexpr const char* kHeavy[] = {"sand", "ocean", "light"};

// Which of these words are left out.
std::vector<std::string> dropped(const std::vector<std::string>& tokens,
                                 TermTies ties) {
  TermTable table;
  for (const auto& token : tokens) table[token] = {10, 0};
  const CollectionCounts counts{900, {100, 900}, {1, 1}};
  const auto kept =
      words(select_terms(tokens, table, counts, Similarity::bm25, ties));
  EXPECT_THAT(kept, SizeIs(25));
  for (const auto& word : kept) table.erase(word);
  std::vector<std::string> out;
  for (const auto& entry : table) out.push_back(entry.first);
  std::sort(out.begin(), out.end());
  return out;
}

// Stable: the last by spelling. Server: a full heap of equal weights gives away
// its first, then, as heavy words sink to the left, its second and its fourth.
TEST(SelectTerms, BreaksTiesByTheRuleAsked) {
  std::vector<std::string> tokens;
  for (const char* word : kHeavy) tokens.insert(tokens.end(), 2, word);
  tokens.insert(tokens.end(), std::begin(kLight), std::end(kLight));
  EXPECT_THAT(dropped(tokens, TermTies::stable),
              ElementsAre("\U00010428", "\U00010429", "\U0001043B"));
  EXPECT_THAT(dropped(tokens, TermTies::server),
              ElementsAre("deep", "tide", "\U0001043B"));
  // Of one chain: the other way round in the text, the other way round there.
  std::iter_swap(std::find(tokens.begin(), tokens.end(), "deep"),
                 std::find(tokens.begin(), tokens.end(), "forest"));
  EXPECT_THAT(dropped(tokens, TermTies::server),
              ElementsAre("forest", "tide", "\U0001043B"));
  // Other orders of the text change nothing.
  std::reverse(tokens.begin(), tokens.end());
  EXPECT_THAT(dropped(tokens, TermTies::server),
              ElementsAre("deep", "tide", "\U0001043B"));
}

// A word as heavy as the lightest of a full heap does not replace it.
TEST(SelectTerms, KeepsTheFirstOfEqualWordsAsAServerDoes) {
  std::vector<std::string> tokens(std::begin(kLight), std::end(kLight));
  tokens.emplace_back("light");
  EXPECT_THAT(dropped(tokens, TermTies::server), ElementsAre("light"));
}

// Against a table and a heap written down once more, which grow and swap.
TEST(SelectTerms, TiesAsTheReferenceEmulation) {
  World world(23);
  const CollectionCounts counts{900, {100, 900}, {90, 9'000}};
  int unlike_stable = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> tokens;
    TermTable table;
    for (int n = 20 + world.below(200); n > 0; --n) {
      tokens.push_back(world.word() + (world.chance(50) ? world.word() : ""));
      table[tokens.back()] = {4 + world.below(3), 4 + world.below(3)};
    }
    std::vector<std::string> expected;
    for (const auto& term :
         slow_terms(tokens, table, counts.live_documents, TermTies::server))
      expected.push_back(term.term);
    const auto got = words(select_terms(tokens, table, counts, Similarity::bm25,
                                        TermTies::server));
    ASSERT_THAT(got, UnorderedElementsAreArray(expected)) << round;
    auto stable = words(select_terms(tokens, table, counts));
    unlike_stable += !std::is_permutation(stable.begin(), stable.end(),
                                          got.begin(), got.end());
  }
  EXPECT_GT(unlike_stable, 200);
}

// Source: the example of search.md 6.
TEST(ChoiceWeight, FollowsTheVectorsOfTheSpec) {
  EXPECT_NEAR(choice_weight(1, 5, 5000), 7.7256336, 1e-6);
  EXPECT_NEAR(choice_weight(3, 5, 5000), 23.176901, 2e-6);
  EXPECT_NEAR(choice_weight(3, 100, 5000), 14.706818, 2e-6);
}

TEST(SelectTerms, PutsTheHeaviestFirst) {
  const TermTable table{{"rare", {5, 0}}, {"common", {100, 0}}};
  const auto order = [&](int rare, int common) {
    std::vector<std::string> tokens(static_cast<std::size_t>(rare), "rare");
    tokens.insert(tokens.end(), static_cast<std::size_t>(common), "common");
    return words(select_terms(tokens, table, {5000, {1000, 9000}, {1, 1}}));
  };
  EXPECT_THAT(order(7, 11), ElementsAre("rare", "common"));   // 54.08, 53.92
  EXPECT_THAT(order(12, 19), ElementsAre("common", "rare"));  // 92.71, 93.14
}

}  // namespace
}  // namespace dmp::match
