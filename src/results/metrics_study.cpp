#include "results/metrics_study.h"

#include "base/json_writer.h"
#include "results/csv.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

namespace dmp::results {
namespace {

constexpr std::size_t kResamples = 1'000, kPermutations = 10'000;
constexpr std::uint64_t kSeed = 42;

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(values.size());
}

// A number below `count`; the distributions of the standard differ between
// libraries, the generator does not.
std::size_t below(std::mt19937_64& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

struct Column {
  std::string name;
  std::vector<double> values;  // by plan, ascending DOI
};

std::vector<Column> columns_of(const Metrics& metrics) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < metrics.all.at.size(); ++i) {
    const int k = metrics.all.at[i].k;
    for (const auto& [name, field] : {std::pair{"map", &MetricsAt::map},
                                      {"ndcg", &MetricsAt::ndcg},
                                      {"precision", &MetricsAt::precision},
                                      {"recall", &MetricsAt::recall}}) {
      Column column{fmt::format("{}@{}", name, k), {}};
      for (const auto& plan : metrics.plans)
        column.values.push_back(plan.metrics.at[i].*field);
      columns.push_back(std::move(column));
    }
  }
  Column mrr{"mrr", {}};
  for (const auto& plan : metrics.plans) mrr.values.push_back(plan.metrics.mrr);
  columns.push_back(std::move(mrr));
  return columns;
}

void compare(const Metrics& metrics, const Column& column,
             const MetricsTable& other, StudiedMetric& studied) {
  std::vector<double> theirs, differences;
  for (std::size_t i = 0; i < metrics.plans.size(); ++i) {
    const auto plan = other.find(metrics.plans[i].dmp_doi);
    if (plan == other.end()) continue;
    const auto value = plan->second.find(column.name);
    if (value == plan->second.end()) return;  // another k, or the CSV lacks it
    theirs.push_back(value->second);
    differences.push_back(column.values[i] - value->second);
  }
  studied.compared = theirs.size();
  studied.other_mean = mean_of(theirs);
  studied.difference = paired_difference(differences);
}

double share(const BandMetrics& band) {
  return band.listed == 0 ? 0
                          : static_cast<double>(band.relevant) /
                                static_cast<double>(band.listed);
}

}  // namespace

Interval bootstrap(const std::vector<double>& values) {
  Interval interval{mean_of(values), 0, 0};
  if (values.empty()) return interval;
  std::mt19937_64 random(kSeed);
  std::vector<double> means(kResamples);
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      sum += values[below(random, values.size())];
    mean = sum / static_cast<double>(values.size());
  }
  std::sort(means.begin(), means.end());
  interval.low = means[kResamples * 25 / 1000];
  interval.high = means[kResamples * 975 / 1000 - 1];
  return interval;
}

Difference paired_difference(const std::vector<double>& differences) {
  Difference difference{mean_of(differences), 1};
  if (differences.empty()) return difference;
  const double sum =
      std::accumulate(differences.begin(), differences.end(), 0.0);
  // Sums of the same numbers in another order may differ in the last bits.
  const double least = std::abs(sum) * (1 - 1e-12);
  std::mt19937_64 random(kSeed);
  std::size_t as_far = 0;
  for (std::size_t i = 0; i < kPermutations; ++i) {
    double flipped = 0;
    std::uint64_t signs = 0;
    for (std::size_t plan = 0; plan < differences.size(); ++plan) {
      if (plan % 64 == 0) signs = random();
      flipped += (signs >> (plan % 64) & 1) != 0 ? differences[plan]
                                                 : -differences[plan];
    }
    if (std::abs(flipped) >= least) ++as_far;
  }
  difference.p = static_cast<double>(1 + as_far) / (1 + kPermutations);
  return difference;
}

Result<MetricsTable> read_metrics_csv(const std::filesystem::path& path) {
  DMP_ASSIGN(std::string text, storage::read_file(path));
  CsvReader csv(std::move(text));
  std::vector<std::string> header, fields;
  csv.next(header);
  if (header.size() < 4 || header[0] != "dmp_doi") {
    return Error{ErrorCode::corrupt_input,
                 path.string() + ": not the metrics of rank-metrics"};
  }
  MetricsTable table;
  while (csv.next(fields)) {
    if (fields[0] == "all") continue;
    if (fields.size() != header.size()) {
      return Error{ErrorCode::corrupt_input,
                   fmt::format("{}: line {}: {} fields, not {}", path.string(),
                               csv.line(), fields.size(), header.size())};
    }
    auto& row = table[fields[0]];
    for (std::size_t i = 3; i < fields.size(); ++i) {
      const char* end = fields[i].data() + fields[i].size();
      const auto read = std::from_chars(fields[i].data(), end, row[header[i]]);
      if (read.ec == std::errc() && read.ptr == end) continue;
      return Error{ErrorCode::corrupt_input,
                   fmt::format("{}: line {}: {} is no number", path.string(),
                               csv.line(), header[i])};
    }
  }
  return table;
}

MetricsStudy study(const Metrics& metrics, const MetricsTable* other) {
  MetricsStudy studied;
  studied.plans = metrics.plans.size();
  for (const auto& column : columns_of(metrics)) {
    StudiedMetric metric{column.name, bootstrap(column.values), 0, 0, {}};
    if (other != nullptr) compare(metrics, column, *other, metric);
    studied.metrics.push_back(std::move(metric));
  }
  if (other == nullptr) return studied;
  std::size_t both = 0;
  for (const auto& plan : metrics.plans)
    both += other->contains(plan.dmp_doi) ? 1U : 0U;
  studied.not_in_other = studied.plans - both;
  studied.only_in_other = other->size() - both;
  return studied;
}

std::string study_text(const Metrics& metrics, const MetricsStudy& study) {
  std::string text =
      fmt::format("{} plans with known works, {} works, {} of them found\n",
                  study.plans, metrics.outputs, metrics.found);
  for (const auto& metric : study.metrics) {
    text += fmt::format("{:<14} {:.4f}  (95 %: {:.4f} to {:.4f})", metric.name,
                        metric.interval.mean, metric.interval.low,
                        metric.interval.high);
    if (metric.compared > 0) {
      text += fmt::format("  other {:.4f}, difference {:+.4f}, p {:.4f}",
                          metric.other_mean, metric.difference.mean,
                          metric.difference.p);
    }
    text += "\n";
  }
  for (const auto& [name, band] : {std::pair{"high", &metrics.high},
                                   {"medium or high", &metrics.medium}}) {
    text += fmt::format("band {}: {} listed, {:.4f} of them right\n", name,
                        band->listed, share(*band));
  }
  if (study.not_in_other + study.only_in_other > 0) {
    text += fmt::format(
        "not compared: {} plans that the other run lacks, {} that only it "
        "has\n",
        study.not_in_other, study.only_in_other);
  }
  return text;
}

std::string study_json(const Metrics& metrics, const MetricsStudy& study) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("plans", static_cast<std::int64_t>(study.plans));
  json.member("outputs", static_cast<std::int64_t>(metrics.outputs));
  json.member("found", static_cast<std::int64_t>(metrics.found));
  json.key("metrics").begin_object();
  for (const auto& metric : study.metrics) {
    json.key(metric.name).begin_object();
    json.member("mean", metric.interval.mean);
    json.member("low", metric.interval.low);
    json.member("high", metric.interval.high);
    if (metric.compared > 0) {
      json.member("compared", static_cast<std::int64_t>(metric.compared));
      json.member("other", metric.other_mean);
      json.member("difference", metric.difference.mean);
      json.member("p", metric.difference.p);
    }
    json.end_object();
  }
  json.end_object().key("bands").begin_object();
  for (const auto& [name, band] :
       {std::pair{"high", &metrics.high}, {"medium", &metrics.medium}}) {
    json.key(name).begin_object();
    json.member("listed", band->listed).member("relevant", band->relevant);
    json.member("precision", share(*band)).end_object();
  }
  json.end_object();
  json.member("notInOther", static_cast<std::int64_t>(study.not_in_other));
  json.member("onlyInOther", static_cast<std::int64_t>(study.only_in_other));
  json.end_object();
  return out + "\n";
}

}  // namespace dmp::results
