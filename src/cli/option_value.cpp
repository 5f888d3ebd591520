#include "cli/option_value.h"

#include "jobs/run_id.h"
#include "net/http.h"
#include "results/csv.h"
#include "storage/object_store.h"
#include "storage/s3_object.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <system_error>
#include <vector>

namespace dmp::cli {

namespace {

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

bool is_url(std::string_view text) {
  for (const std::string_view scheme :
       {"https://", "http://", "file://", "s3://"}) {
    if (text.starts_with(scheme)) return text.size() > scheme.size();
  }
  return false;
}

bool is_digest(std::string_view text) {
  static const std::map<std::string_view, std::size_t> kDigits{
      {"md5", 32}, {"sha1", 40}, {"sha256", 64}, {"sha512", 128}};
  const auto colon = text.find(':');
  const auto hex = text.substr(colon == std::string_view::npos ? 0 : colon + 1);
  if (hex.find_first_not_of("0123456789abcdefABCDEF") !=
      std::string_view::npos) {
    return false;
  }
  for (const auto& [name, digits] : kDigits) {
    if (colon != std::string_view::npos && text.substr(0, colon) != name)
      continue;
    if (hex.size() == digits) return true;
  }
  return false;
}

std::string duration_complaint(std::string_view text) {
  const auto unit = text.find_first_not_of("0123456789");
  if (unit != 0 && unit + 1 == text.size() &&
      std::string_view("smh").find(text[unit]) != std::string_view::npos) {
    return {};
  }
  return fmt::format("\"{}\" is not a time such as 30s, 5m, 6h", text);
}

// Not inside the option's range: a NaN is not either.
std::string range_complaint(const Option& option, const std::string& value,
                            double number) {
  if (number >= option.least && number <= option.most) return {};
  if (option.most >= 1e18)
    return fmt::format("{} is below {}", value, option.least);
  return fmt::format("{} is outside {} to {}", value, option.least,
                     option.most);
}

}  // namespace

bool is_bool_word(std::string_view text, bool& value) {
  const std::string word = text::to_lower(text);
  value = word == "true" || word == "yes" || word == "1";
  return value || word == "false" || word == "no" || word == "0";
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_' && i > 0) continue;
    digits += text[i];
  }
  if (!digits.empty() && digits[0] == '+') digits.erase(0, 1);
  std::int64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value);
  if (digits.empty() || result.ec != std::errc() || result.ptr != end)
    return std::nullopt;
  return value;
}

std::optional<double> parse_real(std::string_view text) {
  double value = 0;
  const auto result =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || result.ec != std::errc() ||
      result.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto unit_at = text.find_first_not_of("0123456789.");
  const auto number = parse_real(text.substr(0, unit_at));
  if (!number || *number < 0) return std::nullopt;
  const std::string unit = unit_at == std::string_view::npos
                               ? "B"
                               : std::string(text.substr(unit_at));
  static const std::map<std::string, double> kUnits{
      {"B", 1},         {"KB", 1e3},         {"MB", 1e6},
      {"GB", 1e9},      {"TB", 1e12},        {"KiB", 1024},
      {"MiB", 1048576}, {"GiB", 1073741824}, {"TiB", 1099511627776}};
  const auto found = kUnits.find(unit);
  if (found == kUnits.end()) return std::nullopt;
  return static_cast<std::uint64_t>(*number * found->second);
}

std::string complaint(const Option& option, const std::string& value) {
  switch (option.type) {
    case OptionType::ranges:
      if (value == "auto") return {};
      [[fallthrough]];
    case OptionType::integer: {
      const auto number = parse_integer(value);
      if (!number) return fmt::format("\"{}\" is not a whole number", value);
      return range_complaint(option, value, static_cast<double>(*number));
    }
    case OptionType::real: {
      const auto number = parse_real(value);
      if (!number) return fmt::format("\"{}\" is not a number", value);
      return range_complaint(option, value, *number);
    }
    case OptionType::size:
      return parse_size(value)
                 ? ""
                 : fmt::format("\"{}\" is not a size such as 4GB", value);
    case OptionType::date:
      return jobs::run_day(value)
                 ? ""
                 : fmt::format("\"{}\" is not a day YYYY-MM-DD", value);
    case OptionType::duration:
      return duration_complaint(value);
    case OptionType::run_id:
      return jobs::is_run_id(value) ? ""
                                    : fmt::format(
                                          "\"{}\" is not a run id: letters, "
                                          "digits, - and _, at most 64",
                                          value);
    case OptionType::boolean: {
      bool truth = false;
      return is_bool_word(value, truth)
                 ? ""
                 : fmt::format("\"{}\" is not true or false", value);
    }
    case OptionType::file_or_object:
      if (storage::s3_object(value)) return {};
      [[fallthrough]];
    case OptionType::existing_path:
      if (std::error_code error; !std::filesystem::exists(value, error))
        return value + ": no such file or folder";
      if (const auto one = results::lacking_column(value, option.columns))
        return value + " has no column " + *one;
      return {};
    case OptionType::bucket:
      return storage::bucket_folder(value) || storage::bucket_name(value)
                 ? ""
                 : fmt::format(
                       "\"{}\" is neither a bucket (3 to 63 characters of "
                       "a-z, 0-9, . and -) nor a folder with a /",
                       value);
    case OptionType::url:
      return is_url(value) ? ""
                           : fmt::format(
                                 "\"{}\" is not a URL: https, http, file or "
                                 "s3",
                                 net::shown_url(value));
    case OptionType::digest:
      return is_digest(value)
                 ? ""
                 : fmt::format(
                       "\"{}\" is not a digest: md5, sha1, sha256 or sha512, "
                       ":, and as many hex digits as it has",
                       value);
    case OptionType::choice:
    case OptionType::list:
      if (option.choices.empty() ||
          std::find(option.choices.begin(), option.choices.end(), value) !=
              option.choices.end()) {
        return {};
      }
      return fmt::format("\"{}\" is not one of {}", value,
                         joined(option.choices));
    default:
      return {};
  }
}

}  // namespace dmp::cli
