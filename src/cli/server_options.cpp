#include "cli/server_options.h"

#include "cli/batch_options.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace dmp::cli {

namespace {

constexpr double kMost = 1e9;

// "pool-maxsize": OPENSEARCH_POOL_MAXSIZE.
std::string variable_of(const std::string& start, const std::string& name) {
  std::string variable = start + text::to_upper(name);
  std::replace(variable.begin(), variable.end(), '-', '_');
  return variable;
}

// The rows of a group get their names, and why they have no effect.
std::vector<Option> grouped(std::vector<Option> rows, const Group& group,
                            const char* reason) {
  for (auto& row : rows) {
    std::vector<std::string> aliases;
    for (const auto& late : row.aliases) aliases.push_back(group.prefix + late);
    for (const auto& prefix : group.also) {
      aliases.push_back(prefix + row.name);
      for (const auto& late : row.aliases) aliases.push_back(prefix + late);
    }
    row.aliases = std::move(aliases);
    row.name = group.prefix + row.name;
    row.no_effect = reason;
  }
  return rows;
}

// A switch whose default depends on other options.
Option open_switch(const char* name, const char* help, const char* env) {
  return text_row(name, OptionType::boolean, help, "", env);
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool is_of_amazon(const std::string& host) {
  return host.ends_with(".amazonaws.com");
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// AWS's settings have a region, or the name of the host does.
bool region_is_known(const std::string& host) {
  return is_of_amazon(host) || is_set("AWS_REGION") ||
         is_set("AWS_DEFAULT_REGION") || is_set("AWS_PROFILE");
}

}  // namespace

Option without_effect(Option row, const char* reason) {
  row.no_effect = reason;
  return row;
}

std::vector<Option> opensearch_client_rows(const Group& group) {
  const auto choice = [](const char* name, const char* help,
                         std::vector<std::string> choices, const char* env) {
    return choice_row(name, help, std::move(choices), "", env);
  };
  std::vector<Option> rows{
      choice("mode",
             "aws: TLS and signed requests; local: none. Of a host of AWS or "
             "with auth-type aws: aws.",
             {"local", "aws"}, "OPENSEARCH_MODE"),
      text_row("host", OptionType::text,
               "OpenSearch host without scheme; not set: no server.", "",
               "OPENSEARCH_HOST"),
      number_row("port", "Port; mode aws: 443, local: 9200.", "",
                 "OPENSEARCH_PORT", 1, 65535),
      text_row("region", OptionType::text,
               "Region for signing; AWS_REGION, AWS_DEFAULT_REGION, that of "
               "the profile or of the host's name.",
               "", "OPENSEARCH_REGION"),
      text_row("service", OptionType::text, "Service for signing.", "es",
               "OPENSEARCH_SERVICE"),
      open_switch("use-ssl", "HTTPS; on, but on loopback.",
                  "OPENSEARCH_USE_SSL"),
      open_switch("verify-certs", "Check the certificate; on, but on loopback.",
                  "OPENSEARCH_VERIFY_CERTS"),
      text_row("ca-file", OptionType::existing_path, "CA bundle; the system's.",
               "", "OPENSEARCH_CA_FILE"),
      choice("auth-type",
             "Authentication; mode aws: aws, with a user name: basic, else "
             "none.",
             {"aws", "basic", "none"}, "OPENSEARCH_AUTH_TYPE"),
      text_row("username", OptionType::text, "User.", "",
               "OPENSEARCH_USERNAME"),
      text_row("password", OptionType::text,
               "Password; never passed on to a job.", "",
               "OPENSEARCH_PASSWORD"),
      number_row("pool-maxsize", "Connections kept.", "20",
                 "OPENSEARCH_POOL_MAXSIZE", 1, kMost),
      number_row("timeout", "Seconds per request.", "300", "OPENSEARCH_TIMEOUT",
                 1, kMost)};
  for (auto& row : rows) {
    if (row.name == "region" || row.name == "service")
      row.aliases = {"aws-" + row.name};
  }
  return grouped(std::move(rows), group, kNoOpenSearch);
}

std::vector<Option> opensearch_sync_rows(const Group& group) {
  const auto number = [](const char* name, const char* help,
                         const char* fallback, double least,
                         double most = kMost) {
    return number_row(name, help, fallback, "", least, most);
  };
  std::vector<Option> rows{
      number("max-processes", "Bulk requests in flight.", "2", 1, 64),
      number("chunk-size", "Actions per bulk request.", "1000", 1),
      number("max-chunk-bytes", "Bytes per bulk request before compression.",
             "104857600", 1, 1e12),
      number("max-retries", "Retries of a request and of single items.", "10",
             0),
      number("initial-backoff", "First pause in seconds; doubles.", "2", 0),
      number("max-backoff", "Longest pause in seconds.", "600", 0),
      flag_row("dry-run", "Read and build everything, send nothing.", ""),
      number("max-error-samples", "Item errors shown in full.", "50", 0),
      number("max-failed", "More failed items than this is exit 1.", "0", 0),
      flag_row("measure-chunk-size", "Add chunk-size figures to --stats.", ""),
      flag_row("staggered-start", "Start the senders 60 s apart.", "")};
  for (auto& row : rows) {
    const std::string own = variable_of("SYNC_", row.name);
    row.env = "OPENSEARCH_" + own;
    const bool of_guide = row.name == "max-processes" ||
                          row.name == "chunk-size" || row.name == "max-retries";
    if (of_guide) row.env = own + ", " + row.env;
  }
  return grouped(std::move(rows), group, kNoOpenSearch);
}

std::vector<Option> mysql_rows() {
  return grouped(
      {number_row("mysql-tcp-port", "Port.", "3306", "MYSQL_TCP_PORT", 1,
                  65535),
       text_row("mysql-user", OptionType::text, "User.", "", "MYSQL_USER"),
       text_row("mysql-database", OptionType::text, "Database.", "",
                "MYSQL_DATABASE"),
       text_row("mysql-pwd", OptionType::text,
                "Password; never passed on to a job.", "", "MYSQL_PWD"),
       open_switch("mysql-ssl",
                   "TLS with certificate check; on, but on loopback or a "
                   "socket.",
                   "MYSQL_SSL"),
       text_row("mysql-ca-file", OptionType::existing_path,
                "CA bundle; the system's.", "", "MYSQL_CA_FILE")},
      {"mysql-config."}, kNoMysql);
}

std::vector<Option> enrichment_rows() {
  std::vector<Option> rows{
      number_row("refresh-days",
                 "DMPs enriched longer ago are enriched again; 0 = all.", "30",
                 "", 0, kMost),
      {"enrichers",
       OptionType::list,
       "Services asked.",
       "nih,nsf",
       "",
       -1,
       false,
       {"nih", "nsf", "europepmc", "crossref", "openalex", "datacite",
        "local"}},
      flag_row("offline", "Answer from the cache only.", ""),
      text_row("title-search", OptionType::boolean,
               "NSF publications without DOI are looked up by title.", "True",
               ""),
      number_row("timeout", "Seconds per request.", "60", "", 1, kMost),
      number_row("max-retries", "Retries of a request.", "3", "", 0, kMost),
      {"max-failed-ratio",
       OptionType::real,
       "More DMPs with a failed call is exit 75.",
       "0.05",
       "",
       -1,
       false,
       {},
       0,
       1}};
  for (auto& row : rows) row.env = variable_of("ENRICH_DMPS_", row.name);
  rows.push_back(text_row("email", OptionType::text,
                          "E-mail given to the services.", "", "ENRICH_EMAIL"));
  return grouped(std::move(rows), {"enrich-config."}, kNoFunders);
}

Group client_group() {
  return {"client-config."};
}

Group sync_group() {
  return {"sync-config."};
}

Option flat_row(std::vector<Option>& rows, const std::string& group_name,
                const std::string& name, int position) {
  const auto found =
      std::find_if(rows.begin(), rows.end(),
                   [&](const Option& row) { return row.name == group_name; });
  Option row = std::move(*found);
  rows.erase(found);
  row.aliases.push_back(std::exchange(row.name, name));
  row.position = position;
  return row;
}

ClientNames client_names(const std::string& prefix) {
  return {prefix + "host", prefix + "region", prefix + "mode",
          prefix + "auth-type", prefix + "username"};
}

void check_client(const Values& values, const ClientNames& names,
                  Problems& problems) {
  const std::string host = values.text(names.host);
  if (host.empty()) return;
  const std::string auth = values.text(names.auth_type);
  std::string mode = values.text(names.mode);
  if (mode.empty())
    mode = auth == "aws" || is_of_amazon(host) ? "aws" : "local";
  if (mode == "aws" && !values.has(names.region) && !is_loopback(host) &&
      !region_is_known(host)) {
    problems.lines.push_back(
        fmt::format("--{} is required with mode aws (or set OPENSEARCH_REGION)",
                    names.region));
  }
  if (auth == "basic" && !values.has(names.username)) {
    problems.lines.push_back(
        fmt::format("--{} is required with auth-type basic (or set "
                    "OPENSEARCH_USERNAME)",
                    names.username));
  }
}

}  // namespace dmp::cli
