#pragma once

#include <cstdint>
#include <string_view>

namespace dmp::text {

enum class NameHolder : std::uint8_t { person, organisation };

struct CreatorHint {
  std::string_view name_type;  // as delivered; empty = absent
  std::string_view given;
  std::string_view family;
  std::string_view name;
  bool has_valid_orcid = false;
  bool has_org_identifier = false;  // a ROR or GRID name identifier
};

// Source: spec records.md 1.7, rules 1-5 in order; where real records differ,
// docs/formats.md.
NameHolder classify_creator(const CreatorHint& hint);

}  // namespace dmp::text
