#include "cli/database_options.h"

#include "base/log.h"
#include "cli/batch_options.h"
#include "cli/server_options.h"
#include "storage/object_store.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace dmp::cli {

namespace {

constexpr std::string_view kSqlite = "sqlite:";
// SQLite's name of a database without file.
constexpr std::string_view kMemory = "sqlite::memory:";
constexpr const char* kName = "database";
constexpr const char* kForms =
    "hint: sqlite:FILE is built in, mysql is not in this version";

void required(Problems& problems, const std::string& when) {
  problems.lines.push_back(
      fmt::format("--database is required{} (or set DMPWORKS_DATABASE)", when));
  problems.lines.emplace_back(kForms);
}

}  // namespace

Option database_row() {
  return text_row(kName, OptionType::text,
                  "Where related works live: sqlite:FILE. Of a bucket that is "
                  "a folder: sqlite:FOLDER/dmpworks.db.",
                  "", "DMPWORKS_DATABASE");
}

Option mysql_host_row(const std::string& help) {
  return text_row(kMysqlHost, OptionType::text, help, "", "MYSQL_HOST");
}

Option merge_host_row() {
  return mysql_host_row(
      "MySQL host; with it and without --database nothing is merged, as this "
      "version has no MySQL client.");
}

std::vector<Option> merge_rows() {
  Option insert_batch = without_effect(
      number_row("merge-config.insert-batch-size", "Rows per INSERT of MySQL.",
                 "1000", "MERGE_RELATED_WORKS_INSERT_BATCH_SIZE", 1, 1e9),
      kNoMysql);
  insert_batch.aliases = {"batch-size"};
  return {
      flag_row("allow-mass-delete",
               "Go on when the guard against mass deletion of links stops the "
               "command.",
               ""),
      insert_batch,
      number_row("merge-config.max-failed",
                 "More DMPs that could not be merged is exit 1.", "0",
                 "MERGE_RELATED_WORKS_MAX_FAILED", 0, 1e9)};
}

void check_database(const Values& values, Problems& problems) {
  const std::string text = values.text(kName);
  if (text == kMemory) {
    problems.lines.push_back(fmt::format(
        "--database: {} is gone when the command ends; name a file", kMemory));
    return;
  }
  if (text.empty() || sqlite_file(text)) return;
  problems.lines.push_back(
      text == "mysql" ? "--database: this version has no MySQL client"
                      : fmt::format("--database: \"{}\" is no database", text));
  problems.lines.emplace_back(kForms);
}

void need_database(const Values& values, Problems& problems) {
  check_database(values, problems);
  if (!values.has(kName)) required(problems, "");
}

void check_submitted_database(const Values& values, Problems& problems) {
  check_database(values, problems);
  const bool is_local = values.text("executor") == "local";
  if (!is_local && sqlite_file(values.text(kName)))
    problems.lines.emplace_back("--database: sqlite needs --executor local");
  if (!is_local || values.has(kName) || values.has(kMysqlHost)) return;
  if (!storage::bucket_folder(values.text("bucket-name")) &&
      values.has("bucket-name")) {
    required(problems, " with an S3 bucket");
  }
}

std::optional<std::filesystem::path> sqlite_file(const std::string& text) {
  if (!text.starts_with(kSqlite) || text.size() == kSqlite.size())
    return std::nullopt;
  return text.substr(kSqlite.size());
}

std::filesystem::path database_file(const Values& values) {
  return *sqlite_file(values.text(kName));
}

std::optional<std::filesystem::path> bucket_database(const Values& values) {
  if (values.has(kName)) return database_file(values);
  const auto folder = storage::bucket_folder(values.text("bucket-name"));
  if (folder && !values.has(kMysqlHost)) return *folder / "dmpworks.db";
  log::warning("{}; the matches go to results/ alone",
               values.has(kMysqlHost) ? "this version has no MySQL client"
                                      : "no --database is given");
  return std::nullopt;
}

}  // namespace dmp::cli
