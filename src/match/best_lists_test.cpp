#include "match/best_lists.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <thread>

namespace dmp::match {
namespace {

std::vector<Ranked> random_offers(unsigned seed) {
  std::mt19937 random(seed);
  constexpr int kOffers = 2'000;
  std::vector<Ranked> offers;
  offers.reserve(kOffers);
  for (int i = 0; i < kOffers; ++i)
    offers.push_back(
        {static_cast<float>(random() % 50), "10.5555/" + std::to_string(i)});
  std::shuffle(offers.begin(), offers.end(), random);
  return offers;
}

std::vector<Ranked> best_of(std::vector<Ranked> offers, std::size_t most) {
  std::sort(offers.begin(), offers.end());
  offers.resize(std::min(offers.size(), most));
  return offers;
}

void expect_equal(const std::vector<Ranked>& one,
                  const std::vector<Ranked>& two) {
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].score, two[i].score);
    EXPECT_EQ(one[i].doi, two[i].doi);
  }
}

TEST(BestLists, KeepsTheBestInAnyOrderOfOffers) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const auto offers = random_offers(seed);
    BestLists lists(1, 30);
    for (const auto& offer : offers) lists.offer(0, offer.score, offer.doi);
    expect_equal(lists.take(0), best_of(offers, 30));
  }
}

TEST(BestLists, SaysTheLeastScoreOfAFullListOnly) {
  BestLists lists(2, 2);
  lists.offer(1, 3, "a");
  EXPECT_EQ(lists.least(1), -std::numeric_limits<float>::infinity());
  lists.offer(1, 5, "b");
  EXPECT_EQ(lists.least(1), 3);
  lists.offer(1, 4, "c");
  EXPECT_EQ(lists.least(1), 4);
  EXPECT_EQ(lists.least(0), -std::numeric_limits<float>::infinity());
}

TEST(BestLists, KeepsTheLowerDoiOfEqualScores) {
  BestLists lists(1, 1);
  for (const char* doi : {"b", "c", "a", "d"}) lists.offer(0, 1, doi);
  expect_equal(lists.take(0), {{1, "a"}});
}

TEST(BestLists, KeepsNothingWherePlansMayHaveNoWorks) {
  BestLists lists(1, 0);
  lists.offer(0, 1'000, "a");
  EXPECT_TRUE(lists.take(0).empty());
}

TEST(BestLists, IsTheSameForTwoThreads) {
  const auto offers = random_offers(7);
  BestLists lists(3, 30);
  const auto work = [&](std::size_t first) {
    for (std::size_t i = first; i < offers.size(); i += 2) {
      for (std::uint32_t plan = 0; plan < 3; ++plan)
        lists.offer(plan, offers[i].score, offers[i].doi);
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  for (std::uint32_t plan = 0; plan < 3; ++plan)
    expect_equal(lists.take(plan), best_of(offers, 30));
}

}  // namespace
}  // namespace dmp::match
