#pragma once

#include "match/linkage_evaluate.h"
#include "model/match.h"
#include "results/ground_truth.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dmp::results {

// Source of all formulas: spec ranking.md 6.1.
struct MetricsAt {
  int k = 0;
  double map = 0;        // AP@k, divided by all relevant works
  double ndcg = 0;       // gain linear in the label
  double precision = 0;  // divided by k, also when fewer are listed
  double recall = 0;
};

struct RankMetrics {
  std::vector<MetricsAt> at;  // in the order of the ks given
  double mrr = 0;             // 1 / rank of the first relevant; 0 if none
};

// One ranked list, best first: `relevant` says which of its works belong;
// `relevant_total` counts all that do, listed or not.
RankMetrics rank_metrics(const std::vector<bool>& relevant,
                         std::size_t relevant_total,
                         const std::vector<int>& ks);

struct PlanMetrics {
  std::string dmp_doi;
  std::size_t outputs = 0;  // accepted works in the ground truth
  std::size_t found = 0;    // of these, listed at any rank
  RankMetrics metrics;
};

struct BandMetrics {
  std::int64_t listed = 0, relevant = 0;
};

struct Metrics {
  RankMetrics all;                 // mean over all plans of the ground truth
  std::vector<PlanMetrics> plans;  // ascending DOI, also those without a hit
  std::size_t outputs = 0, found = 0;
  BandMetrics high, medium;  // share of the best >= 0.7, >= 0.4
  // Of the probabilities of the listed works; nullopt: they have none.
  std::optional<match::linkage::Judgement> probabilities;
};

// Takes the matches of plans one by one, then gives the metrics. Plans that
// are not in the ground truth, or have no accepted work there, do not count;
// but of the latter the probabilities do, which are all wrong if high.
// Memory: a few numbers a plan. `truth` must outlive it.
class MetricsCollector {
 public:
  MetricsCollector(const GroundTruth& truth, std::vector<int> ks);
  void add(const model::PlanMatches& matches);
  Metrics finish() const;

 private:
  bool is_accepted(const model::PlanMatches& plan,
                   const model::Match& match) const;

  const GroundTruth& truth_;
  std::vector<int> ks_;
  std::map<std::string, PlanMetrics, std::less<>> plans_;
  BandMetrics high_, medium_;
  match::linkage::Tally tally_;
};

// The metrics CSV of ranking.md 6.2: row `all`, then a row a plan. `titles` by
// DOI may lack plans.
std::string metrics_csv(
    const Metrics& metrics,
    const std::map<std::string, std::string, std::less<>>& titles);

}  // namespace dmp::results
