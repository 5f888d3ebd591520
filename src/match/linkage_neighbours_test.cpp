#include "match/linkage_neighbours.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

namespace dmp::match::linkage {
namespace {

std::vector<std::string> dois(int from, int count) {
  std::vector<std::string> list;
  for (int i = from; i < from + count; ++i)
    list.push_back(fmt::format("10.5555/n{:05}", i));
  return list;
}

Pair sure(const std::string& doi) {
  Pair pair;
  pair.doi = doi;
  pair.surely_team = true;
  return pair;
}

// They are kept for learning alone: neighbours are what they would be without.
TEST(Neighbours, AreNoneOfPairsThatTakeNoPart) {
  std::vector<Pair> pairs{sure("10.1/a"), sure("10.1/b")};
  pairs[0].relatives.versions = {"10.1/b"};
  pairs[1].relatives.versions = {"10.1/a", "10.1/c"};
  pairs[1].takes_part = false;
  const auto found = neighbours_of(pairs);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].doi, "10.1/b");
}

TEST(Neighbours, AreNextToSureCandidatesAndNoCandidates) {
  std::vector<Pair> pairs{sure("10.1/a"), sure("10.1/b"), sure("10.1/c")};
  pairs[0].relatives.versions = {"10.1/v", "10.1/b"};
  pairs[0].relatives.shared = {"10.1/s", "10.1/v"};
  pairs[1].relatives.citations = {"10.1/s"};
  pairs[2].relatives.versions = {"10.1/unsure"};
  pairs[2].surely_team = false;
  const auto found = neighbours_of(pairs);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].doi, "10.1/s");
  EXPECT_EQ(found[0].pair, 0U);
  EXPECT_FALSE(found[0].version);
  EXPECT_EQ(found[1].doi, "10.1/s");
  EXPECT_EQ(found[1].pair, 1U);
  EXPECT_EQ(found[2].doi, "10.1/v");
  EXPECT_TRUE(found[2].version);
}

TEST(Neighbours, AreTheFiftyFirstDoisOfACandidate) {
  std::vector<Pair> pairs{sure("10.1/a")};
  pairs[0].relatives.versions = dois(20, 40);
  pairs[0].relatives.shared = dois(0, 40);  // half of them versions, too
  const auto found = neighbours_of(pairs);
  ASSERT_EQ(found.size(), 50U);
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_EQ(found[i].doi, dois(static_cast<int>(i), 1)[0]);
}

TEST(Neighbours, AreTheThousandFirstDoisOfAPlan) {
  std::vector<Pair> pairs;
  for (int i = 0; i < 30; ++i) {
    pairs.push_back(sure(fmt::format("10.1/{:02}", 29 - i)));
    pairs.back().relatives.citations = dois(40 * i, 40);
  }
  pairs[29].relatives.versions = dois(999, 1);  // led to by two
  const auto found = neighbours_of(pairs);
  std::set<std::string> distinct;
  for (const auto& one : found) distinct.insert(one.doi);
  EXPECT_EQ(distinct.size(), 1'000U);
  EXPECT_EQ(found.size(), 1'001U);
  EXPECT_EQ(*distinct.rbegin(), dois(999, 1)[0]);
}

}  // namespace
}  // namespace dmp::match::linkage
