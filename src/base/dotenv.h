#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dmp {

// The variables of an env file, and what is wrong with it.
struct Dotenv {
  // A later line for the same key wins. Values have no NUL and at most
  // kLongestValueBytes.
  std::map<std::string, std::string, std::less<>> values;
  // "<name>:<line>: …", one a bad line; never shows a value.
  std::vector<std::string> problems;

  static constexpr std::size_t kLongestValueBytes = std::size_t{128} << 10;
};

// The value of a variable of the process; empty when it is not set.
using VariableLookup = std::function<std::string(const std::string&)>;

// Reads `KEY=value` lines: optional `export `, blank lines, comments, 'literal'
// and "escaped" values (\n \t \" \\ \$; any other backslash is itself), ${VAR}
// and ${VAR:-default} outside single quotes (earlier lines first, then
// `process`; unknown: empty), CRLF, a byte order mark at the start. `name`
// stands for the file in problems. Source: spec cli.md 1.1.
Dotenv parse_dotenv(std::string_view text, std::string_view name,
                    const VariableLookup& process);

}  // namespace dmp
