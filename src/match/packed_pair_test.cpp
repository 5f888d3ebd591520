#include "match/packed_pair.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace dmp::match::linkage {
namespace {

// Pairs with anything a pair can have, and with nothing, of plans whose dates
// of the collection are one of three tables.
class RandomPair {
 public:
  explicit RandomPair(unsigned seed) : random_(seed) {}

  Pair next() {
    Pair pair;
    pair.doi = fmt::format("10.1234/{}", std::string(up_to(300), 'x'));
    pair.log_odds = real();
    pair.surely_team = flip();
    fill(pair.levels);
    fill(pair.relatives);
    return pair;
  }

 private:
  bool flip() { return random_() % 2 == 0; }
  std::size_t up_to(std::size_t most) { return random_() % (most + 1); }
  template <class Enum>
  Enum level(std::size_t count) {
    return static_cast<Enum>(up_to(count - 1));
  }
  double real() {
    constexpr double kOdd[]{0, -0.0, 1, 1e-300, 5e-324, -745.5, 0.1};
    return flip() ? kOdd[up_to(6)]
                  : std::uniform_real_distribution<>(-50, 50)(random_);
  }
  DateTable table() {
    DateTable table{};
    for (auto left = up_to(kDateBins); left > 0; --left)
      table[up_to(kDateBins - 1)] = real();
    return table;
  }
  std::vector<std::string> dois() {
    std::vector<std::string> dois(flip() ? 0 : up_to(3));
    for (auto& doi : dois) doi = fmt::format("10.5/{}", random_());
    return dois;
  }
  PersonKeys keys() {
    PersonKeys keys(flip() ? 0 : up_to(130));
    for (auto& key : keys) key = static_cast<std::uint32_t>(random_());
    return keys;
  }
  void fill(Levels& levels) {
    levels.works = flip() ? 1e6 : 290e6;
    levels.authors.resize(flip() ? up_to(2) : up_to(50));
    for (auto& author : levels.authors) {
      author.level = level<NameLevel>(kNameLevels);
      if (flip()) author.u = real();
      if (flip()) author.work_author = static_cast<int>(up_to(5'000));
    }
    levels.text_condition = static_cast<int>(up_to(kConditions - 1));
    levels.text_bin = static_cast<int>(up_to(kTextBins)) - 1;
    for (double* value : {&levels.text_z, &levels.text_u, &levels.funder_u,
                          &levels.institution_u, &levels.award_u,
                          &levels.funded_u, &levels.relation_u}) {
      if (flip()) *value = real();
    }
    levels.date_f = table();
    levels.date_g[0] = static_cast<double>(up_to(2));
    levels.funder = level<Agreement>(3);
    levels.institution = level<Agreement>(3);
    levels.award = level<AwardLevel>(kAwardLevels);
    levels.relation = level<RelationLevel>(kRelationLevels);
    levels.funded = flip();
    levels.has_date = flip();
    levels.open_end = flip();
  }
  void fill(Relatives& own) {
    if (flip()) {
      own.versions = dois();
      own.shared = dois();
      own.citations = dois();
    }
    own.title = flip() ? 0 : random_();
    own.people = keys();
    own.surnames = keys();
    own.is_data = flip();
    own.type = flip() ? "" : "BOOK_CHAPTER";
    own.year = flip() ? -44 : 2024;
  }

  std::mt19937 random_;
};

TEST(PackedPair, IsTheWholePair) {
  RandomPair pairs(7);
  CommonLevels common;
  std::vector<Pair> all;
  std::vector<PackedPair> packed;
  for (int i = 0; i < 2'000; ++i) {
    all.push_back(pairs.next());
    packed.emplace_back(all.back(), common);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(packed[i].unpack(common), all[i]) << i;
    EXPECT_EQ(packed[i].doi(), all[i].doi);
    EXPECT_EQ(packed[i].log_odds(), all[i].log_odds);
    EXPECT_EQ(packed[i].has_relation(), has_relation(all[i].relatives));
  }
}

TEST(PackedPair, KeepsTheSignOfNothing) {
  Pair pair;
  pair.levels.date_f[3] = -0.0;
  pair.levels.text_z = -0.0;
  CommonLevels common;
  const Pair same = PackedPair(pair, common).unpack(common);
  EXPECT_TRUE(std::signbit(same.levels.date_f[3]));
  EXPECT_TRUE(std::signbit(same.levels.text_z));
  EXPECT_FALSE(std::signbit(same.levels.date_f[2]));
}

TEST(PackedPair, KeepsWhatAPlansPairsShareOnce) {
  CommonLevels common;
  Levels a, b;
  b.date_g[2] = 1;
  EXPECT_EQ(common.add(a), 0U);
  EXPECT_EQ(common.add(b), 1U);
  EXPECT_EQ(common.add(a), 0U);
  Levels restored;
  common.restore(1, restored);
  EXPECT_EQ(restored.date_g, b.date_g);
}

}  // namespace
}  // namespace dmp::match::linkage
