#include "text/organisation.h"

#include "text/name_tokens.h"
#include "text/unicode.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

namespace dmp::text {

namespace {

const std::unordered_set<std::string_view>& org_words() {
  static const std::unordered_set<std::string_view> kWords{"collaboration",
                                                           "consortium",
                                                           "center",
                                                           "centre",
                                                           "centro",
                                                           "centrum",
                                                           "department",
                                                           "society",
                                                           "association",
                                                           "agency",
                                                           "ministry",
                                                           "committee",
                                                           "commission",
                                                           "council",
                                                           "group",
                                                           "team",
                                                           "project",
                                                           "survey",
                                                           "library",
                                                           "museum",
                                                           "office",
                                                           "service",
                                                           "services",
                                                           "foundation",
                                                           "company",
                                                           "corporation",
                                                           "gmbh",
                                                           "ltd",
                                                           "inc",
                                                           "llc",
                                                           "ag",
                                                           "bureau",
                                                           "administration",
                                                           "panel",
                                                           "network",
                                                           "programme",
                                                           "program",
                                                           "college",
                                                           "school",
                                                           "academy",
                                                           "hospital",
                                                           "garden",
                                                           "station",
                                                           "organization",
                                                           "organisation",
                                                           "community",
                                                           "initiative",
                                                           "archive",
                                                           "archives",
                                                           "press",
                                                           "verlag",
                                                           "bank",
                                                           "union",
                                                           "board",
                                                           "division",
                                                           "repository",
                                                           "observatory",
                                                           "registry",
                                                           "facility",
                                                           "staff",
                                                           "kommission",
                                                           "collection",
                                                           "universit\u00e9"};
  return kWords;
}

bool is_org_word(std::string_view word) {
  for (const std::string_view stem :
       {"universit", "universidad", "institut", "laborator", "librar"}) {
    if (word.starts_with(stem)) return true;
  }
  return word.ends_with("hochschule") || word.ends_with("sternwarte") ||
         org_words().contains(word);
}

bool is_separator(char c) {
  return static_cast<unsigned char>(c) < 0x80 &&
         !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
}

// Lower-cased words; everything but letters and digits parts them.
std::vector<std::string_view> words_of(std::string_view lowered) {
  std::vector<std::string_view> words;
  std::size_t start = 0;
  for (std::size_t at = 0; at <= lowered.size(); ++at) {
    if (at < lowered.size() && !is_separator(lowered[at])) continue;
    if (at > start) words.push_back(lowered.substr(start, at - start));
    start = at + 1;
  }
  return words;
}

bool has_keyword(std::string_view lowered) {
  const auto words = words_of(lowered);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_org_word(words[i])) return true;
    if (words[i] == "task" && i + 1 < words.size() && words[i + 1] == "force") {
      return true;
    }
  }
  return false;
}

std::size_t token_count(std::string_view name) {
  const std::string folded = collapse_space(name);
  if (folded.empty()) return 0;
  return static_cast<std::size_t>(
             std::count(folded.begin(), folded.end(), ' ')) +
         1;
}

// `name` is `whole` without brackets, `lowered` that in small letters.
bool has_org_shape(std::string_view whole, std::string_view name,
                   std::string_view lowered) {
  const bool comma = name.find(',') != std::string_view::npos;
  const std::size_t tokens = token_count(name);
  // N.RAMAMOORTHY is one token and yet a person.
  const bool one_word =
      token_count(whole) == 1 && split_name(whole).size() == 1;
  return one_word || lowered.ends_with(".org") || lowered.ends_with(".com") ||
         (" " + std::string(lowered) + " ").find(" of the ") !=
             std::string::npos ||
         (tokens >= 6 && !comma);
}

// Whether one of the words between blanks is a keyword; `Torres-Company` and
// `Ag.` are none. For every person there is, so it makes no lists.
bool has_keyword_of_its_own(std::string_view part) {
  constexpr std::size_t kShortest = 3;
  while (!part.empty()) {
    const auto end = std::min(part.find(' '), part.size());
    const std::string lowered = to_lower(part.substr(0, end));
    part.remove_prefix(std::min(end + 1, part.size()));
    std::string_view word = lowered;
    while (!word.empty() && is_separator(word.back())) word.remove_suffix(1);
    while (!word.empty() && is_separator(word.front())) word.remove_prefix(1);
    if (word.size() >= kShortest && is_org_word(word)) return true;
  }
  return false;
}

// The name of an organisation that was cut at its comma or before its last word
// as if it were a person's: `University Of Kelp` and `Data Center`, `The
// British` and `Library`.
bool is_cut_organisation(std::string_view given, std::string_view family) {
  constexpr std::ptrdiff_t kLeastWords = 3;
  bool long_family =
      std::count(family.begin(), family.end(), ' ') + 1 >= kLeastWords;
  if (long_family) {
    const auto words = split_words(family);
    long_family =
        std::count_if(words.begin(), words.end(), [](std::string_view word) {
          return !is_particle(word);
        }) >= kLeastWords;
  }
  const auto blank = given.find(' ');
  if (blank == std::string_view::npos && !long_family) return false;
  return has_keyword_of_its_own(given) ||
         ((long_family || equals_in_lower(given.substr(0, blank), "the")) &&
          has_keyword_of_its_own(family));
}

}  // namespace

NameHolder classify_creator(const CreatorHint& hint) {
  const std::string_view type = trim(hint.name_type);
  const std::string_view given = trim(hint.given);
  const std::string_view family = trim(hint.family);
  const bool both = !given.empty() && !family.empty();
  const bool personal = equals_in_lower(type, "personal");
  if (equals_in_lower(type, "organizational")) return NameHolder::organisation;
  if (personal && hint.has_org_identifier) return NameHolder::organisation;
  if (both && !hint.has_valid_orcid && is_cut_organisation(given, family))
    return NameHolder::organisation;
  if (both || (hint.has_valid_orcid && !personal)) return NameHolder::person;
  // `Ana Silva (Kelp University)` is a person of that university.
  const std::string_view whole = trim(hint.name);
  const std::string stripped = parsing_form(whole);
  const std::string_view name = stripped.empty() ? whole : stripped;
  const std::string lowered = to_lower(name);
  const bool organisation =
      has_keyword(lowered) ||
      (!personal &&
       (hint.has_org_identifier || has_org_shape(whole, name, lowered)));
  return organisation ? NameHolder::organisation : NameHolder::person;
}

}  // namespace dmp::text
