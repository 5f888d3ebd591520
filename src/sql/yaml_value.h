#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::sql {

// A YAML value, freed of its syntax: scalars that stand without quotes and read
// as null, true, false or a number are that, all others are text.
struct YamlValue {
  enum class Kind : std::uint8_t { null, boolean, number, text, list, map };
  Kind kind = Kind::null;
  std::string text;  // of a boolean, number or text
  std::vector<YamlValue> items;
  std::vector<std::pair<std::string, YamlValue>> members;  // in their order

  // Made where the pairs above are whole types.
  YamlValue();
  YamlValue(const YamlValue&);
  YamlValue(YamlValue&&) noexcept;
  YamlValue& operator=(const YamlValue&);
  YamlValue& operator=(YamlValue&&) noexcept;
  ~YamlValue();

  // The member of a map; nullptr: none.
  const YamlValue* find(std::string_view name) const;
};

// The one document of a YAML text. Errors: invalid_argument (`name` and line;
// more than a million values, which aliases can make of few bytes).
Result<YamlValue> parse_yaml(const std::string& name, const std::string& text);

// As JSON, members in their order.
std::string to_json(const YamlValue& value);

}  // namespace dmp::sql
