#include "match/linkage_plan.h"

#include "text/awards.h"
#include "text/unicode.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace dmp::match::linkage {

namespace {

constexpr text::Day kYear = 365, kShortestProject = 30, kAssumedLength = 1'095;

void add_authors(const model::Plan& plan, LinkagePlan& out) {
  std::set<std::tuple<std::string, std::string, std::string, std::string,
                      std::string>>
      seen;
  for (std::size_t i = 0; i < plan.authors.size(); ++i) {
    PlanAuthor author{plan.authors[i].orcid,
                      sql::name_key(plan.authors[i].name), static_cast<int>(i)};
    if (!author.orcid && author.name.surname.empty()) continue;
    const auto& name = author.name;
    if (!seen.emplace(author.orcid.value_or(""), name.surname, name.given,
                      name.initial, name.second)
             .second) {
      continue;
    }
    if (out.authors.size() == kMostAuthors) {
      ++out.more_authors;
    } else {
      out.authors.push_back(std::move(author));
    }
  }
}

// AI176039 and AI-176039 are one id, but show other cores.
void add_missing(std::vector<std::string>& from, std::vector<std::string>& to) {
  for (auto& core : from) {
    if (std::find(to.begin(), to.end(), core) == to.end())
      to.push_back(std::move(core));
  }
  std::sort(to.begin(), to.end());
}

void add_awards(const PlanQuery& query, LinkagePlan& out) {
  for (const auto& clause : query.awards) {
    std::map<std::string, std::size_t> seen;
    const std::size_t family = out.families.size();
    out.families.push_back(clause.family);
    for (const auto& variant : clause.variants) {
      std::string id = text::normalise_award(variant.text);
      if (id.empty()) continue;
      auto cores = sql::award_cores(variant.text);
      const auto [at, is_new] = seen.emplace(id, out.awards.size());
      if (is_new) {
        out.awards.push_back({std::move(id), variant.strong, std::move(cores),
                              family, clause.index});
      } else {
        add_missing(cores, out.awards[at->second].cores);
      }
    }
  }
}

std::string joined(const std::vector<std::string>& tokens) {
  std::string all;
  for (const auto& token : tokens) {
    if (!all.empty()) all += ' ';
    all += token;
  }
  return all;
}

PlanOrganisation organisation(const OrganisationClause& clause,
                              const FunderFamilies& families) {
  PlanOrganisation item{clause.ror.value_or(""), {}, clause.index};
  std::string name = joined(clause.name_tokens);
  if (item.ror.empty()) item.ror = families.ror_of(name).value_or("");
  if (!item.ror.empty()) item.names = families.names_of(item.ror);
  if (!name.empty() && std::find(item.names.begin(), item.names.end(), name) ==
                           item.names.end()) {
    item.names.push_back(std::move(name));
  }
  return item;
}

std::vector<PlanOrganisation> organisations(
    const std::vector<OrganisationClause>& clauses,
    const FunderFamilies& families) {
  std::vector<PlanOrganisation> list;
  std::set<std::string> seen;
  for (const auto& clause : clauses) {
    PlanOrganisation item = organisation(clause, families);
    if (seen.insert(item.ror.empty() ? item.names.front() : item.ror).second)
      list.push_back(std::move(item));
  }
  return list;
}

void set_dates(const model::Plan& plan, LinkagePlan& out) {
  if (!plan.project_start) return;
  const text::Day start = *plan.project_start;
  out.has_start = true;
  out.open_end = !plan.project_end || plan.end_inferred;
  const text::Day end =
      out.open_end ? start + kAssumedLength
                   : std::max(*plan.project_end, start + kShortestProject);
  out.date_edges = {start - 3 * kYear,         start - kYear, start,
                    start + (end - start) / 2, end + 1,       end + 1 + kYear,
                    end + 1 + 3 * kYear};
}

text::Day month_begin(std::int32_t month) {
  const std::int32_t year = month >= 0 ? month / 12 : -((11 - month) / 12);
  return text::to_day(1970 + year, month - year * 12 + 1, 1);
}

}  // namespace

LinkagePlan make_linkage_plan(const model::Plan& plan, const PlanQuery& query,
                              const SearchOptions& options,
                              const FunderFamilies& families) {
  LinkagePlan out;
  out.doi = plan.doi;
  if (options.uses(Feature::authors)) add_authors(plan, out);
  if (options.uses(Feature::awards)) add_awards(query, out);
  if (options.uses(Feature::funded_dois)) out.funded_dois = query.funded_dois;
  if (options.uses(Feature::relations)) out.outputs = query.outputs;
  if (options.uses(Feature::funders))
    out.funders = organisations(query.funders, families);
  if (options.uses(Feature::institutions))
    out.institutions = organisations(query.institutions, families);
  out.text.has_abstract =
      plan.abstract_text &&
      text::count_code_points(*plan.abstract_text) > sql::kShortAbstract;
  set_dates(plan, out);
  return out;
}

DateHistogram::DateHistogram(const sql::LinkageSummary& summary) {
  double sum = 0;
  for (const auto& [month, works] : summary.months) {
    begins_.push_back(month_begin(month));
    ends_.push_back(month_begin(month + 1));
    sums_.push_back(sum);
    sum += works;
  }
  sums_.push_back(sum);
}

double DateHistogram::before(text::Day day) const {
  const auto after = std::upper_bound(begins_.begin(), begins_.end(), day);
  if (after == begins_.begin()) return 0;
  const auto at = static_cast<std::size_t>(after - begins_.begin()) - 1;
  const double within =
      std::min(1.0, static_cast<double>(day - begins_[at]) /
                        static_cast<double>(ends_[at] - begins_[at]));
  return sums_[at] + (sums_[at + 1] - sums_[at]) * within;
}

DateTable DateHistogram::shares(
    const std::array<text::Day, kDateBins - 1>& first_days) const {
  constexpr double kPseudo = 2;
  DateTable table{};
  const double total = sums_.back();
  double last = 0;
  for (std::size_t b = 0; b < kDateBins; ++b) {
    const double up_to = b + 1 < kDateBins ? before(first_days[b]) : total;
    table[b] = (up_to - last + kPseudo) / (total + kPseudo * kDateBins);
    last = up_to;
  }
  return table;
}

DateTable interval_shares(
    const sql::DayRange& days,
    const std::array<text::Day, kDateBins - 1>& first_days) {
  DateTable table{};
  const double length = static_cast<double>(days.last) - days.first + 1;
  text::Day begin = days.first;
  for (std::size_t b = 0; b < kDateBins; ++b) {
    const text::Day end = b + 1 < kDateBins
                              ? std::min(first_days[b], days.last + 1)
                              : days.last + 1;
    if (end <= begin) continue;
    table[b] = static_cast<double>(end - begin) / length;
    begin = end;
  }
  return table;
}

void want_counts(const LinkagePlan& plan, sql::LinkageCounts& counts) {
  using sql::CountKind;
  const auto want = [&](CountKind kind, std::string_view first,
                        std::string_view second = {},
                        std::string_view third = {}) {
    counts.want(sql::count_key(kind, first, second, third));
  };
  for (const auto& author : plan.authors) {
    const auto& name = author.name;
    want(CountKind::surname, name.surname);
    want(CountKind::surname_given, name.surname, name.given);
    want(CountKind::surname_initial, name.surname, name.initial);
    want(CountKind::surname_initials, name.surname, name.initial, name.second);
  }
  for (const auto& award : plan.awards) {
    want(CountKind::award, award.normalised);
    for (const auto& core : award.cores) want(CountKind::award_core, core);
  }
  const auto organisations = [&](CountKind kind, const auto& list) {
    for (const auto& item : list) {
      if (!item.ror.empty()) want(kind, item.ror);
      for (const auto& name : item.names) want(kind, name);
    }
  };
  organisations(CountKind::funder, plan.funders);
  organisations(CountKind::institution, plan.institutions);
}

}  // namespace dmp::match::linkage
