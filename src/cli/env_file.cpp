#include "cli/env_file.h"

#include "storage/files.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace dmp::cli {

namespace {

bool is_name(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
             "_") == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

// Reads one value; every member returns false where the line is malformed.
class ValueReader {
 public:
  ValueReader(std::string_view text, const Lookup& lookup)
      : text_(text), lookup_(lookup) {}

  std::optional<std::string> read() {
    bool good = false;
    if (text_.starts_with('\'')) {
      good = single_quoted();
    } else if (text_.starts_with('"')) {
      good = double_quoted();
    } else {
      good = plain();
    }
    if (!good) return std::nullopt;
    return value_;
  }

 private:
  bool single_quoted() {
    const auto end = text_.find('\'', 1);
    if (end == std::string_view::npos) return false;
    value_ = text_.substr(1, end - 1);
    return only_comment(text_.substr(end + 1));
  }

  bool double_quoted() {
    std::size_t at = 1;
    for (; at < text_.size() && text_[at] != '"'; ++at) {
      if (text_[at] == '\\' && at + 1 < text_.size()) {
        escaped(text_[++at]);
      } else if (text_[at] == '$' && text_.substr(at, 2) == "${") {
        if (!expanded(at)) return false;
      } else {
        value_ += text_[at];
      }
    }
    return at < text_.size() && only_comment(text_.substr(at + 1));
  }

  void escaped(char c) {
    if (c == 'n') {
      value_ += '\n';
    } else if (c == 't') {
      value_ += '\t';
    } else if (c == '"' || c == '\\' || c == '$') {
      value_ += c;
    } else {
      value_ += '\\';
      value_ += c;
    }
  }

  bool plain() {
    for (std::size_t at = 0; at < text_.size(); ++at) {
      if (text_[at] == '#' &&
          (at == 0 || text_[at - 1] == ' ' || text_[at - 1] == '\t')) {
        break;
      }
      if (text_.substr(at, 2) == "${") {
        if (!expanded(at)) return false;
      } else {
        value_ += text_[at];
      }
    }
    value_ = trimmed(value_);
    return true;
  }

  // ${VAR} or ${VAR:-default} at `at`; leaves `at` on the closing brace.
  bool expanded(std::size_t& at) {
    const auto end = text_.find('}', at);
    if (end == std::string_view::npos) return false;
    std::string_view name = text_.substr(at + 2, end - at - 2);
    std::string_view fallback;
    if (const auto mark = name.find(":-"); mark != std::string_view::npos) {
      fallback = name.substr(mark + 2);
      name = name.substr(0, mark);
    }
    if (!is_name(name)) return false;
    const std::string found = lookup_(std::string(name));
    value_ += found.empty() ? std::string(fallback) : found;
    at = end;
    return true;
  }

  static bool only_comment(std::string_view rest) {
    rest = trimmed(rest);
    return rest.empty() || rest.starts_with('#');
  }

  std::string_view text_;
  const Lookup& lookup_;
  std::string value_;
};

}  // namespace

Result<Variables> parse_env(std::string_view text, const Lookup& environment) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Variables found;
  const Lookup lookup = [&](const std::string& name) {
    const auto known = found.find(name);
    return known != found.end() ? known->second : environment(name);
  };
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("export ")) line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    const auto name = trimmed(line.substr(0, equals));
    const Error bad{
        ErrorCode::invalid_argument,
        fmt::format("line {}: not KEY=value, a comment or blank", number)};
    if (equals == std::string_view::npos || !is_name(name)) return bad;
    auto value = ValueReader(trimmed(line.substr(equals + 1)), lookup).read();
    if (!value) return bad;
    found[std::string(name)] = *std::move(value);
  }
  return found;
}

Result<Variables> apply_env_file(const std::string& given,
                                 const std::string& standard) {
  const auto environment = [](const std::string& name) -> std::string {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
  };
  std::string file = given.empty() ? environment("DMPWORKS_ENV_FILE") : given;
  if (file.empty()) {
    std::error_code error;
    if (!std::filesystem::exists(standard, error)) return Variables();
    file = standard;
  }
  auto text = storage::read_file(file);
  if (!text) {
    return Error{ErrorCode::invalid_argument,
                 "--env-file: " + text.error().message};
  }
  auto variables = parse_env(*text, environment);
  if (!variables) return std::move(variables).error().during(file);
  Variables set;
  for (const auto& [name, value] : *variables) {
    if (value.empty() || !environment(name).empty()) continue;
    ::setenv(name.c_str(), value.c_str(), 1);
    set[name] = file;
  }
  return set;
}

}  // namespace dmp::cli
