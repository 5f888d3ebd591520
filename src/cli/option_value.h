#pragma once

#include "cli/arguments.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What a value's text means, by the type of its option. Source: spec cli.md 1.
namespace dmp::cli {

// Whether `text` is a word for true or false; `value`: which.
bool is_bool_word(std::string_view text, bool& value);
// Decimal digits, with a sign and "_" between them; nullopt when it is not.
std::optional<std::int64_t> parse_integer(std::string_view text);
// The number that the whole of `text` is.
std::optional<double> parse_real(std::string_view text);
// "200MB" -> bytes; nullopt when it is no size.
std::optional<std::uint64_t> parse_size(std::string_view text);

// What is wrong with one value of `option`; "" when nothing is. A file that
// must be there is looked for.
std::string complaint(const Option& option, const std::string& value);

}  // namespace dmp::cli
