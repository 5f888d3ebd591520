#pragma once

#include <string>
#include <string_view>

namespace dmp::text {

// Bytes that are equal for two texts when people who see neither case nor
// accents read the same: primary weights of the Unicode Collation Algorithm,
// root locale. Blanks and punctuation count, control characters do not.
// Comparable only under one collation_version(). Threads: any.
// Source: spec database.md 1: the collation of the DMP Tool database
// (utf8mb4_0900_ai_ci).
std::string collation_key(std::string_view text);

// Differs where another ICU could give other keys.
const std::string& collation_version();

}  // namespace dmp::text
