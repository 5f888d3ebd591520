#include "match/plan_query.h"

#include "text/analysis.h"
#include "text/awards.h"
#include "text/unicode.h"

#include <algorithm>
#include <set>

namespace dmp::match {

namespace {

std::vector<std::string> tokens_of(std::string_view text) {
  thread_local text::Analyser analyser;
  std::vector<std::string> tokens;
  for (const auto& token : analyser.analyse(text))
    tokens.emplace_back(token.term);
  return tokens;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// NSF writes an award with its organisation, "OCE-2345678", or without.
std::vector<std::string> nsf_spellings(std::string_view text) {
  std::size_t letters = 0;
  while (letters < text.size() && is_letter(text[letters])) ++letters;
  if (letters < 2 || letters > 5) return {};
  std::size_t digits = letters;
  while (digits < text.size() && (text[digits] == '-' || text[digits] == ' '))
    ++digits;
  const std::string_view number = text.substr(digits);
  if (number.size() != 7 ||
      !std::all_of(number.begin(), number.end(), is_digit))
    return {};
  const std::string org = text::to_upper(text.substr(0, letters));
  const std::string serial(number);
  return {org + "-" + serial, org + " " + serial, org + serial, serial};
}

void add_variant(std::vector<AwardVariant>& variants, std::string_view text) {
  AwardVariant variant{std::string(text), text::to_lower(text),
                       text::is_strong_award(text)};
  for (const auto& other : variants) {
    if (other.lower == variant.lower) return;
  }
  variants.push_back(std::move(variant));
}

// The ids of one funding entry and how sources may spell them.
std::vector<AwardVariant> variants_of(const model::Funding& funding,
                                      const SearchOptions& options) {
  std::vector<AwardVariant> variants;
  for (const auto* id : {&funding.funding_opportunity_id, &funding.award_id,
                         &funding.funder_project_number}) {
    if (!*id || text::is_award_filler(**id)) continue;
    add_variant(variants, **id);
    if (!options.improved()) continue;
    for (const auto& piece : text::split_award(**id).pieces) {
      add_variant(variants, piece);
      for (const auto& spelling : nsf_spellings(piece))
        add_variant(variants, spelling);
    }
  }
  return variants;
}

void add_awards(const model::Plan& plan, const SearchOptions& options,
                const FunderFamilies& families, PlanQuery& query) {
  int index = 0;
  for (const auto& award : plan.awards) {
    AwardClause clause;
    clause.index = index++;
    for (const auto& variant : award.variants)
      add_variant(clause.variants, variant);
    clause.family = families.family_of(award.funder_ror, award.funder_name);
    if (!clause.variants.empty()) query.awards.push_back(std::move(clause));
    for (const auto& doi : award.funded_dois) query.funded_dois.push_back(doi);
  }
  // The reference drops all raw ids once one award is parsed (A2).
  if (!plan.awards.empty() && !options.improved()) return;
  for (const auto& funding : plan.funding) {
    AwardClause clause;
    clause.index = index++;
    clause.variants = variants_of(funding, options);
    clause.family = families.family_of(funding.funder_ror, funding.funder_name);
    if (!clause.variants.empty()) query.awards.push_back(std::move(clause));
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
    const std::string key = clause.orcid.value_or("") + "|" +
                            text::key(clause.surname.value_or("")) + "|" +
                            clause.first_initial.value_or("");
    if (options.improved() && !seen.insert(key).second) continue;  // A4
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
  if (options.improved() && !seen.insert(key).second) return;  // A4
  out.push_back(std::move(clause));
}

void add_window(const model::Plan& plan, const SearchOptions& options,
                PlanQuery& query) {
  query.project_start = plan.project_start.value_or(text::to_day(1990, 1, 1));
  query.window_begin = query.project_start - options.project_start_buffer_days;
  if (!plan.project_end) return;
  int years = options.project_end_buffer_years;
  if (plan.end_inferred && options.improved())
    years += options.inferred_end_extra_years;
  query.window_end = text::add_years(*plan.project_end, years);
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
  if (options.uses(Feature::relations)) query.outputs = plan.published_outputs;
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
