// What each `batch-submit` command takes and sends on: the tables of spec
// cli.md 4 and jobs.md 2.
#include "cli/batch_options.h"
#include "cli/batch_submit.h"
#include "cli/database_options.h"
#include "cli/dmps_source.h"
#include "cli/search_options.h"
#include "cli/server_options.h"
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
  append(it.rows, shared({dmps_source_row()}));
  it.sent["transform"] = same({"bucket-name", "run-id", "dmps-source"});
  return it;
}

// ------------------------------------------------------- processing commands

// Names of --opensearch-host and what hangs on it.
constexpr const char* kClientPrefix = "os-client-config.";
constexpr const char* kSyncPrefix = "os-sync-config.";

// G6 and G7 of a chain: some rows have a name of their own.
struct ServerRows {
  std::vector<Option> client = opensearch_client_rows({kClientPrefix});
  std::vector<Option> sync =
      opensearch_sync_rows({kSyncPrefix, {"sync-config."}});

  Option host(const std::string& help, int position) {
    Option row = flat_client("host", position);
    row.help = help;
    return row;
  }
  Option flat_client(const std::string& name, int position) {
    return flat_row(client, kClientPrefix + name, "opensearch-" + name,
                    position);
  }
  // `fallback`: of the chain; the job has another one.
  Option flat_sync(const std::string& name, const std::string& fallback,
                   int position) {
    Option row = flat_row(sync, kSyncPrefix + name, "sync-" + name, position);
    row.fallback = fallback;
    return row;
  }
};

// What a job is told of G6, but what its definition keeps as a secret.
Sent sent_of_client() {
  Sent sent;
  ServerRows flat;
  for (const char* name : {"host", "region", "mode", "port", "service"}) {
    const std::string own = flat.flat_client(name, -1).name;
    sent.emplace_back(client_group().prefix + name, own);
  }
  for (const auto& row : flat.client) {
    const std::string name = row.name.substr(std::string(kClientPrefix).size());
    if (name != "username" && name != "password")
      sent.emplace_back(client_group().prefix + name, row.name);
  }
  return sent;
}

// The same of G7.
Sent sent_of_sync() {
  Sent sent;
  ServerRows flat;
  for (const char* name : {"max-processes", "chunk-size", "max-retries"}) {
    const std::string own = flat.flat_sync(name, "", -1).name;
    sent.emplace_back(sync_group().prefix + name, own);
  }
  for (const auto& row : flat.sync) {
    sent.emplace_back(
        sync_group().prefix + row.name.substr(std::string(kSyncPrefix).size()),
        row.name);
  }
  return sent;
}

Option index_row(const std::string& name, const std::string& help,
                 const std::string& fallback, const std::string& env,
                 int position) {
  return without_effect(
      text_row(name, OptionType::text, help, fallback, env, position),
      kNoOpenSearch);
}

Submission process_works() {
  Submission it;
  it.command = "process-works";
  it.run_row = "run-id";
  it.rows = {env_row(), bucket_row("BUCKET_NAME", 1),
             text_row("prev-run-id", OptionType::run_id,
                      "Run whose DOI state is continued; INITIAL = start "
                      "empty: the newest finished one of an earlier release.",
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
  ServerRows server;
  append(
      it.rows,
      {server.host("Without it sync-works does nothing.", 9),
       server.flat_client("region", 10),
       text_row("sqlmesh-duckdb-threads", OptionType::integer,
                "DuckDB threads: all of the job.", "", "SQLMESH_DUCKDB_THREADS",
                11),
       text_row("sqlmesh-duckdb-memory-limit", OptionType::size,
                "DuckDB memory: 70 % of the job's.", "",
                "SQLMESH_DUCKDB_MEMORY_LIMIT", 12),
       index_row("opensearch-index-name", "Works index.", "works-index",
                 "OPENSEARCH_INDEX_NAME, OPENSEARCH_WORKS_INDEX_NAME", 13),
       server.flat_client("mode", 14), server.flat_client("port", 15),
       server.flat_client("service", 16),
       server.flat_sync("max-processes", "16", 17),
       server.flat_sync("chunk-size", "1000", 18),
       server.flat_sync("max-retries", "3", 19), start_row("process-works", 20),
       text_row("release-date", OptionType::date,
                "Date written as updated_date of changed DOIs: the run id.", "",
                "PROCESS_WORKS_RELEASE_DATE")});
  append(it.rows, shared(std::move(server.client)));
  append(it.rows, shared(std::move(server.sync)));
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
  ServerRows server;
  it.command = "process-dmps";
  it.run_row = "dmps-run-id";
  it.rows = {
      env_row(),
      bucket_row("BUCKET_NAME", 1),
      text_row("dmps-run-id", OptionType::run_id,
               "This run; its export is dmps/<run>/download/.", "",
               "DMPS_RUN_ID", 2, true),
      server.host("Without it: streaming matcher, no index is written.", 3),
      server.flat_client("region", 4),
      index_row("opensearch-dmps-index-name", "DMP index.", "dmps-index",
                "OPENSEARCH_DMPS_INDEX_NAME", 5),
      index_row("opensearch-works-index-name", "Works index.", "works-index",
                "OPENSEARCH_WORKS_INDEX_NAME, OPENSEARCH_INDEX_NAME", 6),
      server.flat_client("mode", 7),
      server.flat_client("port", 8),
      server.flat_client("service", 9),
      server.flat_sync("chunk-size", "1000", 10),
      server.flat_sync("max-processes", "2", -1),
      server.flat_sync("max-retries", "3", -1),
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
  append(it.rows, shared(std::move(server.client)));
  append(it.rows, shared(std::move(server.sync)));
  const std::string prefix = "dmp-works-search-config.";
  it.search_prefix = prefix;
  const auto search = search_options(prefix);
  append(it.rows, shared(search));
  std::vector<Option> merge{database_row()};
  append(merge, merge_rows());
  append(it.rows, shared(merge));
  append(it.rows, shared({merge_host_row()}));
  const auto enrichment = enrichment_rows();
  append(it.rows, shared(enrichment));
  const std::vector<Option> source{dmps_source_row(), test_projects_row()};
  append(it.rows, shared(source));
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
  for (const char* task : {"sync-dmps", "enrich-dmps", "dmp-works-search"}) {
    add_same(it.sent[task], subset, "");
    it.sent_with_host[task] = sent_of_client();
  }
  for (auto& pair : sent_of_sync())
    it.sent_with_host["sync-dmps"].push_back(std::move(pair));
  add_same(it.sent["sync-dmps"], source, "");
  add_same(it.sent["enrich-dmps"], enrichment, "");
  add_same(sent, search, prefix);
  add_same(it.sent["merge-related-works"], merge, "");
  return it;
}

}  // namespace

std::vector<Submission> submissions() {
  return {ror(),    openalex(), crossref(),      datacite(),
          corpus(), dmps(),     process_works(), process_dmps()};
}

std::vector<std::string> needed_stages(const Submission& submission,
                                       const Values& values,
                                       const std::string& task) {
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
  if (values.has("process-works-run-id"))
    stages.push_back("sqlmesh/" + values.text("process-works-run-id"));
  return stages;
}

}  // namespace dmp::cli
