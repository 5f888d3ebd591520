#pragma once

#include "cli/arguments.h"

#include <map>
#include <string>

namespace dmp::cli {

// Sets every variable of the env file of a command in the process environment,
// where it is not set (or empty): the environment always wins. The file:
// `given` (--env-file), else DMPWORKS_ENV_FILE, else `standard` in the working
// directory, which may be absent. Call before other threads are started.
// Returns the names set, each with the file as shown to the user. A file that
// cannot be read and every bad line go to `problems`; nothing is set then.
// Source: spec cli.md 1.1; the syntax: base/dotenv.h.
std::map<std::string, std::string> apply_env_file(const std::string& given,
                                                  const std::string& standard,
                                                  Problems& problems);

}  // namespace dmp::cli
