#include "match/plan_query.h"

#include "match/award_spellings.h"
#include "text/analysis.h"
#include "text/awards.h"
#include "text/unicode.h"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace dmp::match {

namespace {

std::vector<std::string> tokens_of(std::string_view text) {
  thread_local text::Analyser analyser;
  std::vector<std::string> tokens;
  for (const auto& token : analyser.analyse(text))
    tokens.emplace_back(token.term);
  return tokens;
}

// Spellings of one award, each lower-cased text once, in the order given.
class Variants {
 public:
  void add(std::string_view text) {
    AwardVariant variant{std::string(text), text::to_lower(text),
                         text::is_strong_award(text)};
    if (seen_.insert(variant.lower).second)
      items_.push_back(std::move(variant));
  }
  std::vector<AwardVariant> take() { return std::move(items_); }

 private:
  std::vector<AwardVariant> items_;
  std::unordered_set<std::string> seen_;
};

// The ids of one funding entry and how sources may spell them.
std::vector<AwardVariant> variants_of(const model::Funding& funding,
                                      const SearchOptions& options) {
  Variants variants;
  for (const auto* id : {&funding.funding_opportunity_id, &funding.award_id,
                         &funding.funder_project_number}) {
    if (!*id) continue;
    // The reference's query has the ids as the plan has them.
    if (options.improved() && text::is_award_filler(**id)) continue;
    variants.add(**id);
    if (!options.improves(Improvement::award_spellings)) continue;
    for (const auto& piece : text::split_award(**id).pieces) {
      variants.add(piece);
      for (const auto& spelling : award_spellings(piece, funding.funder_ror))
        variants.add(spelling);
    }
  }
  return variants.take();
}

// Where one of several awards in a text ends. Source: spec enrichment.md 1.
bool is_between(char c) {
  return std::string_view(" \t\r\n;,&/()[]").find(c) != std::string_view::npos;
}

// Whether `award` is the whole text or stands in it by itself.
bool stands_in(const std::optional<std::string>& text,
               const std::string& award) {
  if (!text) return false;
  for (auto at = text->find(award); at != std::string::npos;
       at = text->find(award, at + 1)) {
    const auto end = at + award.size();
    if ((at == 0 || is_between((*text)[at - 1])) &&
        (end == text->size() || is_between((*text)[end])))
      return true;
  }
  return false;
}

bool names_award(const model::Funding& funding, const std::string& award) {
  return stands_in(funding.funding_opportunity_id, award) ||
         stands_in(funding.award_id, award) ||
         stands_in(funding.funder_project_number, award);
}

}  // namespace

bool is_current(const model::Plan& plan, const model::PlanAward& award) {
  if (award.text.empty()) return true;
  return std::any_of(
      plan.funding.begin(), plan.funding.end(),
      [&](const auto& funding) { return names_award(funding, award.text); });
}

namespace {

bool was_parsed(const model::Plan& plan, const model::Funding& funding) {
  return std::any_of(
      plan.awards.begin(), plan.awards.end(), [&](const auto& award) {
        return !award.text.empty() && names_award(funding, award.text);
      });
}

void add_awards(const model::Plan& plan, const SearchOptions& options,
                const FunderFamilies& families, PlanQuery& query) {
  int index = 0;
  const auto add = [&](AwardClause clause) {
    clause.index = index++;
    if (!clause.variants.empty()) query.awards.push_back(std::move(clause));
  };
  for (const auto& award : plan.awards) {
    if (options.improves(Improvement::raw_awards) && !is_current(plan, award)) {
      ++index;
      continue;
    }
    AwardClause clause;
    Variants variants;
    for (const auto& variant : award.variants) variants.add(variant);
    if (options.improves(Improvement::award_spellings)) {
      for (const auto& variant : award.added_variants) variants.add(variant);
    }
    clause.variants = variants.take();
    clause.family = families.family_of(award.funder_ror, award.funder_name);
    add(std::move(clause));
    for (const auto& doi : award.funded_dois) query.funded_dois.push_back(doi);
  }
  // The reference drops all raw ids once one award is parsed; ours only those
  // of an entry that was parsed (A2). The candidate builder has none.
  if (options.builder == QueryBuilder::candidate) return;
  if (!plan.awards.empty() && !options.improves(Improvement::raw_awards))
    return;
  for (const auto& funding : plan.funding) {
    AwardClause clause;
    if (!was_parsed(plan, funding)) {
      clause.variants = variants_of(funding, options);
      clause.family =
          families.family_of(funding.funder_ror, funding.funder_name);
    }
    add(std::move(clause));
  }
}

void add_authors(const model::Plan& plan, const SearchOptions& options,
                 PlanQuery& query) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < plan.authors.size(); ++i) {
    const model::Author& author = plan.authors[i];
    AuthorClause clause;
    clause.index = static_cast<int>(i);
    clause.orcid = author.orcid;
    clause.surname = author.name.surname;
    clause.first_initial = author.name.first_initial;
    if (clause.surname) clause.surname_tokens = tokens_of(*clause.surname);
    if (!clause.orcid && clause.surname_tokens.empty()) continue;
    const auto& name = author.name.full ? author.name.full : clause.surname;
    const std::string key =
        clause.orcid.value_or("") + "|" + text::key(name.value_or(""));
    if (options.improves(Improvement::duplicates) && !seen.insert(key).second)
      continue;  // A4
    query.authors.push_back(std::move(clause));
  }
}

void add_organisation(int index, const std::optional<std::string>& ror,
                      const std::optional<std::string>& name,
                      const SearchOptions& options, std::set<std::string>& seen,
                      std::vector<OrganisationClause>& out) {
  OrganisationClause clause;
  clause.index = index;
  clause.ror = ror;
  clause.name = name;
  if (name) clause.name_tokens = tokens_of(*name);
  if (!clause.ror && clause.name_tokens.empty()) return;
  const std::string key = ror.value_or("") + "|" + text::key(name.value_or(""));
  if (options.improves(Improvement::duplicates) && !seen.insert(key).second)
    return;  // A4
  out.push_back(std::move(clause));
}

void add_window(const model::Plan& plan, const SearchOptions& options,
                PlanQuery& query) {
  const text::Day year_1990 = text::to_day(1990, 1, 1);
  DateWindow& window = query.window;
  window.project_start = plan.project_start.value_or(year_1990);
  query.dated = options.builder != QueryBuilder::candidate ||
                plan.project_start >= year_1990;
  window.begin = window.project_start - (options.improves(Improvement::dates)
                                             ? options.project_start_buffer_days
                                             : 0);
  if (!plan.project_end) return;
  int years = options.project_end_buffer_years;
  if (plan.end_inferred && options.improves(Improvement::dates))
    years += options.inferred_end_extra_years;
  window.end = text::add_years(*plan.project_end, years);
}

}  // namespace

PlanQuery make_query(const model::Plan& plan, const SearchOptions& options,
                     const FunderFamilies& families) {
  PlanQuery query;
  query.plan_doi = plan.doi;
  if (options.uses(Feature::awards) || options.uses(Feature::funded_dois)) {
    add_awards(plan, options, families, query);
  }
  if (!options.uses(Feature::awards)) query.awards.clear();
  if (!options.uses(Feature::funded_dois)) query.funded_dois.clear();
  std::sort(query.funded_dois.begin(), query.funded_dois.end());
  query.funded_dois.erase(
      std::unique(query.funded_dois.begin(), query.funded_dois.end()),
      query.funded_dois.end());
  if (options.uses(Feature::authors)) add_authors(plan, options, query);
  if (options.uses(Feature::relations) &&
      options.builder != QueryBuilder::candidate)
    query.outputs = plan.published_outputs;
  std::set<std::string> seen;
  if (options.uses(Feature::institutions)) {
    for (std::size_t i = 0; i < plan.institutions.size(); ++i) {
      add_organisation(static_cast<int>(i), plan.institutions[i].ror,
                       plan.institutions[i].name, options, seen,
                       query.institutions);
    }
  }
  seen.clear();
  if (options.uses(Feature::funders)) {
    for (std::size_t i = 0; i < plan.funding.size(); ++i) {
      add_organisation(static_cast<int>(i), plan.funding[i].funder_ror,
                       plan.funding[i].funder_name, options, seen,
                       query.funders);
    }
  }
  if (options.uses(Feature::content)) {
    std::string content = plan.title.value_or("");
    if (plan.abstract_text)
      content += (content.empty() ? "" : " ") + *plan.abstract_text;
    query.content_tokens = tokens_of(content);
  }
  add_window(plan, options, query);
  return query;
}

}  // namespace dmp::match
