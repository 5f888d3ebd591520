#pragma once

#include "text/names.h"

#include <optional>

namespace dmp::text {

// A name made only of initials and plain words of Latin letters (ASCII,
// Latin-1, Latin Extended-A), for which the rules of parse_name() come to a few
// comparisons: most names are. nullopt: not one of these, ask the rules. When
// it answers, the answer is that of parse_name_by_rules(): names_test.cpp and
// fuzz/names_fuzz.cpp compare them.
std::optional<PersonName> plain_name(const NameParts& parts);

}  // namespace dmp::text
