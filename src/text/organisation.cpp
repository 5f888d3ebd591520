#include "text/organisation.h"

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
  return word.ends_with("hochschule") || org_words().contains(word);
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

bool has_org_shape(std::string_view name, std::string_view lowered) {
  const bool comma = name.find(',') != std::string_view::npos;
  const std::size_t tokens = token_count(name);
  return tokens == 1 || lowered.ends_with(".org") ||
         lowered.ends_with(".com") ||
         (" " + std::string(lowered) + " ").find(" of the ") !=
             std::string::npos ||
         (tokens >= 6 && !comma);
}

}  // namespace

NameHolder classify_creator(const CreatorHint& hint) {
  const std::string_view type = trim(hint.name_type);
  const bool given = !trim(hint.given).empty();
  const bool family = !trim(hint.family).empty();
  if (equals_in_lower(type, "organizational")) return NameHolder::organisation;
  if (equals_in_lower(type, "personal")) {
    const bool organisation =
        hint.has_org_identifier ||
        (!given && !family && has_keyword(to_lower(trim(hint.name))));
    return organisation ? NameHolder::organisation : NameHolder::person;
  }
  if ((given && family) || hint.has_valid_orcid) return NameHolder::person;
  const std::string lowered = to_lower(trim(hint.name));
  if (hint.has_org_identifier || has_keyword(lowered) ||
      has_org_shape(trim(hint.name), lowered)) {
    return NameHolder::organisation;
  }
  return NameHolder::person;
}

}  // namespace dmp::text
