#pragma once

#include "base/result.h"
#include "results/metrics.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace dmp::results {

// A mean over plans and how sure it is.
struct Interval {
  double mean = 0;
  double low = 0, high = 0;  // 2.5 % and 97.5 % of the resampled means
};

// Percentile bootstrap over plans: 1,000 resamples, drawn with a fixed seed, so
// the same values give the same interval. No values: all 0.
// Source: spec ranking.md 6.2.
Interval bootstrap(const std::vector<double>& values);

// Mean of paired differences and whether chance gives as much: a two-sided
// sign-flip permutation test, 10,000 permutations with a fixed seed;
// p = (1 + permutations at least as far from 0) / (1 + permutations).
struct Difference {
  double mean = 0;
  double p = 1;
};
Difference paired_difference(const std::vector<double>& differences);

// A metrics CSV as metrics_csv() writes it: the rows of plans (not `all`), by
// DOI, each value by its column, e.g. "map@10".
using MetricsTable =
    std::map<std::string, std::map<std::string, double, std::less<>>,
             std::less<>>;
// Errors: not_found, io, corrupt_input (line, and what is wrong with it).
Result<MetricsTable> read_metrics_csv(const std::filesystem::path& path);

// One metric of the run judged, and of another one if there is one.
struct StudiedMetric {
  std::string name;  // "map@10", "mrr"
  Interval interval;
  std::size_t compared = 0;  // plans that both runs have; 0: nothing compared
  double other_mean = 0;     // of those plans
  Difference difference;     // this run less the other one
};

struct MetricsStudy {
  std::size_t plans = 0;
  std::size_t not_in_other = 0, only_in_other = 0;  // plans not compared
  std::vector<StudiedMetric>
      metrics;  // by k, each map, ndcg, precision, recall
};

// `other` may be null.
MetricsStudy study(const Metrics& metrics, const MetricsTable* other);

// A table for people; one JSON document with the bands beside it.
std::string study_text(const Metrics& metrics, const MetricsStudy& study);
std::string study_json(const Metrics& metrics, const MetricsStudy& study);

}  // namespace dmp::results
