#include "jobs/run_id.h"

#include "storage/manifest.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace dmp::jobs {

namespace fs = std::filesystem;

namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

// Names of the folders directly below `dir` that are run ids, in order.
std::set<std::string> runs_below(const fs::path& dir) {
  std::set<std::string> runs;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (it->is_directory(error) && is_run_id(name)) runs.insert(name);
  }
  return runs;
}

}  // namespace

bool is_run_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_alphanumeric(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_alphanumeric(c) || c == '_' || c == '-';
         });
}

text::Day today() {
  const auto now = std::chrono::system_clock::now();
  const auto days = std::chrono::floor<std::chrono::days>(now);
  return static_cast<text::Day>(days.time_since_epoch().count());
}

Result<std::string> choose_run_id(const fs::path& out_dir,
                                  const std::string& wanted) {
  if (!wanted.empty()) {
    if (is_run_id(wanted)) return wanted;
    return Error{
        ErrorCode::invalid_argument,
        "\"" + wanted +
            "\" is not a run id: letters, digits, - and _, at most 64"};
  }
  std::set<std::string> runs;
  for (const char* folder : {"dmps", "openalex_works", "crossref_metadata",
                             "datacite", "ror", "sqlmesh"}) {
    runs.merge(runs_below(out_dir / folder));
  }
  return runs.empty() ? text::format_day(today()) : *runs.rbegin();
}

Result<std::optional<fs::path>> previous_index(const fs::path& out_dir,
                                               const std::string& run_id,
                                               const std::string& wanted) {
  const fs::path root = out_dir / "sqlmesh";
  if (wanted == "INITIAL") return std::optional<fs::path>();
  if (!wanted.empty()) {
    if (!storage::read_manifest(root / wanted)) {
      return Error{ErrorCode::not_found,
                   (root / wanted).string() +
                       " is not a finished run; name another one, or INITIAL"};
    }
    return std::optional<fs::path>(root / wanted);
  }
  const std::set<std::string> runs = runs_below(root);
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (*run < run_id && storage::read_manifest(root / *run)) {
      return std::optional<fs::path>(root / *run);
    }
  }
  return std::optional<fs::path>();
}

std::optional<text::Day> run_day(const std::string& run_id) {
  if (run_id.size() != 10) return std::nullopt;
  const auto day = text::parse_date(run_id);
  if (!day || day->precision != text::Precision::day) return std::nullopt;
  return day->first;
}

}  // namespace dmp::jobs
