#include "cli/batch_options.h"

#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>

namespace dmp::cli {

Option text_row(const std::string& name, OptionType type,
                const std::string& help, const std::string& fallback,
                const std::string& env, int position, bool required) {
  return {name, type, help, fallback, env, position, required};
}

Option choice_row(const std::string& name, const std::string& help,
                  std::vector<std::string> choices, const std::string& fallback,
                  const std::string& env, int position, bool required) {
  return {name, OptionType::choice, help,     fallback,
          env,  position,           required, std::move(choices)};
}

Option number_row(const std::string& name, const std::string& help,
                  const std::string& fallback, const std::string& env,
                  double least, double most, int position) {
  return {name,  OptionType::integer,
          help,  fallback,
          env,   position,
          false, {},
          least, most};
}

Option truth_row(const std::string& help, int position, bool required) {
  Option option = text_row("ground-truth-file", OptionType::existing_path, help,
                           "", "", position, required);
  option.columns = {"dmp_doi|dmpDoi", "work_doi|workDoi", "status"};
  return option;
}

Option flag_row(const std::string& name, const std::string& help,
                const std::string& env) {
  return {name, OptionType::boolean, help, "False", env};
}

Option ignored_row(const std::string& name, OptionType type,
                   const std::string& use, const std::string& env,
                   int position) {
  Option row{name, type, use.empty() ? "" : "use --" + use, "", env, position};
  row.ignored = true;
  return row;
}

Option env_row() {
  return choice_row("env", "Environment (e.g., dev, stage, prod)",
                    {"dev", "stage", "prod"}, "", "ENV", 0, true);
}

Option run_row(const std::string& name, const std::string& variable,
               int position) {
  return text_row(name, OptionType::run_id,
                  "A unique ID to represent this run of the job.", "", variable,
                  position, true);
}

Option bucket_row(const std::string& variable, int position) {
  return text_row("bucket-name", OptionType::bucket,
                  "S3 bucket name for job I/O.", "", variable, position, true);
}

std::vector<Option> dataset_subset_rows() {
  return {flag_row("dataset-subset.enable", "Build and use a subset.",
                   "DATASET_SUBSET_ENABLE"),
          text_row("dataset-subset.institutions-s3-path", OptionType::text,
                   "Key of the institution list in the bucket.", "",
                   "DATASET_SUBSET_INSTITUTIONS_S3_PATH"),
          text_row("dataset-subset.dois-s3-path", OptionType::text,
                   "Key of the work DOI list in the bucket.", "",
                   "DATASET_SUBSET_DOIS_S3_PATH")};
}

namespace {

void check_lists(const Values& values, const std::string& group,
                 const std::string& ending, Problems& problems) {
  const std::string institutions = group + ".institutions" + ending,
                    dois = group + ".dois" + ending;
  if (!values.flag(group + ".enable") || values.has(institutions) ||
      values.has(dois)) {
    return;
  }
  problems.lines.push_back(fmt::format("--{}.enable: --{} or --{} is required",
                                       group, institutions, dois));
}

}  // namespace

void check_dataset_subset(const Values& values, Problems& problems) {
  check_lists(values, "dataset-subset", "-s3-path", problems);
}

void check_dmp_subset(const Values& values, Problems& problems) {
  check_lists(values, "dmp-subset", "-s3-path", problems);
}

void check_local_dmp_subset(const Values& values, Problems& problems) {
  for (const std::string list : {"institutions", "dois"}) {
    if (!values.has(list + "-file")) continue;
    if (values.has("dmp-subset." + list + "-path")) {
      problems.lines.push_back(fmt::format(
          "--{0}-file: another name of --dmp-subset.{0}-path", list));
    }
  }
  if (!values.has("institutions-file") && !values.has("dois-file"))
    check_lists(values, "dmp-subset", "-path", problems);
}

std::vector<Option> dmp_subset_rows() {
  return {
      flag_row("dmp-subset.enable", "Restrict the DMPs.", "DMP_SUBSET_ENABLE"),
      text_row("dmp-subset.institutions-s3-path", OptionType::text,
               "Key of the institution list.", "",
               "DMP_SUBSET_INSTITUTIONS_S3_PATH"),
      text_row("dmp-subset.dois-s3-path", OptionType::text,
               "Key of the DMP DOI list.", "", "DMP_SUBSET_DOIS_S3_PATH")};
}

std::vector<Option> local_dmp_subset_rows() {
  const auto list = [](const char* name, const char* help, const char* env) {
    Option row = text_row(name, OptionType::existing_path, help, "", env);
    row.env_switch = env[0] == '\0' ? "" : "DMP_SUBSET_ENABLE";
    return row;
  };
  return {
      flag_row("dmp-subset.enable", "Restrict the DMPs.", "DMP_SUBSET_ENABLE"),
      list("dmp-subset.institutions-path", "Institution list.",
           "DMP_SUBSET_INSTITUTIONS_PATH"),
      list("dmp-subset.dois-path", "DMP DOI list.", "DMP_SUBSET_DOIS_PATH"),
      list("institutions-file",
           "As --dmp-subset.institutions-path, with enable.", ""),
      list("dois-file", "As --dmp-subset.dois-path, with enable.", "")};
}

Option xpac_row(const std::string& env) {
  return choice_row("xpac",
                    "OpenAlex expansion-pack works: leave out (the default), "
                    "use only to complete DataCite works, or keep.",
                    {"drop", "enrich", "include"}, "", env);
}

ingest::Xpac xpac_of(const Values& values) {
  if (values.text("xpac") == "enrich") return ingest::Xpac::enrich;
  const bool kept =
      values.text("xpac") == "include" || values.flag("include-xpac");
  return kept ? ingest::Xpac::include : ingest::Xpac::drop;
}

void check_xpac(const Values& values, const std::string& prefix,
                Problems& problems) {
  const std::string mode = prefix + "xpac", late = prefix + "include-xpac";
  if (!values.has(mode) || !values.has(late)) return;
  problems.lines.push_back(fmt::format(
      "--{} and --{} are two names of one setting; give one", mode, late));
}

namespace {

// Without a prefix, config.NAME works too (cli.md G5).
void with_config_name(Option& row, const std::string& prefix) {
  if (prefix.empty()) row.aliases = {"config." + row.name};
  row.name = prefix + row.name;
}

// The options of an earlier pipeline, and which ones do what they did: of
// threads, and of how many files are read ("" = none).
std::vector<Option> ignored_transform_rows(const std::string& prefix,
                                           const std::string& workers,
                                           const std::string& files) {
  std::vector<Option> rows;
  for (const char* name :
       {"extract-workers", "transform-workers", "cleanup-workers",
        "max-file-processes", "extract-queue-size", "transform-queue-size",
        "cleanup-queue-size"}) {
    rows.push_back(
        ignored_row(name, OptionType::integer, prefix + workers, ""));
  }
  rows.push_back(ignored_row("n-batches", OptionType::integer,
                             files.empty() ? "" : prefix + files, ""));
  rows.push_back(
      ignored_row("low-memory", OptionType::boolean, "memory-limit", ""));
  for (auto& row : rows) with_config_name(row, prefix);
  return rows;
}

}  // namespace

std::vector<Option> dmps_transform_rows() {
  auto rows = ignored_transform_rows("", "threads", "");
  rows.push_back(ignored_row("batch-size", OptionType::integer, "", ""));
  return rows;
}

std::vector<Option> transform_rows(const std::string& dataset,
                                   const std::string& prefix) {
  std::string variable = text::to_upper(dataset) + "_TRANSFORM_";
  std::replace(variable.begin(), variable.end(), '-', '_');
  constexpr double kMost = 1e9;
  std::vector<Option> rows{
      number_row("batch-size", "Input files per batch.", "",
                 variable + "BATCH_SIZE", 1, kMost),
      number_row("row-group-size", "Rows per Parquet row group.", "",
                 variable + "ROW_GROUP_SIZE", 1, kMost),
      number_row("row-groups-per-file", "Row groups per file.", "",
                 variable + "ROW_GROUPS_PER_FILE", 1, kMost),
      number_row("max-workers", "Upper bound of worker threads.", "",
                 variable + "MAX_WORKERS", 1, 1024)};
  if (dataset == "openalex-works") {
    rows.push_back(xpac_row(variable + "XPAC"));
    rows.push_back({"include-xpac", OptionType::boolean,
                    "Late spelling of --xpac: True = include, False = drop.",
                    "", variable + "INCLUDE_XPAC"});
  }
  rows.push_back(number_row(
      "limit-files",
      "Read only the first N input files; the manifest is marked partial and "
      "refused by later stages.",
      "", "", 1, kMost));
  for (auto& row : rows) with_config_name(row, prefix);
  append(rows, ignored_transform_rows(prefix, "max-workers", "limit-files"));
  return rows;
}

std::vector<Option> duckdb_rows() {
  const std::string connector =
      "SQLMESH__GATEWAYS__DUCKDB__CONNECTION__CONNECTOR_CONFIG__";
  std::vector<Option> rows{
      number_row("duckdb-threads", "DuckDB threads: --threads.", "",
                 "SQLMESH_DUCKDB_THREADS, " + connector + "THREADS", 1, 1024),
      text_row("duckdb-memory-limit", OptionType::size,
               "DuckDB memory: --memory-limit.", "",
               "SQLMESH_DUCKDB_MEMORY_LIMIT, " + connector + "MEMORY_LIMIT")};
  for (auto& row : rows) row.aliases = {"sqlmesh-config." + row.name};
  return rows;
}

std::vector<Option> works_index_rows() {
  const std::string variables = "SQLMESH__VARIABLES__";
  std::vector<Option> rows;
  for (const char* source :
       {"crossref-metadata-works", "datacite-works", "openalex-works"}) {
    std::string variable = text::to_upper(source);
    std::replace(variable.begin(), variable.end(), '-', '_');
    rows.push_back(number_row(
        fmt::format("audit-{}-threshold", source),
        "Fewer rows fail the run; 1 where the input is a subset or synthetic.",
        "", fmt::format("{}AUDIT_{}_THRESHOLD", variables, variable), 0, 1e12));
  }
  rows.push_back(number_row("audit-nested-object-limit",
                            "Longest nested list of one work.", "20000",
                            variables + "AUDIT_NESTED_OBJECT_LIMIT", 1, 1e9));
  rows.push_back({"max-change-ratio",
                  OptionType::real,
                  "Fewer rows than (1 - ratio) of the previous run, or more "
                  "deletions, fail.",
                  "0.10",
                  variables + "MAX_CHANGE_RATIO",
                  -1,
                  false,
                  {},
                  0,
                  1});
  rows.push_back(
      flag_row("accept-change", "Go on in spite of that guard.", ""));
  rows.push_back(number_row("max-doi-states", "States kept per DOI.", "3",
                            variables + "MAX_DOI_STATES", 1, 1000));
  rows.push_back(
      number_row("max-relation-degrees",
                 "Relations of a DOI with more of that type are dropped.",
                 "100", variables + "MAX_RELATION_DEGREES", 1, 1e9));
  for (auto& row : rows) row.aliases = {"sqlmesh-config." + row.name};
  return rows;
}

std::vector<Option> shared(std::vector<Option> rows) {
  for (auto& row : rows) row.shared = true;
  return rows;
}

void append(std::vector<Option>& to, std::vector<Option> rows) {
  for (auto& row : rows) to.push_back(std::move(row));
}

}  // namespace dmp::cli
