#include "match/linkage_report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace dmp::match::linkage {
namespace {

// Pairs of one plan with given probabilities, in the order of their DOIs.
struct Judged {
  std::vector<Pair> pairs;
  std::vector<Final> finals;

  void add(double p) {
    Pair pair;
    pair.doi = fmt::format("10.1/{:04}", pairs.size());
    pairs.push_back(std::move(pair));
    Final final;
    final.log_odds = final.own_log_odds = log_odds_of(p);
    finals.push_back(final);
  }
  std::vector<Listed> listed(const SearchOptions& options,
                             const std::string& plan = "10.48321/d1") const {
    return list_of(plan, pairs, finals, Model(), options);
  }
};

// Ten sure works, forty doubtful ones, forty that hardly anybody believes.
Judged many() {
  Judged judged;
  for (int i = 0; i < 10; ++i) judged.add(.99 - .001 * i);
  for (int i = 0; i < 40; ++i) judged.add(.4 - .009 * i);
  for (int i = 0; i < 40; ++i) judged.add(.005);
  return judged;
}

SearchOptions most(int results, double explore = 0) {
  SearchOptions options;
  options.max_results = results;
  options.explore_ratio = explore;
  return options;
}

std::set<std::size_t> positions(const std::vector<Listed>& list) {
  std::set<std::size_t> found;
  for (const auto& one : list) found.insert(one.pair);
  EXPECT_EQ(found.size(), list.size()) << "each once";
  return found;
}

TEST(LinkageList, IsTheBestWithAtLeastTheLeastProbability) {
  const Judged judged = many();
  const auto list = judged.listed(most(5));
  ASSERT_EQ(list.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(list[i].pair, i);
  SearchOptions options = most(100);
  EXPECT_EQ(judged.listed(options).size(), 90U);
  options.min_probability = .01;
  EXPECT_EQ(judged.listed(options).size(), 50U);
}

TEST(LinkageList, GivesItsLastPlacesToDoubtfulWorksDrawnAtRandom) {
  const Judged judged = many();
  const auto list = judged.listed(most(20, .25));
  ASSERT_EQ(list.size(), 20U);
  const auto drawn = positions(list);
  for (std::size_t i = 0; i < 15; ++i) EXPECT_EQ(list[i].pair, i);
  for (std::size_t i = 15; i < 20; ++i) {
    EXPECT_GE(list[i].probability, .01);
    EXPECT_LE(list[i].probability, .5);
  }
  for (std::size_t i = 16; i < 20; ++i)
    EXPECT_LE(list[i].probability, list[i - 1].probability);
  EXPECT_NE(*drawn.rbegin(), 19U) << "the next best are no sample";
  EXPECT_EQ(positions(judged.listed(most(20, .25))), drawn) << "seeded";
  EXPECT_NE(positions(judged.listed(most(20, .25), "10.48321/d2")), drawn)
      << "each plan has its own";
}

TEST(LinkageList, FillsUpWithTheNextBestWhereFewAreDoubtful) {
  Judged judged;
  for (int i = 0; i < 30; ++i) judged.add(.99 - .001 * i);
  judged.add(.3);
  const auto list = judged.listed(most(20, .25));
  ASSERT_EQ(list.size(), 20U);
  for (std::size_t i = 0; i < 19; ++i) EXPECT_EQ(list[i].pair, i);
  EXPECT_EQ(list[19].pair, 30U);
}

// Over many plans every doubtful work comes up about as often as any other.
TEST(LinkageList, DrawsAllDoubtfulWorksAlike) {
  const Judged judged = many();
  std::vector<int> times(judged.pairs.size());
  for (int plan = 0; plan < 700; ++plan) {
    for (const auto& one :
         judged.listed(most(20, .25), fmt::format("10.48321/d{}", plan)))
      ++times[one.pair];
  }
  for (std::size_t i = 15; i < 50; ++i) {
    EXPECT_GT(times[i], 60) << i;  // 100 are expected
    EXPECT_LT(times[i], 140) << i;
  }
  for (std::size_t i = 50; i < times.size(); ++i) EXPECT_EQ(times[i], 0) << i;
}

TEST(LinkageList, HasNothingToExploreWhenAllAreListed) {
  const Judged judged = many();
  EXPECT_EQ(positions(judged.listed(most(90, .25))),
            positions(judged.listed(most(90))));
  EXPECT_EQ(judged.listed(most(3, .25)).size(), 3U) << "less than one place";
}

}  // namespace
}  // namespace dmp::match::linkage
