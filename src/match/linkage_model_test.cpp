#include "match/linkage_model.h"

#include "match/linkage_plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace dmp::match::linkage {
namespace {

constexpr double kSlots = 5'000'000;

double u_of(double count, double authors) {
  return name_chance(count, kSlots, authors);
}

// The tables that the worked examples of linkage.md 14 are made with, where
// ours differ (see linkage_model.h).
Model tables_of_the_specification() {
  Model model;
  model.lambda = {10, 3};
  model.text_s[3] = {14, 23,  36,  51, 66, 77, 84, 83,
                     84, 142, 101, 76, 83, 41, 25, 14};
  model.text_o[3] = {.2, .5, 1,  2,  3,   4,   5,   8,
                     11, 38, 55, 68, 171, 149, 181, 302};
  for (auto& value : model.text_s[3]) value /= 1000;
  for (auto& value : model.text_o[3]) value /= 1000;
  model.date_during = 0;
  const auto at = [&](AwardLevel level) -> ClassPair& {
    return model.award[static_cast<std::size_t>(level)];
  };
  at(AwardLevel::full_strong).s = .0005;
  at(AwardLevel::none).s = .64;
  return model;
}

// Outputs are expected with one of the two authors at least: bits of `prior`
// that the examples do not have.
const double kNamed = -std::log2(1 - .15 * .15);

// Test 5 of linkage.md 14: authors of tests 1 and 2, topic, time, funder, and
// an award found on two works.
Levels worked_pair() {
  Levels levels;
  levels.works = 1e6;
  levels.authors = {{NameLevel::full, u_of(12, 6), 0},
                    {NameLevel::initial, u_of(800, 6), 1}};
  levels.text_condition = 3;
  levels.text_z = 5.3;
  levels.text_bin = static_cast<int>(text_bin(5.3));
  levels.text_u = .002;
  levels.has_date = true;
  levels.date_f[3] = 1;
  levels.date_g.fill(.9 / 7);
  levels.date_g[3] = .1;
  levels.funder = Agreement::agree;
  levels.funder_u = .06;
  levels.award = AwardLevel::full_strong;
  levels.award_u = 2e-6;
  return levels;
}

TEST(LinkageAuthors, T01ToT04GiveTheWeightsOfTheSpecification) {
  const Model model;
  const struct {
    NameLevel level;
    double u, s, o;
  } table[] = {
      {NameLevel::full, u_of(12, 6), 14.688, 15.775},  // test 1
      {NameLevel::initial, u_of(800, 6), 8.632, 9.717},
      {NameLevel::initial, u_of(800, 3000), 0.675, 1.182},  // test 2
      {NameLevel::orcid, .002 * u_of(12, 6), 23.698, 24.785},
      {NameLevel::conflict, u_of(12, 6), 9.704, 10.790},  // test 3
      {NameLevel::none, 1, -0.708, -2.510},               // test 4
  };
  for (const auto& row : table) {
    const ClassPair weight = author_weight(row.level, row.u, model);
    // The specification cuts after three digits.
    EXPECT_NEAR(weight.s, row.s, 1e-3) << name_of(row.level);
    EXPECT_NEAR(weight.o, row.o, 1e-3) << name_of(row.level);
  }
}

TEST(LinkageScore, T05AddsUpAnAwardedMatch) {
  const Model model = tables_of_the_specification();
  const Levels levels = worked_pair();
  const Weights weights = weigh(levels, model);
  EXPECT_NEAR(weights.text.s, 5.248, 5e-4);
  EXPECT_NEAR(weights.text.o, 5.087, 5e-4);
  EXPECT_NEAR(weights.date.s, 0, 1e-12);
  EXPECT_NEAR(weights.date.o, 1.848, 5e-4);
  EXPECT_NEAR(weights.funder.s, 2.737, 5e-4);
  EXPECT_NEAR(weights.funder.o, 3.824, 5e-4);
  EXPECT_NEAR(weights.award.s, 7.966, 5e-4);
  EXPECT_NEAR(weights.award.o, 15.988, 5e-4);
  EXPECT_EQ(weights.institution, ClassPair{});
  const Score result = score(weights.sum(), levels, model);
  EXPECT_NEAR(result.a, 18.733, 1e-3);
  EXPECT_NEAR(result.b, 28.670 + kNamed, 1e-3);
  EXPECT_NEAR(result.log_odds, 9.936 + kNamed, 1e-3);
  EXPECT_NEAR(probability(result.log_odds - kNamed), 0.99898, 1e-5);
}

TEST(LinkageScore, T06AddsUpTheSameMatchWithoutAward) {
  const Model model = tables_of_the_specification();
  Levels levels = worked_pair();
  levels.award = AwardLevel::none;
  levels.award_u = .6;
  const Weights weights = weigh(levels, model);
  EXPECT_NEAR(weights.award.s, .093, 5e-4);
  EXPECT_NEAR(weights.award.o, -.152, 5e-4);
  const Score result = score(weights.sum(), levels, model);
  EXPECT_NEAR(result.a, 11.648, 1e-3);
  EXPECT_NEAR(result.b, 14.143 + kNamed, 1e-3);
  EXPECT_NEAR(result.log_odds, 2.495 + kNamed, 1e-3);
  EXPECT_NEAR(probability(result.log_odds - kNamed), 0.8493, 5e-4);
}

// By hand, with the compiled-in tables: topic log2(61 / 999 / .002) and
// log2(118 / 999.04 / .002); date of S log2(.7 + .3 * .36 / .10); award
// log2(.0026 / 2e-6); prior of O log2(3.5 / 1e6 / .9775); authors and funder as
// in the specification.
TEST(LinkageScore, AddsUpTheAwardedMatchWithTheCompiledInTables) {
  const Levels levels = worked_pair();
  const Model model;
  const Weights weights = weigh(levels, model);
  EXPECT_NEAR(weights.text.s, 4.932, 5e-4);
  EXPECT_NEAR(weights.text.o, 5.884, 5e-4);
  EXPECT_NEAR(weights.date.s, .832, 5e-4);
  EXPECT_NEAR(weights.date.o, 1.848, 5e-4);
  EXPECT_NEAR(weights.award.s, 10.344, 5e-4);
  EXPECT_NEAR(weights.award.o, 15.988, 5e-4);
  const Score result = score(weights.sum(), levels, model);
  EXPECT_NEAR(result.a, 21.339, 1e-3);
  EXPECT_NEAR(result.b, 29.642, 1e-3);
  EXPECT_NEAR(result.log_odds, 8.303, 1e-3);
}

TEST(LinkagePrior, ExpectsOutputsWithAnAuthorWhomThePlanNames) {
  const Model model;
  Levels levels;
  levels.works = 1e6;
  const auto outputs = [&](std::size_t authors) {
    levels.authors.resize(authors);
    return std::exp2(prior(levels, model).o) * 1e6;
  };
  EXPECT_NEAR(outputs(0), 3.5, 1e-9);
  EXPECT_NEAR(outputs(1) * .85, 3.5, 1e-9);
  EXPECT_NEAR(outputs(2) * (1 - .15 * .15), 3.5, 1e-9);
  EXPECT_NEAR(outputs(50), 3.5, 1e-9);
  EXPECT_NEAR(std::exp2(prior(levels, model).s) * 1e6, 10, 1e-9);
  EXPECT_NEAR(named_chance(1e-12, 2), 2e-12, 1e-20);
}

// However short or far away the project: other work of the team may be of its
// time, so a date alone never says more than log2(1 / .3).
TEST(LinkageDates, SayLittleAgainstOtherWorkOfTheTeam) {
  const Model model;
  Levels levels;
  levels.has_date = true;
  levels.date_f[3] = 1;
  double before = -1e9;
  for (const double g : {.5, .1, 1e-2, 1e-4, 1e-9}) {
    levels.date_g.fill((1 - g) / 7);
    levels.date_g[3] = g;
    const ClassPair weight = date_weight(levels, model);
    EXPECT_LT(weight.o - weight.s, std::log2(1 / .3)) << g;
    EXPECT_GT(weight.o - weight.s, before) << g;
    before = weight.o - weight.s;
  }
}

// ------------------------------------------------------- the slow evaluator

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  int below(int n) {
    return static_cast<int>(engine_() % static_cast<std::uint64_t>(n));
  }
  double unit() { return static_cast<double>(engine_() >> 11) / 0x1p53; }
  double chance() { return std::exp2(-20 * unit()); }

 private:
  std::mt19937_64 engine_;
};

DateTable shares(Dice& dice) {
  DateTable table{};
  double sum = 0;
  for (auto& value : table) sum += value = dice.unit() + 1e-3;
  for (auto& value : table) value /= sum;
  return table;
}

Levels random_levels(Dice& dice) {
  Levels levels;
  levels.works = std::exp2(8 + 20 * dice.unit());
  for (int i = dice.below(8); i > 0; --i) {
    const auto level = static_cast<NameLevel>(dice.below(kNameLevels));
    levels.authors.push_back(
        {level, level == NameLevel::none ? 1 : dice.chance(), 0});
  }
  levels.text_condition = dice.below(kConditions);
  levels.text_bin = dice.below(kTextBins + 1) - 1;
  levels.text_u = dice.chance();
  levels.has_date = dice.below(3) > 0;
  levels.open_end = dice.below(2) > 0;
  levels.date_f = shares(dice);
  levels.date_g = shares(dice);
  levels.funder = static_cast<Agreement>(dice.below(3));
  levels.funder_u = dice.chance();
  levels.institution = static_cast<Agreement>(dice.below(3));
  levels.institution_u = dice.chance();
  levels.award = static_cast<AwardLevel>(dice.below(kAwardLevels));
  levels.award_u = dice.chance();
  levels.funded = dice.below(5) == 0;
  levels.funded_u = dice.chance();
  levels.relation = static_cast<RelationLevel>(dice.below(kRelationLevels));
  levels.relation_u = dice.chance();
  return levels;
}

// Probabilities, not weights: P(all levels | class) and P(all levels | chance)
// multiplied out in wide numbers; the class shares by Bayes.
struct SlowScore {
  long double s = 1, o = 1;  // likelihood ratio against chance
  void times(long double m_s, long double m_o, long double u) {
    s *= m_s / u;
    o *= m_o / u;
  }
};

void slow_date(const Levels& levels, const Model& model, SlowScore& slow) {
  // With no end the last three bins are one.
  std::vector<std::array<long double, 4>> bins;  // f, g, m, h * g
  for (std::size_t b = 0; b < kDateBins; ++b) {
    const long double g = levels.date_g[b];
    const std::array<long double, 4> bin{levels.date_f[b], g, model.date_o[b],
                                         model.date_s[b] * g};
    if (levels.open_end && b > 5) {
      for (std::size_t i = 0; i < 4; ++i) bins.back()[i] += bin[i];
    } else {
      bins.push_back(bin);
    }
  }
  long double o = 0, s = 0, team = 0;
  for (const auto& [f, g, m, hg] : bins) {
    o += f * m / g;
    s += f * hg / g;
    team += hg;
  }
  const long double during = model.date_during;
  slow.times((1 - during) * s / team + during * o, o, 1);
}

double slow_log_odds(const Levels& levels, const Model& model) {
  SlowScore slow;
  for (const auto& author : levels.authors) {
    const long double a = model.author_a[static_cast<int>(author.level)];
    slow.times((1 - model.q.s) * author.u + model.q.s * a,
               (1 - model.q.o) * author.u + model.q.o * a, author.u);
  }
  if (levels.text_bin >= 0) {
    slow.times(model.text_s[levels.text_condition][levels.text_bin],
               model.text_o[levels.text_condition][levels.text_bin],
               levels.text_u);
  }
  if (levels.has_date) slow_date(levels, model, slow);
  const auto organisation = [&](Agreement level, const ClassPair& m, double u) {
    if (level == Agreement::agree) slow.times(m.s, m.o, u);
    if (level == Agreement::disagree) slow.times(1 - m.s, 1 - m.o, u);
  };
  organisation(levels.funder, model.funder, levels.funder_u);
  organisation(levels.institution, model.institution, levels.institution_u);
  if (levels.award != AwardLevel::unusable) {
    const auto& m = model.award[static_cast<int>(levels.award)];
    slow.times(m.s, m.o, levels.award_u);
  }
  if (levels.funded)
    slow.times(model.funded.s, model.funded.o, levels.funded_u);
  if (levels.relation != RelationLevel::none) {
    const auto& m = model.relation[static_cast<int>(levels.relation)];
    slow.times(m.s, m.o, levels.relation_u);
  }
  const long double tau = model.tau;
  const long double share_s =
      std::pow(slow.s, tau) * model.lambda.s / levels.works;
  // That nobody of the plan is on an output, multiplied out.
  long double nobody = levels.authors.empty() ? 0 : 1;
  for (std::size_t i = 0; i < levels.authors.size(); ++i)
    nobody *= 1 - static_cast<long double>(model.q.o);
  const long double share_o =
      std::pow(slow.o, tau) * model.lambda.o / levels.works / (1 - nobody);
  return static_cast<double>(std::log2(share_o / (1 + share_s)));
}

// Also test 7: the two sums of the explanation.
TEST(LinkageScore, T07EqualsASlowEvaluatorOnTenThousandPairs) {
  Dice dice(20261126);
  Model model;
  for (int i = 0; i < 10'000; ++i) {
    if (i % 100 == 0) {
      model.tau = .5 + .5 * dice.unit();
      model.lambda = {1 + 20 * dice.unit(), 1 + 5 * dice.unit()};
      model.q = {.1 + .5 * dice.unit(), .6 + .3 * dice.unit()};
      model.date_s = shares(dice);
      model.date_during = dice.unit();
    }
    const Levels levels = random_levels(dice);
    const Weights weights = weigh(levels, model);
    const Score fast = score(weights.sum(), levels, model);
    ASSERT_NEAR(fast.log_odds, slow_log_odds(levels, model), 1e-9) << i;
    const double x = fast.b, y = fast.b - fast.a;
    const double both =
        x < y ? x - log2_one_plus(x - y) : y - log2_one_plus(y - x);
    ASSERT_NEAR(fast.log_odds, both, 1e-9) << i;
  }
}

// --------------------------------------------------------------- properties

double log_odds(const Levels& levels) {
  const Model model;
  return score(weigh(levels, model).sum(), levels, model).log_odds;
}

TEST(LinkageScore, T08FallsWithAnAbsentAuthorOfThePlan) {
  Dice dice(8);
  for (int i = 0; i < 1'000; ++i) {
    Levels levels = random_levels(dice);
    const double before = log_odds(levels);
    levels.authors.push_back({});
    EXPECT_LT(log_odds(levels), before);
  }
}

TEST(LinkageScore, T08NeverFallsWithARarerName) {
  Levels levels = worked_pair();
  double before = -1e9;
  for (int count = 100'000; count >= 1; count /= 3) {
    levels.authors[0].u = u_of(count, 6);
    EXPECT_GE(log_odds(levels), before) << count;
    before = log_odds(levels);
  }
}

TEST(LinkageScore, T08NeverFallsWithACloserTopic) {
  Levels levels = worked_pair();
  for (int condition = 0; condition < 4; ++condition) {
    levels.text_condition = condition;
    double before = -1e9;
    for (std::size_t bin = 0; bin < kTextBins; ++bin) {
      levels.text_bin = static_cast<int>(bin);
      levels.text_u = measured_text_u()[bin];
      EXPECT_GE(log_odds(levels), before) << condition << " " << bin;
      before = log_odds(levels);
    }
  }
}

Model two_classes() {
  Model model;
  model.lambda.s = 1e-12;
  return model;
}

TEST(LinkageScore, T14CallsOtherWorkOfTheTeamNoOutput) {
  Dice dice(14);
  for (int i = 0; i < 200; ++i) {
    Levels levels;
    levels.works = 1e6;
    for (int author = 0; author < 6; ++author) {
      levels.authors.push_back(
          {NameLevel::full, u_of(1 + dice.below(500), 6), author});
    }
    levels.text_condition = 3;
    levels.text_bin = dice.below(5);  // z below 1
    levels.text_u =
        measured_text_u()[static_cast<std::size_t>(levels.text_bin)];
    levels.has_date = true;
    levels.date_f[0] = 1;  // more than three years before the start
    levels.date_g.fill(.3 / 7);
    levels.date_g[0] = .7;
    EXPECT_LT(probability(log_odds(levels)), .05);
    // Without the class of the same people everything of the team is sure.
    EXPECT_GT(
        probability(score(weigh(levels, Model()).sum(), levels, two_classes())
                        .log_odds),
        .99);
  }
}

TEST(LinkageScore, T16CallsOneCommonInitialChance) {
  Levels levels;
  levels.works = 1e6;
  levels.authors = {{NameLevel::initial, u_of(800, 6), 0}, {}};
  levels.award = AwardLevel::none;
  levels.award_u = .6;
  EXPECT_LT(probability(log_odds(levels)), .01);
}

TEST(TextBin, PutsAnEdgeIntoTheUpperBin) {
  const struct {
    double z;
    std::size_t bin;
  } table[] = {{-9, 0}, {-1, 1}, {0, 3}, {2.99, 8}, {3, 9}, {13, 15}, {99, 15}};
  for (const auto& row : table) EXPECT_EQ(text_bin(row.z), row.bin) << row.z;
}

TEST(Calibrated, NeverReachesZeroOrOne) {
  const Model model;
  EXPECT_EQ(calibrated(99, model), 1 - 1e-6);
  EXPECT_EQ(calibrated(-99, model), 1e-6);
  EXPECT_NEAR(calibrated(0, model), .5, 1e-15);
}

TEST(NameChance, KeepsItsDigitsForRareNames) {
  EXPECT_NEAR(name_chance(1, 1e9, 1) * 1e9, 1, 1e-9);
  EXPECT_EQ(name_chance(10, 5, 3), 1);
  EXPECT_EQ(name_chance(0, 100, 1), name_chance(1, 100, 1));
}

TEST(LinkageDates, T09SpreadAYearOverTheProjectStart) {
  const text::Day start = text::to_day(2018, 7, 2);  // day 182 of 365
  const std::array<text::Day, kDateBins - 1> edges{
      start - 1095, start - 365,  start,       start + 547,
      start + 1095, start + 1460, start + 2190};
  const auto f = interval_shares(
      {text::to_day(2018, 1, 1), text::to_day(2018, 12, 31)}, edges);
  double sum = 0;
  for (const double share : f) sum += share;
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_NEAR(f[2], 182.0 / 365, 1e-12);
  EXPECT_NEAR(f[3], 183.0 / 365, 1e-12);
  const Model model;
  const auto weight = [&](const DateTable& shares) {
    Levels levels;
    levels.has_date = true;
    levels.date_g.fill(.125);
    levels.date_f = shares;
    return date_weight(levels, model).o;
  };
  DateTable before{}, after{};
  before[2] = after[3] = 1;
  EXPECT_GT(weight(f), weight(before));
  EXPECT_LT(weight(f), weight(after));
}

}  // namespace
}  // namespace dmp::match::linkage
