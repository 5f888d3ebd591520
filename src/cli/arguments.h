#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::cli {

enum class OptionType : std::uint8_t {
  text,
  integer,
  real,
  size,
  date,
  duration,  // digits and s, m or h
  run_id,
  boolean,
  choice,
  list,
  ranges,          // auto or a whole number
  existing_path,   // file or folder that must be there
  file_or_object,  // such a path, or s3://BUCKET/KEY, which is not looked at
  path,
  bucket,  // S3 bucket or folder, see storage/object_store.h
  url,     // https, http, file or s3
  digest,  // [algo:]hex, algo md5, sha1, sha256, sha512
};

// One row of a command's table; help, parsing and docs/cli/ come from it.
// Source: spec cli.md 1.
struct Option {
  std::string name;  // kebab-case, without --
  OptionType type = OptionType::text;
  std::string help = {};
  std::string fallback = {};  // "" = not set
  std::string env = {};       // "" = none; "A, B": the first that is set wins
  int position = -1;          // -1: only as --name
  bool required = false;
  std::vector<std::string> choices = {};  // choice, and list of choices
  double least = 0, most = 1e18;          // integer, real
  char short_form = '\0';
  bool shared = false;   // of a group: stands in the help's box `Options`
  bool ignored = false;  // accepted for compatibility; warned about when set
  // Why it has no effect in this version, and what to do instead; all options
  // of one reason that are set are named in one warning. Source: pitfall P104.
  std::string no_effect = {};
  std::vector<std::string> aliases = {};  // other names, not in the help
  // existing_path: it is a CSV whose header has these, "one|or another".
  std::vector<std::string> columns = {};
  // A variable; while it says no, `env` is not looked at.
  std::string env_switch = {};
};

struct Command {
  std::vector<std::string> path;  // e.g. {"transform", "ror"}
  std::string summary;            // one line
  std::vector<Option> options;    // its own; globals are added
};

class Stats;

// Values by option name, after defaults and environment.
class Values {
 public:
  bool has(std::string_view name) const;
  std::string text(std::string_view name) const;  // "" when not set
  std::vector<std::string> list(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  bool flag(std::string_view name) const;
  std::uint64_t bytes(std::string_view name) const;

  // What a look at the world gave for an option that nobody has set.
  void set(const std::string& name, std::string value);

  // Where the command says what it counted (cli/stats.h); null: nowhere.
  Stats* stats() const { return stats_; }
  void count_in(Stats* stats) { stats_ = stats; }

 private:
  friend class Parser;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  Stats* stats_ = nullptr;
};

// All that is wrong with a line, one text a problem, "hint: …" lines after the
// problem they belong to.
struct Problems {
  std::vector<std::string> lines;
  std::vector<std::string> warnings = {};  // nothing is wrong, but say so
  std::vector<std::string> notes = {};     // what was looked up, for the log
  // Of every value that is set: which it is and where it came from, one line
  // each; secrets as ***.
  std::vector<std::string> sources = {};
  std::set<std::string> from_file = {};  // variables that the env file has set
  // What kept a check from being made; its own exit code, not 2.
  std::optional<Error> failure = {};
};

// Reads the words after the command's own. Every problem is reported at once.
// `environment` gives the value of a variable, empty for unset.
// It may say where a variable came from, for the text of a problem.
struct Environment {
  std::function<std::string(const std::string&)> value;
  std::function<std::string(const std::string&)> origin = {};
};
Values parse(const Command& command, const std::vector<std::string>& words,
             const Environment& environment, Problems& problems);

// Options of every command. Source: cli.md G1.
const std::vector<Option>& global_options();
// Those but the ones that the command has a row of its own for.
std::vector<Option> global_options_of(const Command& command);

// The name among `names` nearest to `word`, within edit distance 2; or "".
std::string nearest(std::string_view word,
                    const std::vector<std::string>& names);

// The help page of a command, `width` columns. Source: cli.md 1.3.
std::string help_text(const Command& command, std::size_t width);
// Of a group (or of the program, with an empty path).
std::string group_help(const std::vector<std::string>& path,
                       const std::vector<Command>& commands, std::size_t width);

}  // namespace dmp::cli
