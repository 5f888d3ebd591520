#pragma once

#include "text/names.h"

#include <optional>
#include <string>

namespace dmp::model {

struct Author {
  std::optional<std::string> orcid;  // 0000-0000-0000-000x, checked
  text::PersonName name;

  bool operator==(const Author&) const = default;
};

// At least one of the two is set in every list of plans and works.
struct Organisation {
  std::optional<std::string> name;
  std::optional<std::string> ror;  // 9 characters, lower case, checked

  bool operator==(const Organisation&) const = default;
};

}  // namespace dmp::model
