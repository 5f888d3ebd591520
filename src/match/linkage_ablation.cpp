#include "match/linkage_ablation.h"

#include <array>
#include <cmath>
#include <numeric>

namespace dmp::match::linkage {

namespace {

// The geometric mean of the chances of each level takes the place of all.
void level_chances(PairSet& set) {
  std::array<double, kNameLevels> logs{}, counts{};
  const auto each = [&set](auto&& visit) {
    for (auto& plan : set.plans) {
      for (auto& levels : plan.levels) {
        for (auto& author : levels.authors) {
          if (author.level != NameLevel::none)
            visit(static_cast<std::size_t>(author.level), author.u);
        }
      }
    }
  };
  each([&](std::size_t level, double u) {
    logs[level] += std::log(u);
    counts[level] += 1;
  });
  each([&](std::size_t level, double& u) {
    u = std::exp(logs[level] / counts[level]);
  });
}

void take_second_pass(PlanPairs& plan) {
  std::iota(plan.groups.cluster.begin(), plan.groups.cluster.end(),
            std::size_t{0});
  for (auto& lifts : plan.groups.lifts) lifts.clear();
}

void take_level(Comparison comparison, Levels& levels) {
  switch (comparison) {
    case Comparison::authors:
      levels.authors.clear();
      return;
    case Comparison::text:
      levels.text_bin = -1;
      return;
    case Comparison::date:
      levels.has_date = false;
      return;
    case Comparison::award:
      levels.award = AwardLevel::unusable;
      return;
    case Comparison::funder:
      levels.funder = Agreement::missing;
      return;
    case Comparison::institution:
      levels.institution = Agreement::missing;
      return;
    case Comparison::funded:
      levels.funded = false;
      return;
    case Comparison::named:
      levels.relation = RelationLevel::none;
      return;
    case Comparison::relations:
      levels.funded = false;
      levels.relation = RelationLevel::none;
      return;
    case Comparison::rarity:
    case Comparison::versions:
      return;
  }
}

}  // namespace

std::string_view name_of(Comparison comparison) {
  constexpr std::array<std::string_view, kComparisons> kNames{
      "authors",     "rarity", "text",  "date",     "award",    "funder",
      "institution", "funded", "named", "versions", "relations"};
  return kNames[static_cast<std::size_t>(comparison)];
}

void leave_out(Comparison comparison, PairSet& set) {
  if (comparison == Comparison::rarity) return level_chances(set);
  for (auto& plan : set.plans) {
    if (comparison == Comparison::versions ||
        comparison == Comparison::relations)
      take_second_pass(plan);
    for (auto& levels : plan.levels) take_level(comparison, levels);
  }
}

}  // namespace dmp::match::linkage
