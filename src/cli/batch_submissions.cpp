// What each `batch-submit` command takes and sends on: the tables of spec
// cli.md 4 and jobs.md 2.
#include "cli/batch_options.h"
#include "cli/batch_submit.h"
#include "cli/database_options.h"
#include "cli/search_options.h"
#include "jobs/bucket_stage.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>

namespace dmp::cli {

namespace {

using Sent = std::vector<std::pair<std::string, std::string>>;

Sent same(const std::vector<std::string>& names) {
  Sent sent;
  for (const auto& name : names) sent.emplace_back(name, name);
  return sent;
}

void add_same(Sent& sent, const std::vector<Option>& rows,
              const std::string& prefix) {
  for (const auto& row : rows) {
    if (!row.ignored)
      sent.emplace_back(row.name.substr(prefix.size()), row.name);
  }
}

std::string variable_of(std::string_view command) {
  std::string name = text::to_upper(command);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

Option start_row(const std::string& command, int position) {
  std::vector<std::string> tasks;
  for (const auto& task : jobs::tasks_of(command)) tasks.push_back(task.task);
  const std::string first = tasks.front();
  return choice_row("start-job", "The first job to run in the sequence.",
                    std::move(tasks), first,
                    variable_of(command) + "_START_JOB", position);
}

Submission begin(const std::string& command) {
  Submission submission;
  submission.command = command;
  submission.run_row = "run-id";
  submission.rows = {env_row(),
                     run_row("run-id", variable_of(command) + "_RUN_ID", 1),
                     bucket_row("BUCKET_NAME", 2)};
  return submission;
}

Submission ror() {
  Submission it = begin("ror");
  append(it.rows, {text_row("download-url", OptionType::url,
                            "The Zenodo download URL for the ROR data file.",
                            "", "ROR_DOWNLOAD_URL", 3, true),
                   text_row("hash", OptionType::digest,
                            "The expected hash of the data file.", "",
                            "ROR_HASH", 4, true),
                   text_row("file-name", OptionType::text,
                            "The name of the file to be transformed.", "",
                            "ROR_FILE_NAME", 5, true),
                   start_row("ror", 6)});
  it.sent["download"] = same({"bucket-name", "run-id", "download-url", "hash"});
  it.sent["transform"] = same({"bucket-name", "run-id", "file-name"});
  return it;
}

Submission corpus() {
  Submission it = begin("data-citation-corpus");
  append(it.rows,
         {text_row("download-url", OptionType::url,
                   "The Zenodo download URL of the corpus (JSON ZIP).", "",
                   "DATA_CITATION_CORPUS_DOWNLOAD_URL", 3, true),
          text_row("hash", OptionType::digest, "The expected hash of the ZIP.",
                   "", "DATA_CITATION_CORPUS_HASH", 4, true),
          start_row("data-citation-corpus", 5)});
  it.sent["download"] = same({"bucket-name", "run-id", "download-url", "hash"});
  return it;
}

// The three data sets of works share all but the download.
Submission works(const std::string& dataset, const std::vector<Option>& own,
                 const std::vector<std::string>& download) {
  Submission it = begin(dataset);
  append(it.rows, own);
  it.rows.push_back(start_row(dataset, -1));
  const auto subset = dataset_subset_rows();
  const std::string prefix = "config.";
  const auto transform = transform_rows(dataset, prefix);
  append(it.rows, shared(subset));
  append(it.rows, shared(transform));
  it.sent["download"] = same({"bucket-name", "run-id"});
  for (const auto& name : download)
    it.sent["download"].emplace_back(name, name);
  it.sent["dataset-subset"] = same({"bucket-name", "run-id"});
  add_same(it.sent["dataset-subset"], subset, "");
  it.sent["transform"] = same({"bucket-name", "run-id"});
  it.sent["transform"].emplace_back("use-subset", "dataset-subset.enable");
  add_same(it.sent["transform"], transform, prefix);
  return it;
}

Submission openalex() {
  return works(
      "openalex-works",
      {text_row("openalex-bucket-name", OptionType::bucket,
                "Source bucket of OpenAlex (public).", "",
                "OPENALEX_BUCKET_NAME", 3, true),
       ignored_row("max-file-processes", OptionType::integer,
                   "config.max-workers", "OPENALEX_MAX_FILE_PROCESSES", 4),
       ignored_row("batch-size", OptionType::integer, "config.batch-size",
                   "OPENALEX_BATCH_SIZE", 5)},
      {"openalex-bucket-name"});
}

Submission crossref() {
  Option source = text_row(
      "crossref-bucket-name", OptionType::bucket,
      "Source bucket (requester pays).", "",
      "CROSSREF_METADATA_BUCKET_NAME, CROSSREF_METADATA_BUCKET", 4, true);
  source.aliases = {"crossref-metadata-bucket-name"};
  return works("crossref-metadata",
               {text_row("file-name", OptionType::text,
                         "Object name of the snapshot tar.", "",
                         "CROSSREF_METADATA_FILE_NAME", 3, true),
                source},
               {"file-name", "crossref-bucket-name"});
}

Submission datacite() {
  return works("datacite",
               {text_row("datacite-bucket-name", OptionType::bucket,
                         "Source bucket of the monthly data file.", "",
                         "DATACITE_BUCKET_NAME, DATACITE_BUCKET", 3, true),
                ignored_row("allocation-id", OptionType::text, "",
                            "DATACITE_ALLOCATION_ID")},
               {"datacite-bucket-name"});
}

Submission dmps() {
  Submission it = begin("dmps");
  it.rows.push_back(start_row("dmps", 3));
  it.sent["transform"] = same({"bucket-name", "run-id"});
  return it;
}

// --opensearch-host and what hangs on it, from `position` on.
Option host_row(const std::string& help, int position) {
  return text_row("opensearch-host", OptionType::text, help, "",
                  "OPENSEARCH_HOST", position);
}

Submission process_works() {
  Submission it;
  it.command = "process-works";
  it.run_row = "run-id";
  it.rows = {env_row(), bucket_row("BUCKET_NAME", 1),
             text_row("prev-run-id", OptionType::run_id,
                      "Run whose DOI state is continued; INITIAL = start "
                      "empty: the newest finished one.",
                      "", "PREV_PROCESS_WORKS_RUN_ID", 2),
             text_row("run-id", OptionType::run_id, "This run.", "",
                      "PROCESS_WORKS_RUN_ID", 3, true)};
  Sent& sent = it.sent["sqlmesh-transform"];
  sent = same({"bucket-name", "prev-run-id", "run-id"});
  int position = 4;
  for (const char* dataset : {"openalex-works", "datacite", "crossref-metadata",
                              "ror", "data-citation-corpus"}) {
    const std::string name = std::string(dataset) + "-run-id";
    it.rows.push_back(text_row(name, OptionType::run_id, "Input run.", "",
                               variable_of(dataset) + "_RUN_ID", position++,
                               true));
    sent.emplace_back(std::string("release-dates.") + dataset, name);
  }
  append(it.rows,
         {host_row("Without it sync-works does nothing.", 9),
          text_row("sqlmesh-duckdb-threads", OptionType::integer,
                   "DuckDB threads: all of the job.", "",
                   "SQLMESH_DUCKDB_THREADS", 11),
          text_row("sqlmesh-duckdb-memory-limit", OptionType::size,
                   "DuckDB memory: 70 % of the job's.", "",
                   "SQLMESH_DUCKDB_MEMORY_LIMIT", 12),
          text_row("opensearch-index-name", OptionType::text, "Works index.",
                   "works-index",
                   "OPENSEARCH_INDEX_NAME, OPENSEARCH_WORKS_INDEX_NAME", 13),
          start_row("process-works", 20),
          text_row("release-date", OptionType::date,
                   "Date written as updated_date of changed DOIs: the run id.",
                   "", "PROCESS_WORKS_RELEASE_DATE")});
  it.rows.push_back({"works-index-ranges",
                     OptionType::ranges,
                     "Cut of the works index by DOI bucket; > 1 makes an "
                     "array job.",
                     "auto",
                     "DMPWORKS_WORKS_INDEX_RANGES",
                     -1,
                     false,
                     {},
                     1,
                     256});
  sent.emplace_back("release-date", "release-date");
  sent.emplace_back("ranges", "works-index-ranges");
  it.arrays["sqlmesh-transform"] = "works-index-ranges";
  sent.emplace_back("duckdb-threads", "sqlmesh-duckdb-threads");
  sent.emplace_back("duckdb-memory-limit", "sqlmesh-duckdb-memory-limit");
  const auto index = works_index_rows();
  append(it.rows, shared(index));
  add_same(sent, index, "");
  it.sent["sync-works"] = same({"bucket-name", "run-id"});
  it.sent["sync-works"].emplace_back("index-name", "opensearch-index-name");
  return it;
}

Submission process_dmps() {
  Submission it;
  it.command = "process-dmps";
  it.run_row = "dmps-run-id";
  it.rows = {
      env_row(),
      bucket_row("BUCKET_NAME", 1),
      text_row("dmps-run-id", OptionType::run_id,
               "This run; its export is dmps/<run>/download/.", "",
               "DMPS_RUN_ID", 2, true),
      host_row("Without it: streaming matcher, no index is written.", 3),
      text_row("opensearch-dmps-index-name", OptionType::text, "DMP index.",
               "dmps-index", "OPENSEARCH_DMPS_INDEX_NAME", 5),
      text_row("opensearch-works-index-name", OptionType::text, "Works index.",
               "works-index",
               "OPENSEARCH_WORKS_INDEX_NAME, OPENSEARCH_INDEX_NAME", 6),
      text_row("process-works-run-id", OptionType::run_id,
               "Works index searched: the newest finished one.", "",
               "PROCESS_WORKS_RUN_ID"),
      start_row("process-dmps", -1),
      number_row("search-shards",
                 "Cut of the streaming match; > 1 makes an array job.", "1",
                 "DMPWORKS_SEARCH_SHARDS", 1, 1000)};
  it.arrays["dmp-works-search"] = "search-shards";
  const auto subset = dmp_subset_rows();
  append(it.rows, shared(subset));
  const std::string prefix = "dmp-works-search-config.";
  it.search_prefix = prefix;
  const auto search = search_options(prefix);
  append(it.rows, shared(search));
  std::vector<Option> merge{database_row()};
  append(merge, merge_rows());
  append(it.rows, shared(merge));
  append(it.rows, shared({mysql_host_row()}));
  const Sent common{{"bucket-name", "bucket-name"}, {"run-id", "dmps-run-id"}};
  for (const char* task : {"sync-dmps", "enrich-dmps", "dmp-works-search",
                           "merge-related-works"}) {
    it.sent[task] = common;
  }
  const std::pair<std::string, std::string> plans{"index-name",
                                                  "opensearch-dmps-index-name"};
  it.sent["sync-dmps"].push_back(plans);
  it.sent["enrich-dmps"].push_back(plans);
  Sent& sent = it.sent["dmp-works-search"];
  sent.emplace_back("dmps-index-name", "opensearch-dmps-index-name");
  sent.emplace_back("works-index-name", "opensearch-works-index-name");
  sent.emplace_back("process-works-run-id", "process-works-run-id");
  sent.emplace_back("shards", "search-shards");
  for (const char* task : {"sync-dmps", "enrich-dmps", "dmp-works-search"})
    add_same(it.sent[task], subset, "");
  add_same(sent, search, prefix);
  add_same(it.sent["merge-related-works"], merge, "");
  return it;
}

}  // namespace

std::vector<Submission> submissions() {
  return {ror(),    openalex(), crossref(),      datacite(),
          corpus(), dmps(),     process_works(), process_dmps()};
}

Result<std::vector<std::string>> needed_stages(
    const Submission& submission, const Values& values, const std::string& task,
    const storage::ObjectStore& bucket) {
  using Stages = std::vector<std::string>;
  const std::string run = values.text(submission.run_row);
  const std::string& command = submission.command;
  if (command == "dmps" || task == "sync-dmps" || task == "download" ||
      task == "sqlmesh-transform") {
    return Stages{};
  }
  const std::string folder = jobs::dataset_folder(command) + "/" + run + "/";
  if (task == "dataset-subset") return Stages{folder + "download"};
  if (task == "transform") {
    return Stages{folder + (values.flag("dataset-subset.enable") ? "subset"
                                                                 : "download")};
  }
  if (task == "sync-works") return Stages{"sqlmesh/" + run};
  Stages stages{"dmps/" + run + "/transform"};
  if (task == "merge-related-works")
    stages.push_back("dmp-works-search/" + run);
  if (task != "dmp-works-search") return stages;
  std::string works = values.text("process-works-run-id");
  if (works.empty()) {
    DMP_ASSIGN(works, jobs::newest_run(bucket, "sqlmesh", "", ""));
  }
  stages.push_back("sqlmesh/" + works);
  return stages;
}

}  // namespace dmp::cli
