#include "match/linkage_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace dmp::match::linkage {
namespace {

// text_chance.parquet of two searches of 400 plans in 40,000 works of real
// papers: records as they are, and poor ones.
constexpr TextTable kTypical{{
    {.000294, .28, .432, .153, .0379, .0288, .0231, .0125, .00649, .0138,
     .00633, .00374, .00187, .000561, .000168, 5.05e-5},
    {.0272, .287, .394, .108, .0663, .0401, .0286, .0174, .0117, .0115, .00572,
     .00197, .00132, .000395, .000118, 3.55e-5},
    {.0506, .334, .261, .131, .0865, .0557, .0312, .0193, .0132, .0118, .00371,
     .00111, .000536, .000161, 4.82e-5, 1.45e-5},
    {.152, .19, .211, .182, .122, .0726, .0358, .0179, .00837, .0062, .00186,
     .000558, .000188, 5.65e-5, 1.7e-5, 4.34e-5},
}};
constexpr TextTable kPoor{{
    {.0169, .356, .261, .177, .086, .0409, .0207, .0128, .00868, .00901, .00614,
     .00268, .00147, .000441, .000257, 7.72e-5},
    {.0727, .253, .346, .135, .0706, .0452, .0287, .0185, .012, .0118, .00533,
     .00173, .000625, .000188, 5.63e-5, 1.69e-5},
    {.101, .257, .242, .165, .0992, .0543, .0356, .0203, .0106, .00953, .00306,
     .000919, .000686, .000206, 6.18e-5, 1.85e-5},
    {.16, .172, .206, .191, .13, .0744, .0382, .0151, .00699, .00471, .00141,
     .000424, .000129, 3.86e-5, 6.41e-5, 1.92e-5},
}};

// Bits that L falls by, at most, from one bin to the next, for pairs of which
// the other comparisons say `rest`.
double largest_fall(const Model& model, const TextTable& chance,
                    const ClassPair& rest) {
  Levels levels;
  levels.works = 1e6;
  double most = 0;
  for (std::size_t c = 0; c < kConditions; ++c) {
    double before = -1e9;
    for (std::size_t b = 0; b < kTextBins; ++b) {
      ClassPair sum = rest;
      sum += text_weight(static_cast<int>(c), static_cast<int>(b), chance[c][b],
                         model);
      const double log_odds = score(sum, levels, model).log_odds;
      most = std::max(most, before - log_odds);
      before = log_odds;
    }
  }
  return most;
}

// Chance decides, both do, the team decides.
constexpr ClassPair kRests[] = {{-5, 0},  {5, 10},  {18, 20},
                                {20, 24}, {40, 46}, {60, 50}};

TEST(MeetingChance, T08NeverFallsWithACloserTopicInAnyCollection) {
  double fall_of_the_tables = 0;
  for (const auto* chance : {&kTypical, &kPoor}) {
    const Model met = meeting({}, *chance);
    for (const auto& rest : kRests) {
      EXPECT_LT(largest_fall(met, *chance, rest), 1e-9) << rest.o;
      fall_of_the_tables =
          std::max(fall_of_the_tables, largest_fall({}, *chance, rest));
    }
  }
  EXPECT_GT(fall_of_the_tables, 1) << "these collections say nothing";
}

TEST(MeetingChance, T08NeverFallsWithACloserTopicByAnyChance) {
  std::mt19937 random(8);
  std::uniform_real_distribution<double> bits(-12, 0);
  for (int i = 0; i < 200; ++i) {
    TextTable chance{};
    for (auto& row : chance) {
      for (auto& value : row) value = std::exp2(bits(random));
    }
    const Model met = meeting({}, chance);
    for (const auto& rest : kRests)
      ASSERT_LT(largest_fall(met, chance, rest), 1e-9) << i;
  }
}

TEST(MeetingChance, KeepsSharesThatSumToOneAndWhatRisesAlready) {
  const Model model, met = meeting(model, kTypical);
  for (std::size_t c = 0; c < kConditions; ++c) {
    for (const auto* row : {&met.text_s[c], &met.text_o[c]})
      EXPECT_NEAR(std::accumulate(row->begin(), row->end(), 0.0), 1, 1e-12);
  }
  const Model again = meeting(met, kTypical);
  for (std::size_t b = 0; b < kTextBins; ++b)
    EXPECT_NEAR(again.text_o[0][b], met.text_o[0][b], 1e-12) << b;
  // The middle of a row with enough works behind it is left alone.
  for (std::size_t b = 9; b < 13; ++b)
    EXPECT_EQ(met.text_o[3][b], model.text_o[3][b]) << b;
}

TEST(Rising, PoolsWhatFalls) {
  TextRow values, weights;
  std::iota(values.begin(), values.end(), 1.0);
  weights.fill(1);
  EXPECT_EQ(rising(values, weights), values);
  values[3] = 9;  // 9, 5, 6 pool to 20 / 3; 7 is more
  const auto out = rising(values, weights);
  for (std::size_t i = 3; i < 6; ++i) EXPECT_DOUBLE_EQ(out[i], 20.0 / 3) << i;
  EXPECT_EQ(out[2], 3);
  EXPECT_EQ(out[6], 7);
  weights[3] = 3;  // 9 three times, 5, 6 and 7 pool to 7.5
  EXPECT_DOUBLE_EQ(rising(values, weights)[3], 7.5);
}

}  // namespace
}  // namespace dmp::match::linkage
