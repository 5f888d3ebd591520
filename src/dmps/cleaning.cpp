#include "dmps/cleaning.h"

#include "text/awards.h"
#include "text/clean_text.h"
#include "text/doi.h"
#include "text/identifiers.h"
#include "text/unicode.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <unordered_set>
#include <utility>

namespace dmp::dmps {
namespace {

using Text = std::optional<std::string>;

// dmps.md 2.3 as the reference applies it: it lists `None`, but compares lower
// case, so "none" stays.
constexpr std::array kReferenceFillers = {
    std::string_view(""),
    std::string_view("-"),
    std::string_view("0"),
    std::string_view("0000"),
    std::string_view("001"),
    std::string_view("1"),
    std::string_view("12"),
    std::string_view("123"),
    std::string_view("1234"),
    std::string_view("12345"),
    std::string_view("123456"),
    std::string_view("12345678"),
    std::string_view("123456789"),
    std::string_view("123457"),
    std::string_view("abc123"),
    std::string_view("abcdef"),
    std::string_view("em elaboração"),
    std::string_view("independent departmental funds"),
    std::string_view("internally funded"),
    std::string_view("n/a"),
    std::string_view("na"),
    std::string_view("na.com"),
    std::string_view("nil"),
    std::string_view("no aplica"),
    std::string_view("no grat numbered yet"),
    std::string_view("no numbered yet"),
    std::string_view("not applicable"),
    std::string_view("not assigned"),
    std::string_view("not yet assigned"),
    std::string_view("pending"),
    std::string_view("sem numero"),
    std::string_view("sem numeros"),
    std::string_view("tbd"),
    std::string_view("unspecified"),
    std::string_view("xxxxxxxxxxxxxxxxx"),
};

bool is_reference_filler(std::string_view text) {
  return std::find(kReferenceFillers.begin(), kReferenceFillers.end(),
                   text::to_lower(text)) != kReferenceFillers.end();
}

void strip_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) == prefix) {
    text.remove_prefix(prefix.size());
  }
}

std::string key_of(std::initializer_list<const Text*> parts) {
  std::string key;
  for (const Text* part : parts) {
    key += *part ? **part : "";
    key += '\x1f';
  }
  return key;
}
std::string key_of(const model::Organisation& item) {
  return key_of({&item.name, &item.ror});
}
std::string key_of(const model::Author& item) {
  const text::PersonName& name = item.name;
  return key_of({&item.orcid, &name.first_initial, &name.given_name,
                 &name.middle_initials, &name.middle_names, &name.surname,
                 &name.full});
}
std::string key_of(const model::Funding& item) {
  return key_of({&item.funder_name, &item.funder_ror, &item.funder_fundref,
                 &item.funding_opportunity_id, &item.status, &item.award_id,
                 &item.funder_project_number});
}

// Keeps the first of equal items. No value is empty, so keys tell null apart.
template <class T>
void keep_distinct(std::vector<T>& items) {
  std::unordered_set<std::string> seen;
  std::vector<T> kept;
  for (T& item : items) {
    if (seen.insert(key_of(item)).second) kept.push_back(std::move(item));
  }
  items = std::move(kept);
}

// Null behind every text.
int compare(const Text& a, const Text& b) {
  if (a && b) return a->compare(*b);
  return static_cast<int>(b.has_value()) - static_cast<int>(a.has_value());
}

bool by_name(const model::Organisation& a, const model::Organisation& b) {
  const int order = compare(a.name, b.name);
  return order != 0 ? order < 0 : compare(a.ror, b.ror) < 0;
}

// Plans keep the bare digits of a Funder id.
Text fundref_digits(Text fundref) {
  constexpr std::string_view kPrefix = "10.13039/";
  if (fundref && fundref->compare(0, kPrefix.size(), kPrefix) == 0) {
    fundref->erase(0, kPrefix.size());
  }
  return fundref;
}

}  // namespace

Text Cleaner::doi(std::string_view text) const {
  text::Doi found = text::doi_text(text, text::DoiField::typed);
  if (!found.usable()) return {};
  return std::move(found.doi);
}

Text Cleaner::plan_doi(std::string_view text) const {
  if (Text found = doi(text)) return found;
  const std::string lower = text::to_lower(text::trim(text));
  std::string_view rest = lower;
  strip_prefix(rest, "https://");
  strip_prefix(rest, "http://");
  for (const std::string_view prefix : {"dx.doi.org/", "doi.org/", "doi:"}) {
    strip_prefix(rest, prefix);
  }
  rest = text::trim(rest);
  if (rest.empty() || rest.substr(0, 3) == "10.") return {};
  return doi(rules_.dmp_id_prefix + std::string(rest));
}

Text Cleaner::title(const Text& raw) const {
  return raw ? text::clean_text(*raw, text::TextKind::title) : Text{};
}
Text Cleaner::abstract_text(const Text& raw) const {
  return raw ? text::clean_text(*raw, text::TextKind::abstract) : Text{};
}
Text Cleaner::label(const Text& raw) const {
  return raw ? text::clean_text(*raw, text::TextKind::label) : Text{};
}

Text Cleaner::award(const Text& raw) const {
  if (!raw) return {};
  const std::string valid = text::to_valid_utf8(*raw);
  const std::string_view trimmed = text::trim(valid);
  const bool filler = rules_.award_exclusion == AwardExclusion::reference
                          ? is_reference_filler(trimmed)
                          : text::is_award_filler(trimmed);
  if (filler || trimmed.empty()) {
    counters_.add("award_excluded");
    return {};
  }
  return std::string(trimmed);
}

std::optional<text::Micros> Cleaner::instant(const Text& raw,
                                             std::string_view field) const {
  if (!raw) return {};
  const auto found = text::parse_instant(text::trim(*raw));
  if (!found) counters_.add("bad_date." + std::string(field));
  return found;
}

std::optional<text::Day> Cleaner::project_day(const Text& raw,
                                              Edge edge) const {
  if (!raw) return {};
  const auto found = text::parse_date(text::trim(*raw));
  if (found && found->precision == text::Precision::day) return found->first;
  const bool partial = found && (found->precision == text::Precision::month ||
                                 found->precision == text::Precision::year);
  // "2024-02-30" parses as its month, but it is no partial date.
  const bool as_written = text::trim(*raw).size() <= 7;
  if (partial && as_written && rules_.partial_dates == PartialDates::lenient) {
    return edge == Edge::start ? found->first : found->last;
  }
  counters_.add(edge == Edge::start ? "bad_date.project_start"
                                    : "bad_date.project_end");
  return {};
}

Text Cleaner::orcid(const Text& raw) const {
  if (!raw) return {};
  Text found = text::normalise_orcid(*raw);
  if (!found && text::has_orcid_form(*raw)) counters_.add("orcid_bad");
  return found;
}

Text Cleaner::ror(const Text& raw) const {
  if (!raw) return {};
  Text found = text::normalise_ror(*raw);
  if (!found) {
    if (text::has_ror_form(*raw)) counters_.add("ror_bad_checksum");
    return {};
  }
  return registry_.canonical(*std::move(found));
}

std::optional<model::Author> Cleaner::author(const Text& name,
                                             const Text& orcid_text) const {
  model::Author found;
  found.orcid = orcid(orcid_text);
  if (name) {
    if (auto parsed = text::parse_name({"", "", "", *name})) {
      found.name = *std::move(parsed);
    } else {
      counters_.add("name_placeholder");
    }
  }
  if (found == model::Author{}) return {};
  return found;
}

void Cleaner::funder_id(std::string_view text, std::string_view type,
                        model::Funding& funding) const {
  const bool says_fundref = type.find("fundref") != std::string_view::npos;
  if (!says_fundref) funding.funder_ror = ror(std::string(text));
  if (!funding.funder_ror) {
    funding.funder_fundref = fundref_digits(
        text::normalise_fundref(text, says_fundref ? "fundref" : ""));
  }
  if (funding.funder_fundref) {
    funding.funder_ror = registry_.of_fundref(*funding.funder_fundref);
    counters_.add(funding.funder_ror ? "fundref_mapped" : "fundref_unmapped");
  }
}

void Cleaner::organisation(const Text& name, const Text& ror_text,
                           model::Plan& plan) const {
  model::Organisation found{label(name), ror(ror_text)};
  if (found.name || found.ror) plan.institutions.push_back(std::move(found));
}

void Cleaner::add_author(model::Author author, model::Plan& plan) const {
  plan.authors.push_back(std::move(author));
}

void Cleaner::add_funding(model::Funding funding, model::Plan& plan) const {
  // An entry with nothing but a status says nothing.
  model::Funding only_status;
  only_status.status = funding.status;
  if (funding == only_status) return;
  plan.funding.push_back(std::move(funding));
}

bool Cleaner::finish(model::Plan& plan) const {
  keep_distinct(plan.institutions);
  std::sort(plan.institutions.begin(), plan.institutions.end(), by_name);
  keep_distinct(plan.authors);
  keep_distinct(plan.funding);
  auto& outputs = plan.published_outputs;
  std::sort(outputs.begin(), outputs.end());
  outputs.erase(std::unique(outputs.begin(), outputs.end()), outputs.end());

  const text::Day oldest = text::to_day(1900, 1, 1);
  if (plan.project_start && *plan.project_start <= oldest) {
    counters_.add("bad_start");
    if (rules_.old_start == OldStart::reject_plan) return false;
    plan.project_start.reset();
  }
  if (plan.project_start && plan.project_end) {
    if (*plan.project_end < *plan.project_start) {
      counters_.add("end_before_start");
      plan.project_end.reset();
    } else if (*plan.project_end > text::add_years(*plan.project_start, 30)) {
      counters_.add("long_project");
    }
  }
  // The export's producer invents a missing end as start + 1,095 days.
  constexpr text::Day kInventedDays = 1095;
  plan.end_inferred = plan.source == "export" && plan.project_start &&
                      plan.project_end &&
                      *plan.project_end - *plan.project_start == kInventedDays;
  if (plan.end_inferred) counters_.add("end_inferred");
  return true;
}

}  // namespace dmp::dmps
