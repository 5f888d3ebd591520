#include "match/linkage_pool.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>

namespace dmp::match::linkage {
namespace {

constexpr double kNoFloor = -std::numeric_limits<double>::infinity();

std::string doi_of(int i) {
  return fmt::format("10.1/{:04}", i);
}

// Few different odds, so that DOIs decide too. Some have a version, fewer have
// data; as in an index, both ends of a relation know of it.
std::vector<Pair> random_pairs(std::mt19937& random, int count) {
  std::vector<Pair> pairs(static_cast<std::size_t>(count));
  const auto any = [&]() -> Pair& { return pairs[random() % pairs.size()]; };
  for (int i = 0; i < count; ++i) {
    Pair& pair = pairs[static_cast<std::size_t>(i)];
    pair.doi = doi_of(i);
    pair.log_odds = static_cast<double>(random() % 40) - 20;
  }
  const auto relate = [](std::vector<std::string>& list, const Pair& other) {
    list.push_back(other.doi);
  };
  for (int i = 0; i < count / 5; ++i) {
    Pair &a = any(), &b = any(), &data = any();
    relate(a.relatives.versions, b);
    relate(b.relatives.versions, a);
    if (i % 3 != 0) continue;
    relate(a.relatives.citations, data);
    relate(data.relatives.citations, a);
  }
  std::shuffle(pairs.begin(), pairs.end(), random);
  return pairs;
}

bool names(const Pair& a, const std::string& doi) {
  for (const auto* list :
       {&a.relatives.versions, &a.relatives.shared, &a.relatives.citations}) {
    if (std::find(list->begin(), list->end(), doi) != list->end()) return true;
  }
  return false;
}

// The rule as it stands in linkage.md 12, from all pairs at once.
std::set<std::string> kept_of(std::vector<Pair> pairs, std::size_t most,
                              double floor) {
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return a.log_odds != b.log_odds ? a.log_odds > b.log_odds : a.doi < b.doi;
  });
  std::vector<const Pair*> best;
  for (const auto& pair : pairs) {
    if (best.size() < most && pair.log_odds >= floor) best.push_back(&pair);
  }
  std::set<std::string> kept;
  for (const auto& pair : pairs) {
    for (const auto* one : best) {
      if (one->doi == pair.doi || names(*one, pair.doi) ||
          names(pair, one->doi))
        kept.insert(pair.doi);
    }
  }
  return kept;
}

std::set<std::string> dois_of(const std::vector<Pair>& pairs) {
  std::set<std::string> dois;
  for (const auto& pair : pairs) dois.insert(pair.doi);
  EXPECT_EQ(dois.size(), pairs.size());
  return dois;
}

TEST(Pool, KeepsTheBestAndTheirRelativesInAnyOrderAndSplit) {
  std::mt19937 random(12);
  std::size_t relatives = 0;
  for (int i = 0; i < 40; ++i) {
    const auto pairs = random_pairs(random, 20 + 15 * i);
    // Too many for the bound on related pairs to matter.
    const std::size_t most = 40 + random() % 60;
    const double floor = i % 2 == 0 ? -5 : kNoFloor;
    std::vector<Pool> parts(1 + random() % 4), same(parts.size());
    Pool shards;  // by way of what shards write
    for (const auto& pair : pairs) {
      // As the engine does: what is below the bound is not even offered.
      const std::size_t at = random() % parts.size();
      if (!has_relation(pair.relatives) && pair.log_odds < parts[at].least())
        continue;
      parts[at].offer(pair, most);
      same[at].offer(pair, most);
    }
    for (auto& part : same) {
      for (const auto& pair : part.release(most)) shards.offer(pair, most);
    }
    Pool merged;
    for (auto& part : parts) merged.merge(std::move(part), most);
    const auto expected = kept_of(pairs, most, floor);
    relatives += expected.size() > most ? 1 : 0;
    EXPECT_EQ(dois_of(merged.take(most, floor, floor)), expected) << i;
    EXPECT_EQ(dois_of(shards.take(most, floor, floor)), expected) << i;
  }
  EXPECT_GT(relatives, 10U);
}

std::vector<Pair> taking_part(std::vector<Pair> pairs) {
  std::erase_if(pairs, [](const Pair& pair) { return !pair.takes_part; });
  return pairs;
}

// The second pass is the same whether more is kept or not, also where there are
// more related pairs than are kept.
TEST(Pool, LetsTakePartWhatAFloorWouldHaveKept) {
  constexpr double kFloor = 17;  // a tenth of the pairs
  std::mt19937 random(15);
  std::size_t apart = 0;
  for (int i = 0; i < 100; ++i) {
    const auto pairs = random_pairs(random, 400);
    const std::size_t most = 3 + random() % 60;
    Pool bounded, unbounded;
    for (const auto& pair : pairs) {
      unbounded.offer(pair, most);
      if (has_relation(pair.relatives) || pair.log_odds >= kFloor)
        bounded.offer(pair, most);
    }
    const auto few = bounded.take(most, kFloor, kFloor);
    auto all = unbounded.take(most, kNoFloor, kFloor);
    EXPECT_EQ(taking_part(few), few);
    apart += all.size() - few.size();
    EXPECT_EQ(taking_part(std::move(all)), few) << i;
  }
  EXPECT_GT(apart, 1'000U);
}

// Below the floor a pair that names no relative is not even offered: where it
// is kept nevertheless, that another names it makes no difference.
TEST(Pool, LetsNoPairBelowTheFloorTakePartThatNamesNobody) {
  std::vector<Pair> pairs(3);
  for (int i = 0; i < 3; ++i)
    pairs[static_cast<std::size_t>(i)].doi = doi_of(i);
  pairs[0].log_odds = 20;
  pairs[0].relatives.versions = {doi_of(1), doi_of(2)};
  pairs[2].relatives.versions = {doi_of(0)};
  Pool pool;
  for (const auto& pair : pairs) pool.offer(pair, 10);
  const auto kept = pool.take(10, kNoFloor, 17);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_TRUE(kept[0].takes_part);
  EXPECT_FALSE(kept[1].takes_part);
  EXPECT_TRUE(kept[2].takes_part);
}

// Related pairs cannot fill the memory: the best of them stay, in any order.
TEST(Pool, KeepsTenTimesAsManyRelatedPairs) {
  constexpr std::size_t kMost = 5, kPairs = 400;
  std::set<std::string> expected;
  for (std::size_t i = kPairs - 10 * kMost; i < kPairs; ++i)
    expected.insert(doi_of(static_cast<int>(i)));
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::vector<Pair> pairs(kPairs);
    for (std::size_t i = 0; i < kPairs; ++i) {
      pairs[i].doi = doi_of(static_cast<int>(i));
      pairs[i].log_odds = static_cast<double>(i);
      pairs[i].relatives.versions = {doi_of(kPairs - 1)};
    }
    std::mt19937 random(seed);
    std::shuffle(pairs.begin(), pairs.end(), random);
    Pool pool, other;
    for (const auto& pair : pairs) {
      Pool& part = random() % 2 == 0 ? pool : other;
      if (pair.log_odds >= part.least_related()) part.offer(pair, kMost);
    }
    EXPECT_LE(pool.size() + other.size(), 26 * kMost);
    EXPECT_GT(std::max(pool.least_related(), other.least_related()), 0);
    pool.merge(std::move(other), kMost);
    EXPECT_EQ(dois_of(pool.take(kMost, kNoFloor, kNoFloor)), expected) << seed;
  }
}

TEST(Pool, BoundsWhatIsOfferedByTheLastOfItsBest) {
  Pool pool;
  for (int i = 0; i < 19; ++i) {  // cut at 13, 16 and 19
    Pair pair;
    pair.doi = doi_of(i);
    pair.log_odds = i;
    pool.offer(pair, 10);
  }
  EXPECT_EQ(pool.least(), 9);
  EXPECT_EQ(pool.size(), 10U);
}

}  // namespace
}  // namespace dmp::match::linkage
