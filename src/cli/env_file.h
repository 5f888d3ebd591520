#pragma once

#include "base/result.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dmp::cli {

// The variables of a dotenv text: KEY=value lines, `export `, # comments,
// '…' literal, "…" with \n \t \" \\ \$, ${VAR} and ${VAR:-default} outside
// single quotes (earlier lines, then `environment`; unknown = empty), CRLF and
// a BOM accepted, a later line wins. Source: spec cli.md 1.1. Errors:
// invalid_argument (the first line that is none of these, by number).
using Variables = std::map<std::string, std::string>;
using Lookup = std::function<std::string(const std::string&)>;
Result<Variables> parse_env(std::string_view text, const Lookup& environment);

// Sets every variable of the env file of a command in the process environment,
// where it is not set (or empty): the environment always wins. The file:
// `given` (--env-file), else DMPWORKS_ENV_FILE, else `standard` in the working
// directory, which may be absent. Call before other threads are started.
// Returns the names set, each with the file as shown to the user.
// Errors: invalid_argument, naming file and line.
Result<Variables> apply_env_file(const std::string& given,
                                 const std::string& standard);

}  // namespace dmp::cli
