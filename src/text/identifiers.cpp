#include "text/identifiers.h"

#include "text/unicode.h"

#include <algorithm>
#include <array>

namespace dmp::text {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool starts_with_icase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

bool contains_icase(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) !=
         text.end();
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// What follows the last '/', trailing slashes ignored.
std::string_view last_path_part(std::string_view text) {
  while (!text.empty() && text.back() == '/') text.remove_suffix(1);
  const auto slash = text.rfind('/');
  return slash == std::string_view::npos ? text : text.substr(slash + 1);
}

// ---------------------------------------------------------------------- ROR

// What a letter of a ROR id counts, in either case; -1: it is none.
constexpr std::array<std::int8_t, 256> kRorValues = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  std::int8_t value = 0;
  for (const char c : std::string_view("0123456789abcdefghjkmnpqrstvwxyz")) {
    table[static_cast<unsigned char>(c)] = value;
    table[static_cast<unsigned char>(upper(c))] = value++;
  }
  return table;
}();

int ror_value(char c) {
  return kRorValues[static_cast<unsigned char>(c)];
}

constexpr std::size_t kRorLength = 9;

// The candidate token of a text that is a ROR id, bare or as a URL.
std::string_view ror_token(std::string_view text) {
  text = trim(text);
  constexpr std::string_view kUsual = "https://ror.org/";
  if (text.size() == kUsual.size() + kRorLength && text.starts_with(kUsual))
    return text.substr(kUsual.size());
  const bool url = starts_with_icase(text, "http://") ||
                   starts_with_icase(text, "https://") ||
                   starts_with_icase(text, "ror.org/");
  if (!url) return text;
  if (!contains_icase(text, "ror.org/")) return {};
  return last_path_part(text);
}

bool ror_shape(std::string_view token) {
  if (token.size() != kRorLength || token[0] != '0') return false;
  for (std::size_t i = 1; i < 7; ++i) {
    if (ror_value(token[i]) < 0) return false;
  }
  return is_digit(token[7]) && is_digit(token[8]);
}

bool ror_checks(std::string_view token) {
  std::int64_t n = 0;
  for (std::size_t i = 1; i < 7; ++i) {
    n = n * 32 + ror_value(token[i]);
  }
  const auto check = 98 - (n * 100) % 97;
  return check == (token[7] - '0') * 10 + (token[8] - '0');
}

// ------------------------------------------------------------- ORCID and ISNI

// ISO 7064 mod 11-2 over 15 digits and a check character; dashes are passed.
bool mod_11_2_checks(std::string_view text) {
  int t = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c != '-') t = (t + (c - '0')) * 2 % 11;
  }
  const int check = (12 - t) % 11;
  return text.back() == (check == 10 ? 'x' : static_cast<char>('0' + check));
}

// The 16 characters (lower-case x) of a text made of digits, blanks and dashes;
// empty when it is anything else.
std::string sixteen_of(std::string_view text) {
  std::string found;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const char l = lower(c);
    if (!(is_digit(l) || (l == 'x' && found.size() == 15))) return {};
    found += l;
    if (found.size() > 16) return {};
  }
  return found.size() == 16 ? found : std::string();
}

// U+2010..2015 and U+2212 stand for '-' in some sources; U+00A0 for a blank.
std::string plain_dashes(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212) {
      out += '-';
    } else if (c == 0xA0) {
      out += ' ';
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

std::string orcid_digits(std::string_view text) {
  text = trim(text);
  if (contains_icase(text, "orcid.org")) {
    const auto query = text.find_first_of("?#");
    text = last_path_part(text.substr(0, query));
  } else if (starts_with_icase(text, "orcid:")) {
    text = trim(text.substr(6));
  }
  return sixteen_of(plain_dashes(text));
}

// The ORCID in a text of the usual form, which nearly all have: alone or behind
// https://orcid.org/. Empty: of another form.
std::string_view usual_orcid(std::string_view text) {
  constexpr std::string_view kUrl = "https://orcid.org/";
  constexpr std::string_view kShape = "0000-0000-0000-0000";
  if (text.starts_with(kUrl)) text.remove_prefix(kUrl.size());
  if (text.size() != kShape.size()) return {};
  for (std::size_t i = 0; i + 1 < kShape.size(); ++i) {
    if (kShape[i] == '-' ? text[i] != '-' : !is_digit(text[i])) return {};
  }
  const char last = lower(text.back());
  return is_digit(last) || last == 'x' ? text : std::string_view();
}

std::string isni_digits(std::string_view text) {
  text = trim(text);
  if (contains_icase(text, "isni.org/")) {
    text = last_path_part(text);
  } else if (starts_with_icase(text, "isni:") ||
             starts_with_icase(text, "isni ")) {
    text = trim(text.substr(5));
  }
  return sixteen_of(plain_dashes(text));
}

}  // namespace

std::optional<std::string> normalise_ror(std::string_view text) {
  const std::string_view token = ror_token(text);
  if (!ror_shape(token) || !ror_checks(token)) return std::nullopt;
  return lowered(token);
}

bool has_ror_form(std::string_view text) {
  return ror_shape(ror_token(text));
}

std::optional<std::string> normalise_orcid(std::string_view text) {
  if (const auto usual = usual_orcid(text); !usual.empty()) {
    std::string orcid(usual);
    orcid.back() = lower(orcid.back());
    if (!mod_11_2_checks(orcid)) return std::nullopt;
    return orcid;
  }
  const std::string digits = orcid_digits(text);
  if (digits.empty() || !mod_11_2_checks(digits)) return std::nullopt;
  std::string orcid;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i > 0 && i % 4 == 0) orcid += '-';
    orcid += digits[i];
  }
  return orcid;
}

bool has_orcid_form(std::string_view text) {
  return !orcid_digits(text).empty();
}

std::optional<std::string> normalise_isni(std::string_view text) {
  std::string digits = isni_digits(text);
  if (digits.empty() || !mod_11_2_checks(digits)) return std::nullopt;
  return digits;
}

bool has_isni_form(std::string_view text) {
  return !isni_digits(text).empty();
}

std::optional<std::string> normalise_grid(std::string_view text) {
  text = trim(text);
  if (text.find('/') != std::string_view::npos) text = last_path_part(text);
  std::string id = lowered(text);
  // Real: https://grid.ac/institutesgrid.36212.34
  constexpr std::string_view kGlued = "institutesgrid.";
  if (id.starts_with(kGlued)) id.erase(0, kGlued.find("grid."));
  if (!id.starts_with("grid.")) return std::nullopt;
  const auto dot = id.find('.', 5);
  if (dot == std::string::npos) return std::nullopt;
  const std::string_view number = std::string_view(id).substr(5, dot - 5);
  const std::string_view check = std::string_view(id).substr(dot + 1);
  const bool hex =
      !check.empty() && std::all_of(check.begin(), check.end(), [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'f');
      });
  if (!all_digits(number) || !hex) return std::nullopt;
  return id;
}

std::optional<std::string> normalise_wikidata(std::string_view text) {
  text = trim(text);
  if (text.find('/') != std::string_view::npos) text = last_path_part(text);
  if (text.size() < 2 || lower(text[0]) != 'q' || text[1] == '0' ||
      !all_digits(text.substr(1))) {
    return std::nullopt;
  }
  return lowered(text);
}

std::optional<std::string> normalise_fundref(std::string_view text,
                                             std::string_view scheme_hint) {
  text = trim(text);
  const bool hinted = contains_icase(scheme_hint, "funder") ||
                      contains_icase(scheme_hint, "fundref");
  if (all_digits(text)) {
    if (!hinted || text.size() < 2 || text.size() > 14) return std::nullopt;
    return "10.13039/" + std::string(text);
  }
  for (const std::string_view prefix : {"https://", "http://"}) {
    if (starts_with_icase(text, prefix)) text.remove_prefix(prefix.size());
  }
  for (const std::string_view prefix :
       {"dx.doi.org/", "www.doi.org/", "doi.org/", "doi:", "info:doi/"}) {
    if (starts_with_icase(text, prefix)) {
      text = trim(text.substr(prefix.size()));
      break;
    }
  }
  constexpr std::string_view kPrefix = "10.13039/";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const std::string_view digits = text.substr(kPrefix.size());
  if (!all_digits(digits) || digits.size() < 2 || digits.size() > 14) {
    return std::nullopt;
  }
  return std::string(text);
}

std::optional<std::string> normalise_openalex(std::string_view text,
                                              std::string_view letters) {
  text = trim(text);
  if (text.find('/') != std::string_view::npos) text = last_path_part(text);
  if (text.size() < 2 ||
      letters.find(upper(text[0])) == std::string_view::npos ||
      !all_digits(text.substr(1))) {
    return std::nullopt;
  }
  std::string id(text);
  id[0] = upper(id[0]);
  return id;
}

std::optional<std::string> normalise_pmid(std::string_view text) {
  text = last_path_part(trim(text));
  if (starts_with_icase(text, "pmid:")) text = trim(text.substr(5));
  if (!all_digits(text)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> normalise_pmcid(std::string_view text) {
  text = trim(text);
  const bool url =
      contains_icase(text, "/pmc/") || contains_icase(text, "/pmc");
  text = last_path_part(text);
  if (starts_with_icase(text, "pmc")) {
    text.remove_prefix(3);
  } else if (!url) {
    return std::nullopt;
  }
  if (!all_digits(text)) return std::nullopt;
  return "PMC" + std::string(text);
}

std::optional<std::string> normalise_mag(std::string_view text) {
  text = trim(text);
  if (!all_digits(text)) return std::nullopt;
  return std::string(text);
}

std::string_view org_id_type_name(OrgIdType type) {
  constexpr std::array<std::string_view, 6> kNames{
      "ror", "grid", "fundref", "wikidata", "isni", "other"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view org_id_scheme_name(OrgIdType type) {
  constexpr std::array<std::string_view, 6> kNames{
      "ROR", "GRID", "Crossref Funder ID", "Wikidata", "ISNI", "Other"};
  return kNames[static_cast<std::size_t>(type)];
}

OrgId classify_org_id(std::string_view text, std::string_view scheme_hint) {
  const std::string_view trimmed = trim(text);
  if (trimmed.empty()) return {};
  if (auto id = normalise_ror(trimmed)) return {OrgIdType::ror, *std::move(id)};
  if (auto id = normalise_grid(trimmed))
    return {OrgIdType::grid, *std::move(id)};
  if (auto id = normalise_fundref(trimmed, scheme_hint)) {
    return {OrgIdType::fundref, *std::move(id)};
  }
  if (auto id = normalise_wikidata(trimmed)) {
    return {OrgIdType::wikidata, *std::move(id)};
  }
  if (auto id = normalise_isni(trimmed))
    return {OrgIdType::isni, *std::move(id)};
  return {OrgIdType::other, std::string(trimmed)};
}

}  // namespace dmp::text
