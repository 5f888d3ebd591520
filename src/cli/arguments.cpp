#include "cli/arguments.h"

#include "cli/option_value.h"
#include "net/http.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace dmp::cli {

namespace {

std::string dashes(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
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

void Values::set(const std::string& name, std::string value) {
  values_[name] = {std::move(value)};
}

// -------------------------------------------------------------------- Parser

class Parser {
 public:
  Parser(const Command& command, const Environment& environment,
         Problems& problems)
      : environment_(environment), problems_(problems) {
    options_ = command.options;
    const auto global = global_options_of(command);
    options_.insert(options_.end(), global.begin(), global.end());
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
    warn_of_no_effect();
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
      std::string value = environment_.value(variable);
      if (value.empty()) continue;
      if (variable == "NO_COLOR") value = "never";  // whatever it is: G1
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

  static bool is_secret(const Option& option) {
    return option.name.ends_with("password") || option.name.ends_with("pwd");
  }

  static std::string shown(const Option& option,
                           const std::vector<std::string>& values) {
    if (is_secret(option)) return "***";
    if (option.type == OptionType::url && !values.empty())
      return net::shown_url(values.front());
    return fmt::format("{}", fmt::join(values, ","));
  }

  void warn_ignored(const std::string& name, const Option& option) {
    problems_.warnings.push_back(
        fmt::format("{} is accepted for compatibility and has no effect{}",
                    name, option.help.empty() ? "" : "; " + option.help));
  }

  // What is said of an option that is set, as `name`.
  void note_given(const std::string& name, const Option& option) {
    if (option.ignored) warn_ignored(name, option);
    if (!option.no_effect.empty())
      without_effect_[option.no_effect].push_back(name);
  }

  void warn_of_no_effect() {
    for (const auto& [reason, names] : without_effect_) {
      problems_.warnings.push_back(
          fmt::format("{} {} no effect: {}", fmt::join(names, ", "),
                      names.size() == 1 ? "has" : "have", reason));
    }
  }

  // Source: spec cli.md G6, G8.
  void warn_if_seen(const Option& option) {
    if (!is_secret(option)) return;
    problems_.warnings.push_back(
        fmt::format("--{} is seen in the list of processes; {} is not",
                    option.name, option.env));
  }

  void fill() {
    for (const auto& option : options_) {
      if (values_.values_.contains(option.name)) {
        note_given("--" + option.name, option);
        warn_if_seen(option);
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
        note_given(variable, option);
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
  std::map<std::string, std::vector<std::string>> without_effect_;  // by reason
  Values values_;
};

Values parse(const Command& command, const std::vector<std::string>& words,
             const Environment& environment, Problems& problems) {
  return Parser(command, environment, problems).run(words);
}

std::vector<Option> global_options_of(const Command& command) {
  std::vector<Option> rows;
  std::copy_if(
      global_options().begin(), global_options().end(),
      std::back_inserter(rows), [&](const Option& global) {
        return std::none_of(
            command.options.begin(), command.options.end(),
            [&](const Option& own) { return own.name == global.name; });
      });
  return rows;
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
    add({"color",
         OptionType::choice,
         "Colour on terminals; NO_COLOR: never.",
         "auto",
         "NO_COLOR",
         -1,
         false,
         {"auto", "always", "never"}});
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
    add({"allow-no-manifest", OptionType::boolean,
         "Read inputs of another stage that have no manifest.", "False",
         "DMPWORKS_ALLOW_NO_MANIFEST"});
    return options;
  }();
  return kOptions;
}

}  // namespace dmp::cli
