#include "results/metrics.h"

#include "results/csv.h"
#include "results/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace dmp::results {
namespace {

double discount(std::size_t rank) {
  return 1.0 / std::log2(static_cast<double>(rank) + 1.0);
}

MetricsAt metrics_at(const std::vector<bool>& relevant,
                     std::size_t relevant_total, int k) {
  MetricsAt at;
  at.k = k;
  const std::size_t depth =
      std::min(static_cast<std::size_t>(std::max(k, 0)), relevant.size());
  const std::size_t ideal_depth =
      std::min(static_cast<std::size_t>(std::max(k, 0)), relevant_total);
  double hits = 0, precisions = 0, gain = 0, ideal = 0;
  for (std::size_t rank = 1; rank <= depth; ++rank) {
    if (!relevant[rank - 1]) continue;
    hits += 1;
    precisions += hits / static_cast<double>(rank);
    gain += discount(rank);
  }
  for (std::size_t rank = 1; rank <= ideal_depth; ++rank) {
    ideal += discount(rank);
  }
  if (relevant_total > 0) {
    at.map = precisions / static_cast<double>(relevant_total);
    at.recall = hits / static_cast<double>(relevant_total);
  }
  if (ideal > 0) at.ndcg = gain / ideal;
  if (k > 0) at.precision = hits / k;
  return at;
}

std::size_t count_accepted(const GroundTruth::Works& works) {
  return static_cast<std::size_t>(std::count_if(
      works.begin(), works.end(),
      [](const auto& work) { return work.second == Verdict::accepted; }));
}

void add_mean(RankMetrics& all, const RankMetrics& one, double plans) {
  all.mrr += one.mrr / plans;
  for (std::size_t i = 0; i < all.at.size(); ++i) {
    all.at[i].map += one.at[i].map / plans;
    all.at[i].ndcg += one.at[i].ndcg / plans;
    all.at[i].precision += one.at[i].precision / plans;
    all.at[i].recall += one.at[i].recall / plans;
  }
}

std::string metrics_fields(const RankMetrics& metrics) {
  std::string text;
  for (const MetricsAt& at : metrics.at) {
    text +=
        fmt::format(",{},{},{},{}", at.map, at.ndcg, at.precision, at.recall);
  }
  return text + "\n";
}

}  // namespace

RankMetrics rank_metrics(const std::vector<bool>& relevant,
                         std::size_t relevant_total,
                         const std::vector<int>& ks) {
  RankMetrics metrics;
  for (const int k : ks) {
    metrics.at.push_back(metrics_at(relevant, relevant_total, k));
  }
  const auto first = std::find(relevant.begin(), relevant.end(), true);
  if (first != relevant.end()) {
    metrics.mrr = 1.0 / static_cast<double>(first - relevant.begin() + 1);
  }
  return metrics;
}

MetricsCollector::MetricsCollector(const GroundTruth& truth,
                                   std::vector<int> ks)
    : truth_(truth), ks_(std::move(ks)) {
  for (const auto& [doi, works] : truth_.plans()) {
    const std::size_t outputs = count_accepted(works);
    if (outputs == 0) continue;
    plans_[doi] = {doi, outputs, 0, rank_metrics({}, outputs, ks_)};
  }
}

bool MetricsCollector::is_accepted(const model::PlanMatches& plan,
                                   const model::Match& match) const {
  return truth_.verdict(plan.plan_doi, match.work.doi) == Verdict::accepted;
}

void MetricsCollector::add(const model::PlanMatches& matches) {
  // A plan without outputs has none to find, but its probabilities are judged.
  if (truth_.plans().count(matches.plan_doi) > 0) {
    for (const model::Match& match : matches.works) {
      if (match.linkage)
        tally_.add(match.linkage->probability, is_accepted(matches, match));
    }
  }
  const auto plan = plans_.find(matches.plan_doi);
  if (plan == plans_.end()) return;
  std::vector<bool> relevant;
  std::size_t found = 0;
  for (const model::Match& match : matches.works) {
    const bool is_relevant = is_accepted(matches, match);
    relevant.push_back(is_relevant);
    found += is_relevant ? 1U : 0U;
    const Band band = band_of(match.score, matches.score_max);
    if (band == Band::low) continue;
    ++medium_.listed;
    medium_.relevant += is_relevant ? 1 : 0;
    if (band == Band::medium) continue;
    ++high_.listed;
    high_.relevant += is_relevant ? 1 : 0;
  }
  plan->second.found = found;
  plan->second.metrics = rank_metrics(relevant, plan->second.outputs, ks_);
}

Metrics MetricsCollector::finish() const {
  Metrics metrics;
  metrics.high = high_;
  metrics.medium = medium_;
  for (const int k : ks_) metrics.all.at.push_back({k, 0, 0, 0, 0});
  for (const auto& [doi, plan] : plans_) {
    metrics.outputs += plan.outputs;
    metrics.found += plan.found;
    add_mean(metrics.all, plan.metrics, static_cast<double>(plans_.size()));
    metrics.plans.push_back(plan);
  }
  if (tally_.pairs() > 0) {
    metrics.probabilities =
        tally_.judgement("all", static_cast<std::int64_t>(metrics.outputs));
  }
  return metrics;
}

std::string metrics_csv(
    const Metrics& metrics,
    const std::map<std::string, std::string, std::less<>>& titles) {
  std::string text = "dmp_doi,dmp_title,n_outputs";
  for (const MetricsAt& at : metrics.all.at) {
    text += fmt::format(",map@{0},ndcg@{0},precision@{0},recall@{0}", at.k);
  }
  text += "\nall,," + metrics_fields(metrics.all);
  for (const PlanMetrics& plan : metrics.plans) {
    const auto title = titles.find(plan.dmp_doi);
    text += fmt::format(
        "{},{},{}{}", csv_field(plan.dmp_doi),
        title == titles.end() ? std::string() : csv_field(title->second),
        plan.outputs, metrics_fields(plan.metrics));
  }
  return text;
}

}  // namespace dmp::results
