#pragma once

#include "match/linkage_learn.h"

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

// For tests only.
namespace dmp::match::linkage {

// Draws pairs from a model: what learning should find again.
class PairMaker {
 public:
  PairSet set(int plans, bool outputs, int of_team = 10) {
    PairSet set;
    set.searched = plans;
    set.chance.fill(measured_text_u());
    for (int i = 0; i < plans; ++i) {
      PlanPairs plan;
      plan.plan_doi = "10.48321/p" + std::to_string(1000 + i);
      for (int j = 0; outputs && j < 3; ++j) add(plan, Kind::output);
      for (int j = 0; j < of_team; ++j) add(plan, Kind::team);
      for (int j = 0; j < kChancePairs; ++j) add(plan, Kind::chance);
      set.plans.push_back(std::move(plan));
    }
    return set;
  }
  Labels truth;

 private:
  enum class Kind : std::uint8_t { chance, team, output };
  static constexpr int kChancePairs = 12;
  static constexpr std::size_t kAuthors = 3;

  bool chance_of(double p) { return uniform_(random_) < p; }
  template <class Row>
  std::size_t drawn(const Row& row) {
    std::discrete_distribution<int> draw(row.begin(), row.end());
    return static_cast<std::size_t>(draw(random_));
  }

  // Drawn until the work bears one of the plan's names: no list shows others.
  std::vector<AuthorLevel> authors(Kind kind) {
    std::vector<AuthorLevel> list(kAuthors);
    if (kind == Kind::chance) {
      list[0] = {NameLevel::initial, .01, 0};
      return list;
    }
    for (bool named = false; !named;) {
      for (auto& author : list) {
        author = {};
        if (!chance_of(kind == Kind::output ? .85 : .40)) continue;
        author = {NameLevel::full, 1e-5, 0};
        named = true;
      }
    }
    return list;
  }

  void add(PlanPairs& plan, Kind kind) {
    const Model model;
    const bool output = kind == Kind::output;
    Levels levels;
    // As many chance pairs by a common initial as such a collection has.
    levels.works = kChancePairs / .01;
    levels.authors = authors(kind);
    levels.text_condition = 3;
    levels.text_bin = static_cast<int>(
        kind == Kind::chance
            ? drawn(measured_text_u())
            : drawn(output ? model.text_o[3] : model.text_s[3]));
    levels.text_u =
        measured_text_u()[static_cast<std::size_t>(levels.text_bin)];
    levels.has_date = true;
    levels.date_g.fill(1.0 / kDateBins);
    const bool during =
        output || (kind == Kind::team && chance_of(model.date_during));
    levels.date_f[drawn(during ? model.date_o : levels.date_g)] = 1;
    const bool funded = chance_of(output               ? .85
                                  : kind == Kind::team ? .40
                                                       : .06);
    levels.funder = funded ? Agreement::agree : Agreement::disagree;
    levels.funder_u = funded ? .06 : .94;
    plan.groups.cluster.push_back(plan.levels.size());
    plan.groups.lifts.emplace_back();
    plan.dois.push_back("10.5555/" + std::to_string(10'000 + next_++));
    truth[{plan.plan_doi, plan.dois.back()}] = output;
    plan.levels.push_back(std::move(levels));
    plan.log_odds.push_back(0);
    plan.probability.push_back(0);
    plan.types.emplace_back(output ? "ARTICLE" : "DATASET");
    plan.years.push_back(kind == Kind::chance ? 0 : 2019);
  }

  std::mt19937 random_{42};
  std::uniform_real_distribution<double> uniform_{0, 1};
  int next_ = 0;
};

}  // namespace dmp::match::linkage
