#include "cli/batch_options.h"
#include "cli/commands.h"
#include "cli/job_context.h"
#include "cli/stats.h"
#include "jobs/index_plan.h"
#include "jobs/run_id.h"
#include "sql/doi_state.h"
#include "sql/model_project.h"
#include "sql/project_checks.h"
#include "sql/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <vector>

namespace dmp::cli {

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

Option project_row() {
  return text_row("project-path", OptionType::existing_path,
                  "Read the SQL from a folder: the one built in.", "",
                  "DMPWORKS_SQLMESH_PROJECT");
}

// ---------------------------------------------------------------------- plan

std::vector<Option> plan_rows() {
  const auto path = [](const char* name, OptionType type, const char* help,
                       const char* variable, bool required) {
    return text_row(name, type, help, "",
                    std::string("SQLMESH__VARIABLES__") + variable, -1,
                    required);
  };
  constexpr auto kThere = OptionType::existing_path;
  std::vector<Option> rows{
      path("crossref-metadata-path", kThere, "Transform folder.",
           "CROSSREF_METADATA_PATH", true),
      path("datacite-path", kThere, "Transform folder.", "DATACITE_PATH", true),
      path("openalex-works-path", kThere, "Transform folder.",
           "OPENALEX_WORKS_PATH", true),
      path("ror-path", kThere,
           "ROR transform folder, or folder of the .json.gz.", "ROR_PATH",
           true),
      path("data-citation-corpus-path", kThere,
           "Transform folder, or folder of *.json, *.json.gz.",
           "DATA_CITATION_CORPUS_PATH", true),
      path("doi-state-path", kThere, "Previous DOI state: an empty one.",
           "OPENSEARCH_PATH", false),
      path("works-index-export-path", OptionType::path,
           "Output: works changed by this run.", "WORKS_INDEX_EXPORT_PATH",
           true),
      path("works-index-path", OptionType::path,
           "Output: all current works; collection_stats/ and linkage_stats/ "
           "are written beside it.",
           "WORKS_INDEX_PATH", false),
      path("doi-state-export-path", OptionType::path, "Output: the DOI state.",
           "DOI_STATE_EXPORT_PATH", true),
      path("run-id", OptionType::date, "Date of the run.",
           "PROCESS_WORKS_RUN_ID", true),
      text_row("duckdb-database", OptionType::path,
               "Keep the database here: in memory, spilling to scratch.", "",
               "SQLMESH__GATEWAYS__DUCKDB__CONNECTION__DATABASE"),
      {"ranges",
       OptionType::ranges,
       "DOI-bucket ranges, 1 to 256, done one after another; auto: from "
       "memory.",
       "auto",
       "",
       -1,
       false,
       {},
       1,
       256},
      text_row("model", OptionType::list,
               "Make only these models and what they need; publish nothing.",
               "", ""),
      project_row()};
  append(rows, shared(duckdb_rows()));
  append(rows, shared(works_index_rows()));
  return rows;
}

jobs::IndexPlan plan_of(const Values& values) {
  jobs::IndexPlan plan;
  plan.openalex_works = values.text("openalex-works-path");
  plan.crossref_metadata = values.text("crossref-metadata-path");
  plan.datacite = values.text("datacite-path");
  plan.ror = values.text("ror-path");
  plan.corpus = values.text("data-citation-corpus-path");
  plan.export_dir = values.text("works-index-export-path");
  plan.state_dir = values.text("doi-state-export-path");
  if (values.has("works-index-path"))
    plan.index_dir = values.text("works-index-path");
  plan.scratch = std::filesystem::path(scratch_root(values)) / "sqlmesh" /
                 values.text("run-id") / fmt::format("plan.{}", ::getpid());
  const auto rows = [&](const char* source) -> std::int64_t {
    const std::string name = fmt::format("audit-{}-threshold", source);
    return values.has(name) ? values.integer(name) : -1;
  };
  plan.least.openalex_works = rows("openalex-works");
  plan.least.crossref_metadata = rows("crossref-metadata-works");
  plan.least.datacite = rows("datacite-works");
  plan.max_reject_ratio = values.real("max-reject-ratio");
  return plan;
}

void set_index(const Values& values, sql::WorksIndexOptions& index) {
  const auto whole = [&](const char* name) {
    return static_cast<int>(values.integer(name));
  };
  if (values.has("doi-state-path"))
    index.previous = values.text("doi-state-path");
  index.run_id = values.text("run-id");
  index.release_date = jobs::run_day(index.run_id).value_or(0);
  index.threads = values.has("duckdb-threads") ? whole("duckdb-threads")
                                               : threads_of(values);
  index.memory_limit_bytes = values.has("duckdb-memory-limit")
                                 ? values.bytes("duckdb-memory-limit")
                                 : memory_of(values);
  if (values.text("ranges") != "auto") index.ranges = whole("ranges");
  index.database = values.text("duckdb-database");
  index.project = values.text("project-path");
  index.max_change_ratio = values.real("max-change-ratio");
  index.accept_change = values.flag("accept-change");
  index.max_doi_states = whole("max-doi-states");
  index.max_relation_degrees = whole("max-relation-degrees");
  index.nested_object_limit = whole("audit-nested-object-limit");
  index.force = values.flag("force");
}

std::string rows_of(const std::vector<sql::ModelRows>& models) {
  std::string out;
  for (const auto& model : models)
    out += fmt::format("{} {}\n", model.name, model.rows);
  return out;
}

std::string summary(const storage::StageResult& stage) {
  const auto& counters = stage.manifest.counters;
  const auto count = [&](const char* name) {
    const auto found = counters.find(name);
    return found == counters.end() ? 0 : found->second;
  };
  std::string out = stage.up_to_date ? "up to date\n" : "";
  out += fmt::format("in {}\nout {}\n", stage.manifest.rows_in,
                     stage.manifest.rows_out);
  for (const auto& [rule, rows] : stage.manifest.dropped)
    out += fmt::format("dropped {} {}\n", rule, rows);
  return out + fmt::format("upserts {}\ndeletes {}\n", count("upserts"),
                           count("deletes"));
}

Entry plan_command() {
  Command command{{"sqlmesh", "plan"},
                  "Build the works index from transform folders.",
                  plan_rows()};
  return {command,
          [](const Values& values) -> Status {
            jobs::IndexPlan plan = plan_of(values);
            set_index(values, plan.index);
            if (values.has("model")) {
              DMP_ASSIGN(const auto made,
                         jobs::plan_models(plan, values.list("model")));
              return print(rows_of(made));
            }
            DMP_ASSIGN(const auto stage, counted(values, "works index", [&] {
                         return jobs::plan_index(plan);
                       }));
            return print(summary(stage));
          },
          [](const Values& values, Problems& problems) {
            if (!values.has("model") || values.text("ranges") == "auto" ||
                values.text("ranges") == "1") {
              return;
            }
            problems.lines.emplace_back(
                "--ranges: models chosen by --model are made over all buckets "
                "at once");
          }};
}

// ---------------------------------------------------------------------- test

Status run_tests(const Values& values) {
  std::vector<sql::ProjectFile> files = sql::embedded_project();
  if (values.has("project-path")) {
    DMP_ASSIGN(files, sql::read_project(values.text("project-path")));
  }
  DMP_ASSIGN(const auto results,
             sql::check_project(files, values.text("pattern")));
  std::string out;
  std::size_t failed = 0;
  for (const auto& result : results) {
    out += fmt::format("{} {} ({})\n", result.passed ? "ok  " : "FAIL",
                       result.name, result.path);
    if (result.passed) continue;
    ++failed;
    for (const auto line : lines_of(result.story))
      out += fmt::format("     {}\n", line);
  }
  out += fmt::format("{} passed, {} failed\n", results.size() - failed, failed);
  DMP_TRY(print(out));
  if (failed == 0) return {};
  return Error{ErrorCode::invalid_argument,
               fmt::format("{} of {} tests failed", failed, results.size())};
}

Entry test_command() {
  Command command{
      {"sqlmesh", "test"},
      "Run the unit tests of the SQLMesh project.",
      {text_row("pattern", OptionType::text,
                "Only tests whose name contains this: all.", "", ""),
       project_row()}};
  return {command, run_tests};
}

// ------------------------------------------------------------ init-doi-state

Entry init_command() {
  Command command{
      {"sqlmesh", "init-doi-state"},
      "Write an empty DOI state.",
      {{"parquet-file", OptionType::path,
        "Empty DOI state to write; an existing one is an error unless --force.",
        "", "", 0, true}}};
  return {command, [](const Values& values) -> Status {
            const std::string file = values.text("parquet-file");
            std::error_code error;
            if (std::filesystem::exists(file, error) && !values.flag("force")) {
              return Error{ErrorCode::invalid_argument,
                           file + " exists; hint: --force overwrites it"};
            }
            return counted_work(values, "init-doi-state", [&](auto&) -> Status {
              DMP_ASSIGN(auto session, sql::Session::open({}));
              return sql::write_empty_doi_state(session, file);
            });
          }};
}

}  // namespace

std::vector<Entry> sqlmesh_commands() {
  return {plan_command(), test_command(), init_command()};
}

}  // namespace dmp::cli
