#include "match/linkage_second_pass.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace dmp::match::linkage {
namespace {

Pair pair_of(const std::string& doi, int text_bin, double u) {
  Pair pair;
  pair.doi = doi;
  pair.levels.works = 1e6;
  pair.levels.authors = {{NameLevel::full, 1e-5, 0}};
  pair.levels.text_condition = 3;
  pair.levels.text_bin = text_bin;
  pair.levels.text_z = text_bin;
  pair.levels.text_u = u;
  pair.relatives.people = {1};
  pair.relatives.surnames = {1};
  return pair;
}

std::vector<Final> finals_of(const std::vector<Pair>& pairs) {
  std::vector<const Levels*> levels;
  levels.reserve(pairs.size());
  for (const auto& pair : pairs) levels.push_back(&pair.levels);
  return second_pass(levels, group(pairs), Model());
}

TEST(SecondPass, T10GivesVersionsTheEvidenceOfTheBestInformed) {
  std::vector<Pair> pairs{pair_of("10.1/a", 12, 2e-4),
                          pair_of("10.1/b", 3, .18)};
  pairs[1].levels.text_condition = 2;  // no abstract
  pairs[1].levels.funder = Agreement::agree;
  pairs[1].levels.funder_u = .06;
  pairs[1].relatives.versions = {"10.1/a"};
  const auto finals = finals_of(pairs);
  EXPECT_EQ(finals[0].log_odds, finals[1].log_odds);
  EXPECT_EQ(finals[0].text_from, 0U);
  EXPECT_GT(finals[0].weights.funder.o, 0);
  EXPECT_GT(finals[0].log_odds, finals[0].own_log_odds);
  // Within the cluster the better one by itself comes first.
  EXPECT_TRUE(better(finals[0], "10.1/a", finals[1], "10.1/b"));
}

TEST(SecondPass, UnitesOneTitleOfOnePersonOnly) {
  std::vector<Pair> pairs{pair_of("10.1/a", 12, 2e-4),
                          pair_of("10.1/b", 3, .18), pair_of("10.1/c", 3, .18)};
  const auto title_key = [](const char* title) {
    model::Work work;
    work.title = title;
    return relatives_of(work).title;
  };
  EXPECT_EQ(title_key("Editorial board, 2019"), 0U);  // too short
  EXPECT_EQ(title_key("Kelp forest decline under marine heat"),
            title_key("KELP FOREST DECLINE — under Marine Heat."));
  EXPECT_NE(title_key("Kelp forest decline under marine heat"),
            title_key("Kelp forest decline under marine hear"));
  for (auto& pair : pairs)
    pair.relatives.title = title_key("Kelp forest decline under marine heat");
  pairs[2].relatives.surnames = {2};
  const Groups groups = group(pairs);
  EXPECT_EQ(groups.cluster, (std::vector<std::size_t>{0, 0, 2}));
  // A title on more than five works says nothing ("Editorial board 2019").
  std::vector<Pair> many;
  for (int i = 0; i < 6; ++i) {
    many.push_back(pair_of("10.1/" + std::to_string(i), 3, .18));
    many.back().relatives.title = pairs[0].relatives.title;
  }
  EXPECT_EQ(group(many).cluster[5], 5U);
}

TEST(SecondPass, LiftsADataSetButNoArticle) {
  std::vector<Pair> pairs{pair_of("10.1/a", 14, 5e-5), pair_of("10.1/b", 1, .2),
                          pair_of("10.1/c", 1, .2)};
  pairs[1].relatives.is_data = true;
  for (const std::size_t i : {1U, 2U}) pairs[i].relatives.shared = {"10.1/a"};
  const auto finals = finals_of(pairs);
  const double p = probability(finals[0].log_odds);
  EXPECT_NEAR(probability(finals[1].log_odds), .9 * p, 1e-9);
  EXPECT_EQ(finals[1].raised_by, 0U);
  EXPECT_EQ(finals[2].raise, 0);
  pairs[1].relatives.people = {9};  // by somebody else
  EXPECT_NEAR(probability(finals_of(pairs)[1].log_odds), .2 * p, 1e-9);
}

TEST(SecondPass, NeitherGivesToNorTakesFromAPairThatTakesNoPart) {
  std::vector<Pair> pairs{pair_of("10.1/a", 14, 5e-5), pair_of("10.1/b", 1, .2),
                          pair_of("10.1/c", 1, .2), pair_of("10.1/d", 1, .2)};
  pairs[0].relatives.title = pairs[2].relatives.title = 7;
  pairs[1].relatives.versions = {"10.1/a"};
  pairs[3].relatives.shared = {"10.1/a"};
  pairs[0].relatives.is_data = pairs[3].relatives.is_data = true;
  for (const bool takes_part : {true, false}) {
    for (const std::size_t i : {1U, 2U, 3U}) pairs[i].takes_part = takes_part;
    const auto finals = finals_of(pairs);
    for (const std::size_t i : {1U, 2U, 3U})
      EXPECT_EQ(finals[i].log_odds == finals[i].own_log_odds, !takes_part) << i;
  }
  EXPECT_EQ(group(pairs).lifts[0], std::vector<Lift>{});
}

TEST(SecondPass, DoesNotDependOnTheOrderOfThePairs) {
  std::mt19937 random(7);
  std::vector<Pair> pairs;
  for (int i = 0; i < 30; ++i) {
    pairs.push_back(pair_of("10.1/" + std::to_string(i),
                            static_cast<int>(random() % 16), .01));
    pairs.back().relatives.is_data = random() % 3 == 0;
    for (int k = 0; k < 2; ++k) {
      const std::string other = "10.1/" + std::to_string(random() % 30);
      (random() % 2 == 0 ? pairs.back().relatives.versions
                         : pairs.back().relatives.citations)
          .push_back(other);
    }
  }
  std::map<std::string, double> odds;
  auto finals = finals_of(pairs);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    odds[pairs[i].doi] = finals[i].log_odds;
  for (int turn = 0; turn < 10; ++turn) {
    std::shuffle(pairs.begin(), pairs.end(), random);
    finals = finals_of(pairs);
    for (std::size_t i = 0; i < pairs.size(); ++i)
      EXPECT_NEAR(finals[i].log_odds, odds[pairs[i].doi], 1e-9);
  }
}

}  // namespace
}  // namespace dmp::match::linkage
