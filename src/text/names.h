#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dmp::text {

// A person's name in parts. Every part is null when it is not known.
struct PersonName {
  std::optional<std::string> first_initial;  // one letter, upper case
  std::optional<std::string> given_name;
  std::optional<std::string> middle_initials;  // letters without dots
  std::optional<std::string> middle_names;     // words joined by a blank
  std::optional<std::string> surname;
  std::optional<std::string> full;  // never re-cased

  bool operator==(const PersonName&) const = default;
};

struct NameParts {
  std::string_view given;
  std::string_view family;
  std::string_view suffix;
  std::string_view full;  // empty views are absent parts
};

// The one name parser of works and plans. nullopt: no author at all
// (placeholder, no letter, address text). Source: spec records.md 1.6.
std::optional<PersonName> parse_name(const NameParts& parts);

// The same without the short cut for plain names (plain_names.h).
std::optional<PersonName> parse_name_by_rules(const NameParts& raw);

}  // namespace dmp::text
