#include "match/linkage_text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace dmp::match::linkage {

namespace {

constexpr double kK1 = 1.2, kB = .75;

double saturation(double frequency, double length, double mean) {
  return frequency / (frequency + kK1 * (1 - kB + kB * length / mean));
}

}  // namespace

std::vector<std::pair<std::string, double>> text_terms(
    const std::vector<std::string>& tokens, const TermTable& table,
    const CollectionCounts& counts) {
  constexpr std::size_t kMostTokens = 5'000;
  constexpr double kMostFrequency = 3;
  std::map<std::string, double> frequencies;
  for (std::size_t i = 0; i < std::min(tokens.size(), kMostTokens); ++i)
    ++frequencies[tokens[i]];
  const std::int64_t documents =
      std::max(counts.title.documents, counts.abstract_text.documents);
  std::vector<std::pair<std::string, double>> terms;
  for (const auto& [term, frequency] : frequencies) {
    const auto found = table.find(term);
    if (found == table.end()) continue;
    const std::int64_t works =
        std::max(found->second.title, found->second.abstract_text);
    if (works <= 0) continue;
    const auto idf = static_cast<double>(inverse_frequency(works, documents));
    terms.emplace_back(term,
                       idf * std::sqrt(std::min(frequency, kMostFrequency)));
  }
  return terms;
}

std::vector<std::string> rarest_terms(
    const std::vector<std::pair<std::string, double>>& terms,
    const TermTable& table) {
  constexpr std::size_t kMostTerms = 12;
  std::vector<std::pair<std::int64_t, std::string>> by_works;
  for (const auto& [term, weight] : terms) {
    const auto& counts = table.at(term);
    by_works.emplace_back(std::max(counts.title, counts.abstract_text), term);
  }
  std::sort(by_works.begin(), by_works.end());
  by_works.resize(std::min(by_works.size(), kMostTerms));
  std::vector<std::string> rarest;
  for (auto& [works, term] : by_works) rarest.push_back(std::move(term));
  std::sort(rarest.begin(), rarest.end());
  return rarest;
}

bool title_has_rare_term(const PlanText& plan, WorkView& work) {
  const auto& title = work.terms(TextField::title).frequency;
  return std::any_of(plan.rarest.begin(), plan.rarest.end(),
                     [&](const auto& term) { return title.contains(term); });
}

double mean_length(const CollectionCounts& counts) {
  const auto works = static_cast<double>(std::max<std::int64_t>(
      1, std::max(counts.title.documents, counts.abstract_text.documents)));
  const auto tokens =
      static_cast<double>(counts.title.tokens + counts.abstract_text.tokens);
  return std::max(1.0, tokens / works);
}

double text_score(const PlanText& plan, WorkView& work, double mean) {
  const auto& title = work.terms(TextField::title);
  const auto& abstract = work.terms(TextField::abstract_text);
  const double length = static_cast<double>(title.tokens) + abstract.tokens;
  double sum = 0;
  for (const auto& [term, weight] : plan.terms) {
    double frequency = 0;
    for (const auto* field : {&title, &abstract}) {
      const auto found = field->frequency.find(term);
      if (found != field->frequency.end()) frequency += found->second;
    }
    if (frequency > 0) sum += weight * saturation(frequency, length, mean);
  }
  return sum;
}

NullSample::NullSample(const std::vector<sql::SampleWork>& works, double mean) {
  text::Analyser analyser;
  for (const auto& work : works) {
    const auto& tokens = analyser.analyse(work.text);
    if (tokens.empty()) continue;
    const auto position = static_cast<std::uint32_t>(has_abstract_.size());
    has_abstract_.push_back(work.has_abstract);
    std::map<std::string, double> frequencies;
    for (const auto& token : tokens) ++frequencies[std::string(token.term)];
    for (const auto& [term, frequency] : frequencies) {
      postings_[term].push_back(
          {position,
           saturation(frequency, static_cast<double>(tokens.size()), mean)});
    }
  }
}

std::vector<double> NullSample::scores(const PlanText& plan) const {
  std::vector<double> sums(has_abstract_.size(), 0);
  for (const auto& [term, weight] : plan.terms) {
    const auto found = postings_.find(term);
    if (found == postings_.end()) continue;
    for (const auto& posting : found->second)
      sums[posting.work] += weight * posting.saturation;
  }
  return sums;
}

void NullSample::measure(PlanText& plan) const {
  const auto sums = scores(plan);
  for (std::size_t kind = 0; kind < 2; ++kind) {
    double n = 0, sum = 0, squares = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (has_abstract_[i] != (kind == 1)) continue;
      n += 1;
      sum += sums[i];
      squares += sums[i] * sums[i];
    }
    plan.mean[kind] = n > 0 ? sum / n : 0;
    const double variance =
        n > 0 ? squares / n - plan.mean[kind] * plan.mean[kind] : 0;
    plan.deviation[kind] = std::sqrt(std::max(0.0, variance));
  }
}

namespace {

constexpr double kPseudo = 20;  // works that shrinking and pooling are worth

// Counts by condition become shares; thin tails keep a floor.
TextChance shares_of(const TextTable& counts) {
  constexpr std::size_t kTail = 9;
  constexpr double kLeastRatio = .3;
  std::array<double, kTextBins> pooled{};
  double all = 0;
  for (const auto& row : counts) {
    for (std::size_t b = 0; b < kTextBins; ++b) {
      pooled[b] += row[b];
      all += row[b];
    }
  }
  for (std::size_t b = 0; b < kTextBins; ++b)
    pooled[b] = (pooled[b] + kPseudo * measured_text_u()[b]) / (all + kPseudo);
  TextChance chance{};
  for (std::size_t c = 0; c < kConditions; ++c) {
    double sum = 0;
    for (const double count : counts[c]) sum += count;
    for (std::size_t b = 0; b < kTextBins; ++b) {
      chance[c][b] = (counts[c][b] + kPseudo * pooled[b]) / (sum + kPseudo);
      if (b >= kTail)
        chance[c][b] = std::max(chance[c][b], kLeastRatio * chance[c][b - 1]);
    }
  }
  return chance;
}

}  // namespace

TextChance NullSample::calibrate(std::vector<LinkagePlan>& plans) const {
  // Plans of a kind: with an abstract or without.
  double means[2][2] = {}, deviations[2][2] = {}, counts[2] = {};
  for (auto& plan : plans) {
    if (plan.text.terms.empty()) continue;
    measure(plan.text);
    const int kind = plan.text.has_abstract ? 1 : 0;
    counts[kind] += 1;
    for (std::size_t w = 0; w < 2; ++w) {
      means[kind][w] += plan.text.mean[w];
      deviations[kind][w] += plan.text.deviation[w];
    }
  }
  double works[2] = {};
  for (const bool abstract : has_abstract_) works[abstract ? 1 : 0] += 1;
  TextTable table{};
  for (auto& plan : plans) {
    if (plan.text.terms.empty()) continue;
    const int kind = plan.text.has_abstract ? 1 : 0;
    for (std::size_t w = 0; w < 2; ++w) {
      const double own = works[w] / (works[w] + kPseudo);
      plan.text.mean[w] =
          own * plan.text.mean[w] + (1 - own) * means[kind][w] / counts[kind];
      plan.text.deviation[w] = own * plan.text.deviation[w] +
                               (1 - own) * deviations[kind][w] / counts[kind];
    }
    // A kind of work that the sample has none of is measured by the other.
    for (std::size_t w = 0; w < 2; ++w) {
      if (works[w] > 0 || works[1 - w] == 0) continue;
      plan.text.mean[w] = plan.text.mean[1 - w];
      plan.text.deviation[w] = plan.text.deviation[1 - w];
    }
    const auto sums = scores(plan.text);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const int condition = 2 * kind + (has_abstract_[i] ? 1 : 0);
      const double z = z_score(plan.text, sums[i], condition);
      table[static_cast<std::size_t>(condition)][text_bin(z)] += 1;
    }
  }
  return shares_of(table);
}

double z_score(const PlanText& plan, double score, int condition) {
  constexpr double kLeastDeviation = 1e-4;
  const auto kind = static_cast<std::size_t>(condition % 2);
  return (score - plan.mean[kind]) /
         std::max(plan.deviation[kind], kLeastDeviation);
}

namespace {

bool has_text(WorkView& work) {
  return work.terms(TextField::title).tokens > 0 ||
         work.terms(TextField::abstract_text).tokens > 0;
}

}  // namespace

void compare_text(const LinkagePlan& plan, WorkView& work, double mean,
                  const TextChance& chance, Levels& levels) {
  if (plan.text.terms.empty() || !has_text(work)) return;
  levels.text_z = z_score(plan.text, text_score(plan.text, work, mean),
                          levels.text_condition);
  const std::size_t bin = text_bin(levels.text_z);
  levels.text_bin = static_cast<int>(bin);
  levels.text_u = chance[static_cast<std::size_t>(levels.text_condition)][bin];
}

}  // namespace dmp::match::linkage
