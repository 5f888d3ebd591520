#include "cli/env_file.h"

#include "base/dotenv.h"
#include "storage/files.h"

#include <cstdlib>
#include <filesystem>

namespace dmp::cli {

namespace {

std::string process_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

}  // namespace

std::map<std::string, std::string> apply_env_file(const std::string& given,
                                                  const std::string& standard,
                                                  Problems& problems) {
  std::string file = given;
  std::string what = "--env-file: ";
  if (file.empty()) {
    file = process_variable("DMPWORKS_ENV_FILE");
    what = "DMPWORKS_ENV_FILE: ";
  }
  if (file.empty()) {
    std::error_code error;
    if (!std::filesystem::exists(standard, error)) return {};
    file = standard;
    what = "";
  }
  const auto text = storage::read_file(file);
  if (!text) {
    problems.lines.push_back(what + text.error().message);
    return {};
  }
  const Dotenv variables = parse_dotenv(*text, file, process_variable);
  problems.lines.insert(problems.lines.end(), variables.problems.begin(),
                        variables.problems.end());
  std::map<std::string, std::string> set;
  if (!variables.problems.empty()) return set;
  for (const auto& [name, value] : variables.values) {
    if (value.empty() || !process_variable(name).empty()) continue;
    ::setenv(name.c_str(), value.c_str(), 1);
    set[name] = file;
  }
  return set;
}

}  // namespace dmp::cli
