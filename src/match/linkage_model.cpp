#include "match/linkage_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace dmp::match::linkage {

namespace {

using Row = std::array<double, kTextBins>;

// By condition. Means over sixteen generated worlds, good and poor records, all
// on real papers (bench/README.md); m_O / m_S rises with the bin in each row.
constexpr std::array<Row, kConditions> kTextS{{
    {1.9, 188, 239, 130, 61, 33, 20, 29, 20, 38, 40, 36, 48, 38, 35, 42},
    {16, 116, 193, 69, 45, 49, 55, 53, 50, 77, 58, 49, 61, 39, 36, 33},
    {30, 147, 127, 80, 61, 65, 61, 56, 50, 78, 58, 41, 61, 36, 27, 20},
    {30, 45, 64, 74, 80, 86, 85, 78, 73, 119, 87, 61, 64, 27, 15, 11},
}};
constexpr std::array<Row, kConditions> kTextO{{
    {1.1, 111, 142, 86, 41, 23, 14, 21, 15, 33, 51, 46, 84, 67, 72, 199},
    {.89, 22, 53, 19, 26, 29, 33, 33, 32, 76, 77, 66, 106, 101, 110, 218},
    {9.6, 48, 42, 33, 34, 38, 42, 40, 47, 91, 79, 72, 108, 90, 91, 139},
    {.84, 1.3, 1.9, 5.5, 6, 6.5, 11, 12, 20, 63, 98, 118, 228, 160, 127, 140},
}};
constexpr Row kTextUMeasured{137, 203, 217, 179, 119, 70, 37,  19,
                             9,   7,   2,   .6,  .2,  .1, .05, .01};

Row normalised(Row row) {
  const double sum = std::accumulate(row.begin(), row.end(), 0.0);
  for (auto& value : row) value /= sum;
  return row;
}

ClassPair logs(double m_s, double m_o, double u) {
  return {std::log2(m_s / u), std::log2(m_o / u)};
}

}  // namespace

Model::Model() {
  for (std::size_t condition = 0; condition < kConditions; ++condition) {
    text_s[condition] = normalised(kTextS[condition]);
    text_o[condition] = normalised(kTextO[condition]);
  }
  const auto at = [&](AwardLevel level) -> ClassPair& {
    return award[static_cast<std::size_t>(level)];
  };
  at(AwardLevel::unusable) = {1, 1};
  at(AwardLevel::full_strong) = {.0026, .13};
  at(AwardLevel::full_agree) = {.0024, .12};
  at(AwardLevel::full_unknown) = {.0002, .005};
  at(AwardLevel::full_disagree) = {.0002, .002};
  at(AwardLevel::core_agree) = {.0012, .06};
  at(AwardLevel::core_unknown) = {.0001, .003};
  at(AwardLevel::core_disagree) = {.0001, .002};
  at(AwardLevel::fuzzy) = {.0004, .018};
  at(AwardLevel::other) = {.355, .12};
  at(AwardLevel::none) = {.638, .54};
  relation = {{{1, 1}, {.02, .2}, {.01, .1}, {.005, .05}}};
}

bool is_match(AwardLevel level) {
  return level >= AwardLevel::full_strong && level <= AwardLevel::fuzzy;
}

std::string_view name_of(NameLevel level) {
  constexpr std::array<std::string_view, kNameLevels> kNames{
      "none",    "orcid",   "full",     "initial2",
      "initial", "surname", "conflict", "middle"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view name_of(Agreement level) {
  constexpr std::array<std::string_view, 3> kNames{"missing", "agree",
                                                   "disagree"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view name_of(AwardLevel level) {
  constexpr std::array<std::string_view, kAwardLevels> kNames{
      "unusable",      "full_strong", "full_agree",   "full_unknown",
      "full_disagree", "core_agree",  "core_unknown", "core_disagree",
      "fuzzy",         "other",       "none"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view name_of(RelationLevel level) {
  constexpr std::array<std::string_view, kRelationLevels> kNames{
      "none", "intra_work", "possible_shared_project", "dataset_citation"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view name_of_date_bin(std::size_t bin, bool open_end) {
  constexpr std::array<std::string_view, kDateBins> kNames{
      "before_3y",   "before_1y", "before_start", "first_half",
      "second_half", "after_1y",  "after_3y",     "later"};
  constexpr std::size_t kAfter = 5;
  return open_end && bin >= kAfter ? "after" : kNames[bin];
}

std::size_t text_bin(double z) {
  return static_cast<std::size_t>(
      std::upper_bound(kTextEdges.begin(), kTextEdges.end(), z) -
      kTextEdges.begin());
}

const Row& measured_text_u() {
  static const Row kMeasured = normalised(kTextUMeasured);
  return kMeasured;
}

ClassPair Weights::author_sum() const {
  ClassPair total;
  for (const auto& author : authors) total += author;
  return total;
}

ClassPair Weights::sum() const {
  ClassPair total = author_sum();
  for (const auto* part :
       {&text, &date, &award, &funder, &institution, &funded, &relation}) {
    total += *part;
  }
  return total;
}

ClassPair author_weight(NameLevel level, double u, const Model& model) {
  const double ratio = model.author_a[static_cast<std::size_t>(level)] / u;
  return {std::log2(1 - model.q.s + model.q.s * ratio),
          std::log2(1 - model.q.o + model.q.o * ratio)};
}

ClassPair text_weight(int condition, int bin, double u, const Model& model) {
  const auto c = static_cast<std::size_t>(condition);
  const auto b = static_cast<std::size_t>(bin);
  return logs(model.text_s[c][b], model.text_o[c][b], u);
}

ClassPair date_weight(const Levels& levels, const Model& model) {
  if (!levels.has_date) return {};
  double o = 0, s = 0, s_all = 0;
  const std::size_t bins = levels.open_end ? 5 : kDateBins;
  for (std::size_t b = 0; b < bins; ++b) {
    o += levels.date_f[b] * model.date_o[b] / levels.date_g[b];
    s += levels.date_f[b] * model.date_s[b];
    s_all += levels.date_g[b] * model.date_s[b];
  }
  if (levels.open_end) {
    double f = 0, g = 0, m = 0, gh = 0;
    for (std::size_t b = 5; b < kDateBins; ++b) {
      f += levels.date_f[b];
      g += levels.date_g[b];
      m += model.date_o[b];
      gh += levels.date_g[b] * model.date_s[b];
    }
    o += f * m / g;
    s += f * gh / g;
    s_all += gh;
  }
  const double during = model.date_during;
  return {std::log2((1 - during) * s / s_all + during * o), std::log2(o)};
}

namespace {

ClassPair organisation_weight(Agreement level, double u,
                              const ClassPair& agree) {
  if (level == Agreement::missing) return {};
  if (level == Agreement::agree) return logs(agree.s, agree.o, u);
  return logs(1 - agree.s, 1 - agree.o, u);
}

}  // namespace

Weights weigh(const Levels& levels, const Model& model) {
  Weights weights;
  weights.authors.reserve(levels.authors.size());
  for (const auto& author : levels.authors)
    weights.authors.push_back(author_weight(author.level, author.u, model));
  if (levels.text_bin >= 0) {
    weights.text = text_weight(levels.text_condition, levels.text_bin,
                               levels.text_u, model);
  }
  weights.date = date_weight(levels, model);
  if (levels.award != AwardLevel::unusable) {
    const ClassPair& m = model.award[static_cast<std::size_t>(levels.award)];
    weights.award = logs(m.s, m.o, levels.award_u);
  }
  weights.funder =
      organisation_weight(levels.funder, levels.funder_u, model.funder);
  weights.institution = organisation_weight(
      levels.institution, levels.institution_u, model.institution);
  if (levels.funded)
    weights.funded = logs(model.funded.s, model.funded.o, levels.funded_u);
  if (levels.relation != RelationLevel::none) {
    const ClassPair& m =
        model.relation[static_cast<std::size_t>(levels.relation)];
    weights.relation = logs(m.s, m.o, levels.relation_u);
  }
  return weights;
}

double named_chance(double q, std::size_t authors) {
  if (authors == 0) return 1;
  return -std::expm1(static_cast<double>(authors) * std::log1p(-q));
}

ClassPair prior(const Levels& levels, const Model& model) {
  const double named = named_chance(model.q.o, levels.authors.size());
  return {std::log2(model.lambda.s / levels.works),
          std::log2(model.lambda.o / levels.works / named)};
}

Score score(const ClassPair& sum, const Levels& levels, const Model& model) {
  const ClassPair first = prior(levels, model);
  Score result;
  result.a = model.tau * sum.s + first.s;
  result.b = model.tau * sum.o + first.o;
  result.log_odds = result.b - log2_one_plus(result.a);
  return result;
}

double log2_one_plus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp2(-std::abs(x))) / M_LN2;
}

double probability(double log_odds) {
  return 1 / (1 + std::exp2(-log_odds));
}

double log_odds_of(double p) {
  return std::log2(p) - std::log2(1 - p);
}

double calibrated(double log_odds, const Model& model) {
  const double x = model.platt_a * log_odds + model.platt_b / M_LN2;
  return std::clamp(probability(x), 1e-6, 1 - 1e-6);
}

double uncalibrated(double p, const Model& model) {
  return (log_odds_of(p) - model.platt_b / M_LN2) / model.platt_a;
}

double name_chance(double count, double slots, double authors) {
  const double share = std::max(count, 1.0) / std::max(slots, 1.0);
  if (share >= 1) return 1;
  return std::max(-std::expm1(authors * std::log1p(-share)),
                  std::numeric_limits<double>::min());
}

}  // namespace dmp::match::linkage
