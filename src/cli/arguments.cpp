#include "cli/arguments.h"

#include "jobs/run_id.h"
#include "net/http.h"
#include "results/csv.h"
#include "storage/object_store.h"
#include "storage/s3_object.h"
#include "text/dates.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

namespace dmp::cli {

namespace {

std::string dashes(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

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

// Not inside the option's range: a NaN is not either.
std::string range_complaint(const Option& option, const std::string& value,
                            double number) {
  if (number >= option.least && number <= option.most) return {};
  if (option.most >= 1e18)
    return fmt::format("{} is below {}", value, option.least);
  return fmt::format("{} is outside {} to {}", value, option.least,
                     option.most);
}

// What is wrong with one value; "" when nothing is.
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

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1,
                         corner + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      corner = above;
    }
  }
  return row[b.size()];
}

}  // namespace

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

std::string nearest(std::string_view word,
                    const std::vector<std::string>& names) {
  std::string best;
  std::size_t distance = 3;
  for (const auto& name : names) {
    const std::size_t here = edit_distance(word, name);
    if (here < distance) {
      distance = here;
      best = name;
    }
  }
  return best;
}

// -------------------------------------------------------------------- Values

bool Values::has(std::string_view name) const {
  return values_.contains(name);
}

std::string Values::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty()
             ? ""
             : found->second.front();
}

std::vector<std::string> Values::list(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::int64_t Values::integer(std::string_view name) const {
  return parse_integer(text(name)).value_or(0);
}

double Values::real(std::string_view name) const {
  return parse_real(text(name)).value_or(0);
}

bool Values::flag(std::string_view name) const {
  bool value = false;
  is_bool_word(text(name), value);
  return value;
}

std::uint64_t Values::bytes(std::string_view name) const {
  return parse_size(text(name)).value_or(0);
}

// -------------------------------------------------------------------- Parser

class Parser {
 public:
  Parser(const Command& command, const Environment& environment,
         Problems& problems)
      : environment_(environment), problems_(problems) {
    options_ = command.options;
    options_.insert(options_.end(), global_options().begin(),
                    global_options().end());
  }

  Values run(const std::vector<std::string>& words) {
    bool plain_only = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string& word = words[i];
      if (!plain_only && word == "--") {
        plain_only = true;
      } else if (!plain_only && word.size() > 2 && word.starts_with("--")) {
        i = named(words, i);
      } else if (!plain_only && word.size() == 2 && word[0] == '-' &&
                 word[1] > '9') {
        short_form(word[1]);
      } else {
        positional(word);
      }
    }
    fill();
    for (const auto& option : options_) note_source(option);
    return std::move(values_);
  }

 private:
  Option* find(const std::string& name) {
    const auto found = std::find_if(
        options_.begin(), options_.end(), [&](const Option& option) {
          return option.name == name ||
                 std::find(option.aliases.begin(), option.aliases.end(),
                           name) != option.aliases.end();
        });
    return found == options_.end() ? nullptr : &*found;
  }

  void problem(std::string text) { problems_.lines.push_back(std::move(text)); }

  void unknown(const std::string& name) {
    problem("unknown option --" + name);
    std::vector<std::string> names;
    for (const auto& option : options_) names.push_back(option.name);
    if (const auto near = nearest(name, names); !near.empty()) {
      problem("hint: did you mean --" + near + "?");
    }
  }

  void add(const Option& option, const std::string& value,
           const std::string& origin) {
    if (value.empty() && option.type != OptionType::text) {
      problem(fmt::format("--{}: empty value", option.name));
      return;
    }
    const bool many = option.type == OptionType::list;
    std::string rest = value;
    while (many && rest.find(',') != std::string::npos) {
      const auto comma = rest.find(',');
      store(option, rest.substr(0, comma), origin);
      rest = rest.substr(comma + 1);
    }
    store(option, rest, origin);
  }

  void store(const Option& option, const std::string& typed,
             const std::string& origin) {
    // A late name of that task: cli.md 2.
    const std::string value = option.name == "start-job" && typed == "subset"
                                  ? "dataset-subset"
                                  : typed;
    if (auto wrong = complaint(option, value); !wrong.empty()) {
      problem(fmt::format("--{}: {}{}", option.name, wrong, origin));
      // Names of a later generation of the reference system: cli.md 2.
      if (option.name == "env" && value == "stg") problem("hint: use stage");
      if (option.name == "env" && value == "prd") problem("hint: use prod");
    }
    values_.values_[option.name].push_back(value);
  }

  // Handles words[i]; returns the index of the last word taken.
  std::size_t named(const std::vector<std::string>& words, std::size_t i) {
    const auto equals = words[i].find('=');
    std::string name = dashes(
        words[i].substr(2, equals == std::string::npos ? equals : equals - 2));
    const bool inline_value = equals != std::string::npos;
    Option* option = find(name);
    // --no-x, and with the prefix of a group --group.no-x.
    const auto dot = name.rfind('.');
    const std::size_t leaf = dot == std::string::npos ? 0 : dot + 1;
    if (option == nullptr && name.compare(leaf, 3, "no-") == 0) {
      Option* negated = find(name.substr(0, leaf) + name.substr(leaf + 3));
      if (negated != nullptr && negated->type == OptionType::boolean) {
        if (inline_value) {
          problem("--" + name + " takes no value");
        } else if (once(*negated)) {
          add(*negated, "false", "");
        }
        return i;
      }
    }
    if (option == nullptr) {
      if (inline_value || !empty_list(name)) unknown(name);
      return i;
    }
    if (option->type == OptionType::boolean) {
      if (once(*option))
        add(*option, inline_value ? words[i].substr(equals + 1) : "true", "");
      return i;
    }
    if (inline_value) {
      if (option->type == OptionType::list || once(*option))
        add(*option, words[i].substr(equals + 1), "");
      return i;
    }
    if (i + 1 >= words.size() ||
        (words[i + 1].starts_with("-") && words[i + 1].size() > 1 &&
         !parse_real(words[i + 1]))) {
      problem(fmt::format("--{} needs a value", option->name));
      return i;
    }
    if (option->type != OptionType::list) {
      if (once(*option)) add(*option, words[i + 1], "");
      return i + 1;
    }
    while (i + 1 < words.size() && !words[i + 1].starts_with("--"))
      add(*option, words[++i], "");
    return i;
  }

  bool once(const Option& option) {
    if (!values_.values_.contains(option.name)) return true;
    if (by_place_.contains(option.name)) {
      problem(fmt::format("{} and --{}: one parameter, given by both forms",
                          text::to_upper(option.name), option.name));
    } else {
      problem(fmt::format("--{} is given twice", option.name));
    }
    return false;
  }

  // --empty-x: the list x, without a member.
  bool empty_list(const std::string& name) {
    if (!name.starts_with("empty-")) return false;
    const Option* option = find(name.substr(6));
    if (option == nullptr || option->type != OptionType::list) return false;
    if (once(*option)) values_.values_[option->name] = {};
    return true;
  }

  void short_form(char letter) {
    for (const auto& option : options_) {
      if (option.short_form != letter) continue;
      add(option, "true", "");
      return;
    }
    problem(fmt::format("unknown option -{}", letter));
  }

  // The next position whose parameter was not given by name.
  void positional(const std::string& word) {
    const Option* next = nullptr;
    for (const auto& option : options_) {
      if (option.position < 0) continue;
      const bool open = option.type == OptionType::list ||
                        !values_.values_.contains(option.name);
      if (open && (next == nullptr || option.position < next->position))
        next = &option;
    }
    if (next == nullptr) {
      problem(fmt::format("unexpected argument \"{}\"", word));
    } else {
      by_place_.insert(next->name);
      add(*next, word, "");
    }
  }

  // The first of the option's variables that is set, and its value.
  std::pair<std::string, std::string> from_environment(const Option& option) {
    std::pair<std::string, std::string> found;
    bool on = true;
    if (!option.env_switch.empty() &&
        is_bool_word(environment_.value(option.env_switch), on) && !on) {
      return found;
    }
    for (std::string_view rest = option.env; !rest.empty();) {
      const auto end = std::min(rest.find(", "), rest.size());
      const std::string variable(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 2, rest.size()));
      const std::string value = environment_.value(variable);
      if (value.empty()) continue;
      if (found.second.empty()) {
        found = {variable, value};
      } else if (value != found.second) {
        problems_.warnings.push_back(fmt::format("{} and {} differ: {} is used",
                                                 found.first, variable,
                                                 found.first));
      }
    }
    return found;
  }

  void note_source(const Option& option) {
    const auto found = values_.values_.find(option.name);
    if (found == values_.values_.end()) return;
    const auto from = from_.find(option.name);
    problems_.sources.push_back(
        fmt::format("--{}: {} ({})", option.name, shown(option, found->second),
                    from == from_.end() ? "command line" : from->second));
  }

  static std::string shown(const Option& option,
                           const std::vector<std::string>& values) {
    if (option.name.ends_with("password") || option.name.ends_with("pwd"))
      return "***";
    if (option.type == OptionType::url && !values.empty())
      return net::shown_url(values.front());
    return fmt::format("{}", fmt::join(values, ","));
  }

  void warn_ignored(const std::string& name, const Option& option) {
    problems_.warnings.push_back(
        fmt::format("{} is accepted for compatibility and has no effect{}",
                    name, option.help.empty() ? "" : "; " + option.help));
  }

  void fill() {
    for (const auto& option : options_) {
      if (values_.values_.contains(option.name)) {
        if (option.ignored) warn_ignored("--" + option.name, option);
        continue;
      }
      const auto [variable, value] = from_environment(option);
      if (!value.empty()) {
        const std::string file =
            environment_.origin ? environment_.origin(variable) : "";
        std::string from = variable;
        if (!file.empty()) from += " in " + file;
        from_[option.name] = from;
        add(option, value, " (from " + from + ")");
        if (option.ignored) warn_ignored(variable, option);
      } else if (!option.fallback.empty()) {
        from_[option.name] = "default";
        values_.values_[option.name].push_back(option.fallback);
        split_fallback(option);
      } else if (option.required) {
        missing(option);
      }
    }
  }

  void missing(const Option& option) {
    const std::string variable = option.env.substr(0, option.env.find(','));
    problem(fmt::format("--{} is required{}", option.name,
                        variable.empty() ? "" : " (or set " + variable + ")"));
    const std::string late = late_name(variable);
    if (!late.empty() && !environment_.value(late).empty())
      problem(fmt::format("hint: {} is not read; set {}", late, variable));
  }

  // What a later program called the variable: cli.md 2.
  static std::string late_name(const std::string& variable) {
    constexpr std::string_view kRunId = "_RUN_ID";
    if (variable == "ENV") return "AWS_ENV";
    if (!variable.ends_with(kRunId)) return "";
    return "RUN_ID_" + variable.substr(0, variable.size() - kRunId.size());
  }

  void split_fallback(const Option& option) {
    if (option.type != OptionType::list) return;
    values_.values_.erase(option.name);
    add(option, option.fallback, "");
  }

  std::vector<Option> options_;
  const Environment& environment_;
  Problems& problems_;
  std::set<std::string> by_place_;
  std::map<std::string, std::string> from_;  // by option; else it was typed
  Values values_;
};

Values parse(const Command& command, const std::vector<std::string>& words,
             const Environment& environment, Problems& problems) {
  return Parser(command, environment, problems).run(words);
}

// NOLINTNEXTLINE(readability-function-size): a table
const std::vector<Option>& global_options() {
  static const std::vector<Option> kOptions = [] {
    std::vector<Option> options;
    const auto add = [&](Option option) {
      options.push_back(std::move(option));
    };
    add({"help",
         OptionType::boolean,
         "Display this message and exit.",
         "",
         "",
         -1,
         false,
         {},
         0,
         0,
         'h'});
    add({"env-file", OptionType::path, "Read variables from this file.", "",
         "DMPWORKS_ENV_FILE"});
    add({"log-level",
         OptionType::choice,
         "Least level that is logged; NOTSET = DEBUG.",
         "INFO",
         "DMPWORKS_LOG_LEVEL",
         -1,
         false,
         {"CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG", "NOTSET"}});
    add({"log-format",
         OptionType::choice,
         "Form of log lines.",
         "text",
         "DMPWORKS_LOG_FORMAT",
         -1,
         false,
         {"text", "json"}});
    add({"quiet",
         OptionType::boolean,
         "No progress and no information lines.",
         "False",
         "DMPWORKS_QUIET",
         -1,
         false,
         {},
         0,
         0,
         'q'});
    add({"stats", OptionType::path,
         "Write all counters and timers as JSON at the end (also after a "
         "failure).",
         "", "DMPWORKS_STATS"});
    add({"threads",
         OptionType::integer,
         "Worker threads of commands that do the work themselves.",
         "",
         "DMPWORKS_THREADS",
         -1,
         false,
         {},
         1,
         1024});
    add({"memory-limit", OptionType::size,
         "Bound for buffers and DuckDB together.", "",
         "DMPWORKS_MEMORY_LIMIT"});
    add({"scratch-dir", OptionType::path, "Root of local scratch.", "",
         "DMPWORKS_SCRATCH_DIR"});
    add({"force", OptionType::boolean,
         "Do the work even if the manifest says it is done.", "False",
         "DMPWORKS_FORCE"});
    add({"max-reject-ratio",
         OptionType::real,
         "More rejected records than this share of a file, and more than 10, "
         "fails the command.",
         "0.001",
         "DMPWORKS_MAX_REJECT_RATIO",
         -1,
         false,
         {},
         0,
         1});
    return options;
  }();
  return kOptions;
}

}  // namespace dmp::cli
