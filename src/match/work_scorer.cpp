#include "match/work_scorer.h"

#include "match/award_match.h"
#include "text/phrase.h"

#include <algorithm>

namespace dmp::match {

namespace {

constexpr double kFundedDoi = 15, kIntra = 10, kShared = 5, kCitation = 2.5;
constexpr std::uint32_t kId = 2, kName = 1;
constexpr int kNameSlop = 3;

// Source: search.md 4.
float mean(double sum, std::size_t children) {
  return children == 0
             ? 0
             : static_cast<float>(sum / static_cast<double>(children));
}

// The clause of the hits that count for the gate.
float full_awards(const std::vector<AwardHit>& hits) {
  double sum = 0;
  std::size_t children = 0;
  for (std::size_t i = 0; i < hits.size();) {
    double child = 0;
    const std::size_t first = i;
    for (; i < hits.size() && hits[i].child == hits[first].child; ++i) {
      if (hits[i].full) child += hits[i].points;
    }
    if (child == 0) continue;
    sum += static_cast<double>(static_cast<float>(child));
    ++children;
  }
  return mean(sum, children);
}

bool holds_all(std::span<const Vocabulary::Id> words,
               const WorkWords::Ids& text) {
  return std::all_of(words.begin(), words.end(), [&](Vocabulary::Id word) {
    return std::find(text.begin(), text.end(), word) != text.end();
  });
}

}  // namespace

ScoredPlans::ScoredPlans(const std::vector<PlanQuery>& plan_queries,
                         const CollectionCounts& collection,
                         const SearchOptions& search_options)
    : queries(plan_queries),
      counts(collection),
      options(search_options),
      index(queries, options, words),
      table(queries, words) {}

WorkScorer::WorkScorer(const ScoredPlans& plans, BestLists& lists)
    : plans_(plans),
      lists_(lists),
      gated_(plans.options.builder != QueryBuilder::candidate),
      finder_(plans.index),
      words_(plans.words) {}

void WorkScorer::score(const model::Work& work) {
  ++counts_.works;
  if (work.work_type == "OUTPUT_MANAGEMENT_PLAN") return;
  work_ = &work;
  words_.begin(work);
  view_.emplace(work, analyser_);
  institutions_.reset();
  funders_.reset();
  for (auto& factor : factors_) factor.reset();
  const auto& found = finder_.find(words_);
  counts_.candidates += static_cast<std::int64_t>(found.size());
  for (const auto& hits : found) consider(hits);
}

void WorkScorer::consider(const GateHits& hits) {
  const PlanTable::Row& row = plans_.table.row(hits.plan);
  const Sums sums = gates_of(hits);
  if (gated_ && !sums.is_open) return;
  if (!date_fits(row, sums)) return;
  if (work_->doi == plans_.queries[hits.plan].plan_doi) return;
  ++counts_.hits;
  const float least = lists_.least(hits.plan);
  const auto most_content = static_cast<double>(this->most_content(row));
  const auto below = [&](double bonus) { return total(sums, bonus) < least; };
  const auto most = [](float points, const auto& items) {
    return items.empty() ? 0.0 : static_cast<double>(points);
  };
  const double most_funders = most(row.most.funders, work_->funders);
  double bonus = sums.bonus;
  if (below(bonus + most(row.most.institutions, work_->institutions) +
            most_funders + most_content))
    return;
  bonus += static_cast<double>(organisations(
      plans_.table.institutions(row), work_->institutions, institutions_));
  bonus += static_cast<double>(
      organisations(plans_.table.funders(row), work_->funders, funders_));
  if (below(bonus + most_content)) return;
  ++counts_.scored;
  bonus += static_cast<double>(content(row));
  const float score = total(sums, bonus);
  if (gated_ || score > 0) lists_.offer(hits.plan, score, work_->doi);
}

float WorkScorer::total(const Sums& sums, double bonus) const {
  // One bool of optional clauses where there is no gate, so one sum.
  return gated_ ? static_cast<float>(sums.gates) + static_cast<float>(bonus)
                : static_cast<float>(sums.gates + bonus);
}

// ----------------------------------------------------------------------- gates

WorkScorer::Sums WorkScorer::gates_of(const GateHits& hits) {
  Sums sums;
  sums.excuses.funded_doi = hits.funded_doi;
  sums.excuses.intra_work = hits.intra;
  if (hits.funded_doi) sums.gates += kFundedDoi;
  sums.gates += static_cast<double>(
      mean(static_cast<double>(hits.author_points), hits.authors_hit));
  if (hits.award) add_awards(hits.plan, sums);
  // All that hit are worth the same, so the mean is.
  if (hits.intra) sums.gates += kIntra;
  if (hits.shared) sums.gates += kShared;
  if (hits.citation) sums.gates += kCitation;
  sums.is_open = sums.gates > 0;
  return sums;
}

void WorkScorer::add_awards(std::uint32_t plan, Sums& sums) {
  const PlanQuery& query = plans_.queries[plan];
  const auto hits = award_hits(query, *view_, plans_.options);
  const float full = full_awards(hits);
  sums.gates += static_cast<double>(full);
  sums.excuses.full_award = full > 0;
  for (const auto& hit : weak_awards(query, hits)) sums.bonus += hit.points;
}

bool WorkScorer::date_fits(const PlanTable::Row& row, const Sums& sums) const {
  if (!row.dated) return true;
  const auto status = date_status(row.window, *work_, plans_.options);
  return date_passes(status, row.window, *work_, plans_.options, sums.excuses);
}

// --------------------------------------------------------------- organisations

std::vector<WorkScorer::Child> WorkScorer::children_of(
    const std::vector<model::Organisation>& items) {
  std::vector<Child> children;
  children.reserve(items.size());
  for (const auto& item : items) {
    Child child;
    if (item.ror) child.ror = plans_.table.rors().find(*item.ror);
    if (item.name) child.name = &words_.name(*item.name);
    children.push_back(child);
  }
  return children;
}

std::uint32_t WorkScorer::points(const PlanTable::Organisation& clause,
                                 const Child& child) const {
  if (clause.ror != Vocabulary::kUnknown && clause.ror == child.ror) return kId;
  const auto name = plans_.table.name(clause);
  const bool named = child.name != nullptr && holds_all(name, *child.name) &&
                     text::phrase_matches(name, *child.name, kNameSlop);
  return named ? kName : 0;
}

float WorkScorer::organisations(
    std::span<const PlanTable::Organisation> clauses,
    const std::vector<model::Organisation>& items,
    std::optional<std::vector<Child>>& children) {
  if (clauses.empty() || items.empty()) return 0;
  if (!children) children = children_of(items);
  std::uint32_t sum = 0;
  std::size_t matched = 0;
  for (const auto& child : *children) {
    std::uint32_t own = 0;
    for (const auto& clause : clauses) own += points(clause, child);
    sum += own;
    matched += own > 0 ? 1 : 0;
  }
  return mean(static_cast<double>(sum), matched);
}

// --------------------------------------------------------------------- content

float WorkScorer::most_content(const PlanTable::Row& row) const {
  if (!work_->title && !work_->abstract_text) return 0;
  if (!work_->title) return row.most.abstract_text;
  return work_->abstract_text ? row.most.content : row.most.title;
}

float WorkScorer::factor(TextField field) {
  auto& factor = factors_[static_cast<std::size_t>(field)];
  if (!factor) {
    factor =
        length_factor(words_.tokens(field), field == TextField::title
                                                ? plans_.counts.title
                                                : plans_.counts.abstract_text);
  }
  return *factor;
}

float WorkScorer::content(const PlanTable::Row& row) {
  double sum = 0;
  int matched = 0;
  for (const auto& term : plans_.table.terms(row)) {
    const auto frequency = words_.frequency(term.field, term.word);
    if (frequency == 0) continue;
    sum +=
        static_cast<double>(bm25(term.weight, frequency, factor(term.field)));
    ++matched;
  }
  return matched < row.least_terms ? 0 : static_cast<float>(sum);
}

}  // namespace dmp::match
