#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::text {

// Each returns the normal form of spec records.md 1.5, or nullopt when the text
// is not such an identifier or its check digits fail. All are idempotent.
std::optional<std::string> normalise_ror(std::string_view text);
std::optional<std::string> normalise_orcid(std::string_view text);
std::optional<std::string> normalise_isni(std::string_view text);
std::optional<std::string> normalise_grid(std::string_view text);
std::optional<std::string> normalise_wikidata(std::string_view text);
// `10.13039/<digits>`; bare digits only with a hint that says Fundref.
std::optional<std::string> normalise_fundref(std::string_view text,
                                             std::string_view scheme_hint = "");
// Upper-case letter of `letters` and digits, from a URL or bare.
std::optional<std::string> normalise_openalex(std::string_view text,
                                              std::string_view letters = "W");
std::optional<std::string> normalise_pmid(std::string_view text);
std::optional<std::string> normalise_pmcid(std::string_view text);
std::optional<std::string> normalise_mag(std::string_view text);

// A text of ROR / ORCID / ISNI form whose check digits fail; for counters.
bool has_ror_form(std::string_view text);
bool has_orcid_form(std::string_view text);
bool has_isni_form(std::string_view text);

enum class OrgIdType : std::uint8_t {
  ror,
  grid,
  fundref,
  wikidata,
  isni,
  other
};
std::string_view org_id_type_name(OrgIdType type);  // "ror", "grid", …
std::string_view org_id_scheme_name(
    OrgIdType type);  // "ROR", "Crossref Funder ID", …

struct OrgId {
  OrgIdType type = OrgIdType::other;
  std::string identifier;  // normal form; trimmed text for `other`
};

// By form: ROR, GRID, Fundref DOI, Wikidata, ISNI; the hint decides only for
// bare digits. Empty identifier when the text is blank.
OrgId classify_org_id(std::string_view text, std::string_view scheme_hint);

}  // namespace dmp::text
