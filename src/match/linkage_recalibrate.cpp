#include "match/linkage_recalibrate.h"

#include "match/linkage_order.h"

#include <cmath>

namespace dmp::match::linkage {

std::vector<double> log_odds_of(const PlanPairs& plan, const Model& model) {
  std::vector<const Levels*> levels;
  for (const auto& one : plan.levels) levels.push_back(&one);
  std::vector<double> odds;
  for (const auto& one : second_pass(levels, plan.groups, model))
    odds.push_back(one.log_odds);
  return odds;
}

namespace {

struct Judged {
  double x = 0;  // L * ln 2
  double y = 0;
};

// Judged pairs of the plans of which everything shown was judged.
std::vector<Judged> judged_pairs(const PairSet& set, const Labels& labels,
                                 const Model& model) {
  constexpr double kMostOdds = 20, kShown = .01;
  std::vector<Judged> all;
  for (const auto& plan : set.plans) {
    const auto odds = log_odds_of(plan, model);
    std::vector<Judged> own;
    bool complete = true;
    for (std::size_t i = 0; i < odds.size(); ++i) {
      const auto found = labels.find({plan.plan_doi, plan.dois[i]});
      if (found == labels.end()) {
        complete = complete && plan.probability[i] < kShown;
      } else if (std::abs(odds[i]) < kMostOdds) {
        own.push_back({odds[i] * M_LN2, found->second ? 1.0 : 0.0});
      }
    }
    if (complete) all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

// p' = sigma(a x + b), penalised towards a = 1, b = 0; Newton's method.
void fit(const std::vector<Judged>& judged, Model& model) {
  constexpr double kPenaltyA = 100, kPenaltyB = 4, kLeastA = .05;
  double a = 1, b = 0;
  for (int step = 0; step < 50; ++step) {
    double ga = kPenaltyA * (a - 1), gb = kPenaltyB * b;
    double haa = kPenaltyA, hab = 0, hbb = kPenaltyB;
    for (const auto& [x, y] : judged) {
      const double p = 1 / (1 + std::exp(-(a * x + b)));
      const double w = p * (1 - p);
      ga += (p - y) * x;
      gb += p - y;
      haa += w * x * x;
      hab += w * x;
      hbb += w;
    }
    const double det = haa * hbb - hab * hab;
    const double da = (hbb * ga - hab * gb) / det;
    const double db = (haa * gb - hab * ga) / det;
    a = std::max(a - da, kLeastA);
    b -= db;
    if (std::abs(da) + std::abs(db) < 1e-10) break;
  }
  model.platt_a = a;
  model.platt_b = b;
}

}  // namespace

bool recalibrate(const PairSet& set, const Labels& labels, Model& model) {
  const auto judged = judged_pairs(set, labels, meeting(model, set.chance));
  if (judged.empty()) return false;
  fit(judged, model);
  return true;
}

}  // namespace dmp::match::linkage
