#include "match/linkage_ablation.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace dmp::match::linkage {
namespace {

Levels levels_of(double rarity) {
  Levels levels;
  levels.works = 1e6;
  levels.authors = {{NameLevel::full, rarity, 0}, {NameLevel::none, 1, -1}};
  levels.text_condition = 3;
  levels.text_bin = 13;
  levels.text_u = 1e-4;
  levels.has_date = true;
  levels.date_g.fill(1.0 / kDateBins);
  levels.date_f[3] = 1;
  levels.award = AwardLevel::full_strong;
  levels.award_u = 1e-6;
  levels.funder = levels.institution = Agreement::agree;
  levels.funder_u = levels.institution_u = .01;
  levels.funded = true;
  levels.funded_u = 1e-6;
  levels.relation = RelationLevel::intra_work;
  levels.relation_u = 1e-6;
  return levels;
}

// A plan with a work and its data set, versions of each other.
PairSet pairs() {
  PairSet set;
  PlanPairs plan;
  plan.dois = {"10.5555/a", "10.5555/b"};
  plan.levels = {levels_of(1e-6), levels_of(1e-4)};
  plan.groups.cluster = {0, 0};
  plan.groups.lifts = {{}, {{0, .9}}};
  set.plans.push_back(std::move(plan));
  return set;
}

Weights weights_without(Comparison comparison) {
  PairSet set = pairs();
  leave_out(comparison, set);
  return weigh(set.plans[0].levels[0], {});
}

bool is_zero(const ClassPair& weight) {
  return weight == ClassPair{};
}

TEST(LinkageAblation, TakesOneComparisonAndNoOther) {
  using Part = std::function<ClassPair(const Weights&)>;
  const std::pair<Comparison, Part> table[] = {
      {Comparison::authors, [](const auto& w) { return w.author_sum(); }},
      {Comparison::text, [](const auto& w) { return w.text; }},
      {Comparison::date, [](const auto& w) { return w.date; }},
      {Comparison::award, [](const auto& w) { return w.award; }},
      {Comparison::funder, [](const auto& w) { return w.funder; }},
      {Comparison::institution, [](const auto& w) { return w.institution; }},
      {Comparison::funded, [](const auto& w) { return w.funded; }},
      {Comparison::named, [](const auto& w) { return w.relation; }}};
  for (const auto& [out, ignored] : table) {
    const Weights weights = weights_without(out);
    for (const auto& [other, part] : table)
      EXPECT_EQ(is_zero(part(weights)), other == out)
          << name_of(out) << " and " << name_of(other);
  }
}

// Whether two versions of a work still help each other.
bool has_second_pass(Comparison comparison) {
  PairSet set = pairs();
  leave_out(comparison, set);
  const Groups& groups = set.plans[0].groups;
  const bool united = groups.cluster == std::vector<std::size_t>{0, 0};
  EXPECT_EQ(united, groups.cluster != (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(united, !groups.lifts[1].empty());
  return united;
}

TEST(LinkageAblation, TakesTheSecondPassByItselfOrWithAllRelations) {
  for (std::size_t i = 0; i < kComparisons; ++i) {
    const auto comparison = static_cast<Comparison>(i);
    EXPECT_EQ(has_second_pass(comparison),
              comparison != Comparison::versions &&
                  comparison != Comparison::relations)
        << name_of(comparison);
  }
  const Weights whole = weigh(pairs().plans[0].levels[0], {});
  EXPECT_EQ(weights_without(Comparison::versions).sum(), whole.sum());
}

TEST(LinkageAblation, TakesAllRelationsAtOnce) {
  const Weights weights = weights_without(Comparison::relations);
  EXPECT_TRUE(is_zero(weights.funded));
  EXPECT_TRUE(is_zero(weights.relation));
  EXPECT_FALSE(is_zero(weights.award));
}

TEST(LinkageAblation, WithoutRarityAllNamesOfALevelAreAsCommon) {
  PairSet set = pairs();
  leave_out(Comparison::rarity, set);
  for (const Levels& levels : set.plans[0].levels) {
    EXPECT_NEAR(levels.authors[0].u, 1e-5, 1e-12);
    EXPECT_EQ(levels.authors[1].u, 1);
  }
}

}  // namespace
}  // namespace dmp::match::linkage
