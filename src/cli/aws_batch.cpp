// The container commands `dmpworks aws-batch …`: one job each, what the
// executors start. Source: spec cli.md 5.
#include "cli/aws_batch.h"

#include "base/log.h"
#include "cli/batch_options.h"
#include "cli/commands.h"
#include "cli/database_options.h"
#include "cli/dmps_source.h"
#include "cli/job_context.h"
#include "cli/search_options.h"
#include "cli/server_options.h"
#include "cli/stats.h"
#include "jobs/index_job.h"
#include "jobs/merge_job.h"
#include "jobs/run_id.h"
#include "jobs/stage_jobs.h"

#include <fmt/format.h>

namespace dmp::cli {

namespace {

Entry ror_transform() {
  std::vector<Option> rows = bucket_and_run();
  rows.push_back(text_row("file-name", OptionType::text,
                          "File to transform; the one schema-2 file of the "
                          "download.",
                          "", "", 2));
  return batch_job({"ror", "transform"}, "Turn the ROR download into Parquet.",
                   std::move(rows),
                   [](const jobs::JobContext& context, const Values& values) {
                     return jobs::transform_ror_job(context,
                                                    values.text("run-id"),
                                                    values.text("file-name"));
                   });
}

Entry dataset_subset(const std::string& dataset) {
  std::vector<Option> rows = bucket_and_run();
  rows.push_back(text_row("prev-job-run-id", OptionType::run_id,
                          "Run whose download is read: --run-id.", "",
                          "PREV_JOB_RUN_ID"));
  append(rows, shared(dataset_subset_rows()));
  Entry entry = batch_job(
      {dataset, "dataset-subset"},
      "Keep only the works of listed DOIs or institutions.", std::move(rows),
      [dataset](const jobs::JobContext& context, const Values& values) {
        jobs::DatasetSubset options;
        options.dataset = dataset;
        options.run = values.text("run-id");
        options.input_run = values.has("prev-job-run-id")
                                ? values.text("prev-job-run-id")
                                : options.run;
        options.dois_key = values.text("dataset-subset.dois-s3-path");
        options.institutions_key =
            values.text("dataset-subset.institutions-s3-path");
        return jobs::subset_dataset_job(context, options);
      });
  entry.check = [](const Values& values, Problems& problems) {
    check_dataset_subset(values, problems);
    if (values.flag("dataset-subset.enable")) return;
    problems.lines.emplace_back(
        "--dataset-subset.enable: a subset cannot be made without it");
  };
  return entry;
}

Entry dataset_transform(const std::string& dataset) {
  std::vector<Option> rows = bucket_and_run();
  rows.push_back({"use-subset", OptionType::boolean,
                  "Read subset/ instead of download/.", "False", "USE_SUBSET",
                  2});
  rows.push_back(text_row("prev-job-run-id", OptionType::run_id,
                          "Run whose download or subset is read: --run-id.", "",
                          "PREV_JOB_RUN_ID"));
  append(rows, shared(transform_rows(dataset, "")));
  Entry entry = batch_job(
      {dataset, "transform"}, "Turn the download into Parquet.",
      std::move(rows),
      [dataset](const jobs::JobContext& context, const Values& values) {
        jobs::DatasetTransform options;
        options.dataset = dataset;
        options.run = values.text("run-id");
        options.input_run = values.has("prev-job-run-id")
                                ? values.text("prev-job-run-id")
                                : options.run;
        options.use_subset = values.flag("use-subset");
        const auto count = [&](const char* name) {
          return static_cast<std::size_t>(values.integer(name));
        };
        options.batch_size = count("batch-size");
        options.row_group_rows = count("row-group-size");
        options.row_groups_per_file = count("row-groups-per-file");
        options.max_workers = static_cast<int>(values.integer("max-workers"));
        if (values.has("limit-files"))
          options.limit_files = count("limit-files");
        options.xpac = xpac_of(values);
        return jobs::transform_dataset_job(context, options);
      });
  entry.check = [](const Values& values, Problems& problems) {
    check_xpac(values, "", problems);
  };
  return entry;
}

Entry dmps_transform() {
  std::vector<Option> rows = bucket_and_run();
  rows.push_back(dmps_source_row());
  append(rows, shared({mysql_host_row(kMysqlForDmps)}));
  append(rows, shared(dmps_transform_rows()));
  Entry entry =
      batch_job({"dmps", "transform"}, "Turn the DMP export into DMP records.",
                std::move(rows),
                [](const jobs::JobContext& context, const Values& values) {
                  return jobs::transform_dmps_job(
                      context, values.text("run-id"), dmps_input_of(values));
                });
  entry.check = check_dmps_source;
  return entry;
}

// ------------------------------------------------------------------- sqlmesh

// What an array job is told of its part.
Option phase_row(std::vector<std::string> phases, const std::string& more) {
  return choice_row("phase", "Part of an array job; " + more, std::move(phases),
                    "all", "");
}

Option index_row(const std::string& name, const std::string& help, int most) {
  return number_row(name, help, "", "AWS_BATCH_JOB_ARRAY_INDEX", 0, most);
}

// A member of an array has a number below the count of parts.
void check_part(const Values& values, const std::string& index,
                const std::string& count, Problems& problems) {
  if (!values.has(index)) {
    problems.lines.push_back(fmt::format(
        "--{} is required (or set AWS_BATCH_JOB_ARRAY_INDEX)", index));
  } else if (values.integer(index) >= values.integer(count)) {
    problems.lines.push_back(fmt::format("--{}: {} is not below --{}, {}",
                                         index, values.integer(index), count,
                                         values.integer(count)));
  }
}

std::vector<Option> plan_rows() {
  std::vector<Option> rows{
      text_row("bucket-name", OptionType::bucket, "Project bucket.", "", "", 0,
               true),
      text_row("prev-run-id", OptionType::run_id,
               "Run whose DOI state is continued; INITIAL = start empty, "
               "NEWEST = the newest finished one of an earlier release.",
               "", "", 1, true),
      text_row("run-id", OptionType::run_id, "Run.", "", "", 2, true)};
  int position = 3;
  for (const char* dataset : {"openalex-works", "datacite", "crossref-metadata",
                              "ror", "data-citation-corpus"}) {
    rows.push_back(text_row(std::string("release-dates.") + dataset,
                            OptionType::run_id, "Input run.", "", "",
                            position++, true));
  }
  rows.push_back(text_row(
      "release-date", OptionType::date,
      "Date written as updated_date of changed DOIs: the run id.", "", ""));
  rows.push_back({"ranges",
                  OptionType::ranges,
                  "Number of DOI-bucket ranges.",
                  "auto",
                  "",
                  -1,
                  false,
                  {},
                  1,
                  256});
  rows.push_back(phase_row({"all", "prepare", "range", "finish"},
                           "`range` takes its number from `--range-index`."));
  rows.push_back(index_row("range-index", "Which range.", 255));
  rows.push_back(
      flag_row("keep-database",
               "Also publish `duckdb/db.db`; the same in all phases.", ""));
  append(rows, shared(duckdb_rows()));
  append(rows, shared(works_index_rows()));
  return rows;
}

jobs::IndexPhase index_phase(const std::string& name) {
  if (name == "prepare") return jobs::IndexPhase::prepare;
  if (name == "range") return jobs::IndexPhase::range;
  return name == "finish" ? jobs::IndexPhase::finish : jobs::IndexPhase::all;
}

jobs::IndexJob index_of(const Values& values) {
  jobs::IndexJob index;
  index.run = values.text("run-id");
  index.previous = values.text("prev-run-id");
  if (index.previous == kNewestRun) index.previous.clear();
  index.openalex_works = values.text("release-dates.openalex-works");
  index.datacite = values.text("release-dates.datacite");
  index.crossref_metadata = values.text("release-dates.crossref-metadata");
  index.ror = values.text("release-dates.ror");
  index.corpus = values.text("release-dates.data-citation-corpus");
  const std::string date =
      values.has("release-date") ? values.text("release-date") : index.run;
  index.release_date = jobs::run_day(date).value_or(0);
  index.phase = index_phase(values.text("phase"));
  if (index.phase == jobs::IndexPhase::range)
    index.range_index = static_cast<int>(values.integer("range-index"));
  if (values.text("ranges") != "auto")
    index.ranges = static_cast<int>(values.integer("ranges"));
  index.threads = static_cast<int>(values.integer("duckdb-threads"));
  index.memory_limit_bytes = values.bytes("duckdb-memory-limit");
  const auto rows = [&](const char* source) -> std::int64_t {
    const std::string name = fmt::format("audit-{}-threshold", source);
    return values.has(name) ? values.integer(name) : -1;
  };
  index.openalex_threshold = rows("openalex-works");
  index.datacite_threshold = rows("datacite-works");
  index.crossref_threshold = rows("crossref-metadata-works");
  index.max_change_ratio = values.real("max-change-ratio");
  index.accept_change = values.flag("accept-change");
  index.keep_database = values.flag("keep-database");
  const auto whole = [&](const char* name) {
    return static_cast<int>(values.integer(name));
  };
  index.max_doi_states = whole("max-doi-states");
  index.max_relation_degrees = whole("max-relation-degrees");
  index.nested_object_limit = whole("audit-nested-object-limit");
  return index;
}

Entry sqlmesh_plan() {
  Entry entry = batch_job(
      {"sqlmesh", "plan"}, "Build the works index of a run.", plan_rows(),
      [](const jobs::JobContext& context, const Values& values) {
        return jobs::index_job(context, index_of(values));
      });
  entry.check = [](const Values& values, Problems& problems) {
    if (!values.has("release-date") && !jobs::run_day(values.text("run-id"))) {
      problems.lines.emplace_back(
          "--release-date is required: the run id is not a date");
    }
    const std::string phase = values.text("phase");
    if (phase != "range" && phase != "finish") return;
    if (values.text("ranges") == "auto") {
      problems.lines.push_back(
          fmt::format("--ranges: phase {} needs the number of ranges", phase));
    } else if (phase == "range") {
      check_part(values, "range-index", "ranges", problems);
    }
  };
  return entry;
}

// ---------------------------------------------------------------- opensearch

// What the leaves of process-dmps take of a server that cannot be reached yet.
std::vector<Option> client_rows() {
  return shared(opensearch_client_rows(client_group()));
}

void check_host(const Values& values, Problems& problems) {
  check_client(values, client_names(client_group().prefix), problems);
}

// It has nothing to do but to write an index.
void refuse_host(const Values& values, Problems& problems) {
  check_host(values, problems);
  if (!values.has("client-config.host")) return;
  problems.lines.emplace_back(
      "--client-config.host: this version writes no OpenSearch index");
  problems.lines.emplace_back(
      "hint: unset OPENSEARCH_HOST; the streaming matcher needs no server");
}

Entry sync_works() {
  std::vector<Option> rows = bucket_and_run();
  append(rows,
         {without_effect(text_row("index-name", OptionType::text,
                                  "Works index.", "works-index", "", 2),
                         kNoOpenSearch),
          without_effect(flag_row("full",
                                  "Send every current work, not only the "
                                  "changes since the last confirmed sync.",
                                  ""),
                         kNoOpenSearch),
          without_effect(text_row("retry-file", OptionType::existing_path,
                                  "Send only the ids of this "
                                  "failed_ids.jsonl.",
                                  "", ""),
                         kNoOpenSearch)});
  append(rows, client_rows());
  append(rows, shared(opensearch_sync_rows(sync_group())));
  return {{{"aws-batch", "opensearch", "sync-works"},
           "Bring the works index of a server up to date.",
           std::move(rows)},
          [](const Values&) -> Status {
            log::info("sync-works: skipped, no OpenSearch host is configured");
            return {};
          },
          refuse_host};
}

jobs::PlanLists plan_lists(const Values& values) {
  if (!values.flag("dmp-subset.enable")) return {};
  return {values.text("dmp-subset.dois-s3-path"),
          values.text("dmp-subset.institutions-s3-path")};
}

void check_plans(const Values& values, Problems& problems) {
  check_host(values, problems);
  check_dmp_subset(values, problems);
}

Option plan_index_row(int position) {
  return without_effect(text_row("index-name", OptionType::text, "DMP index.",
                                 "dmps-index", "", position),
                        kNoOpenSearch);
}

Entry sync_dmps() {
  std::vector<Option> rows = bucket_and_run();
  rows.push_back(plan_index_row(2));
  append(rows, shared(dmp_subset_rows()));
  append(rows, client_rows());
  append(rows, shared(opensearch_sync_rows(sync_group())));
  append(rows, shared({mysql_host_row(kMysqlForDmps)}));
  append(rows, shared(mysql_rows()));
  append(rows, shared({dmps_source_row(), test_projects_row()}));
  Entry entry = batch_job(
      {"opensearch", "sync-dmps"}, "Publish the DMP records of a run.",
      std::move(rows),
      [](const jobs::JobContext& context, const Values& values) {
        return jobs::sync_dmps_job(context, values.text("run-id"),
                                   dmps_input_of(values), plan_lists(values));
      });
  entry.check = [](const Values& values, Problems& problems) {
    check_plans(values, problems);
    check_dmps_source(values, problems);
  };
  return entry;
}

Entry enrich_dmps() {
  Option bucket = text_row("bucket-name", OptionType::bucket, "Project bucket.",
                           "", "BUCKET_NAME", -1, true);
  Option run = text_row("run-id", OptionType::run_id, "DMP run.", "",
                        "DMPS_RUN_ID", -1, true);
  Option previous = without_effect(
      text_row("prev-enrich-run-id", OptionType::run_id,
               "Results carried over, or INITIAL: the newest older one.", "",
               ""),
      kNoFunders);
  std::vector<Option> rows{plan_index_row(0), bucket, run, previous};
  append(rows, shared(dmp_subset_rows()));
  append(rows, client_rows());
  append(rows, shared(enrichment_rows()));
  return {{{"aws-batch", "opensearch", "enrich-dmps"},
           "Ask funders for the publications of the awards of the DMPs.",
           std::move(rows)},
          [](const Values&) -> Status {
            log::info("enrich-dmps: skipped, no funder service is built in");
            return {};
          },
          check_plans};
}

jobs::SearchJob search_job_of(const Values& values) {
  jobs::SearchJob job;
  job.run = values.text("run-id");
  job.process_works_run = values.text("process-works-run-id");
  if (job.process_works_run == kNewestRun) job.process_works_run.clear();
  job.subset = plan_lists(values);
  job.search = search_of(values, "");
  job.shard.count = static_cast<int>(values.integer("shards"));
  if (values.text("phase") == "finish") job.phase = jobs::SearchPhase::finish;
  if (values.text("phase") == "shard") {
    job.phase = jobs::SearchPhase::shard;
    job.shard.index = static_cast<int>(values.integer("shard-index"));
  }
  return job;
}

Entry dmp_works_search() {
  std::vector<Option> rows = bucket_and_run();
  for (const char* index : {"dmps-index", "works-index"}) {
    const std::string name = std::string(index) + "-name";
    rows.push_back(without_effect(
        text_row(name, OptionType::text, "Engine opensearch only.", index, "",
                 index[0] == 'd' ? 2 : 3),
        kNoOpenSearch));
  }
  rows.push_back(
      text_row("process-works-run-id", OptionType::run_id,
               "Works index searched, or NEWEST: the newest finished one.", "",
               "PROCESS_WORKS_RUN_ID"));
  rows.push_back(number_row("shards", "Streaming shards.", "1", "", 1, 1000));
  rows.push_back(phase_row({"all", "shard", "finish"},
                           "`shard` takes its number from `--shard-index`."));
  rows.push_back(index_row("shard-index", "Which shard.", 999));
  append(rows, shared(dmp_subset_rows()));
  append(rows, client_rows());
  append(rows, shared(search_options("")));
  Entry entry =
      batch_job({"opensearch", "dmp-works-search"},
                "Search the works of every DMP.", std::move(rows),
                [](const jobs::JobContext& context, const Values& values) {
                  return jobs::search_job(context, search_job_of(values));
                });
  entry.check = [](const Values& values, Problems& problems) {
    check_plans(values, problems);
    check_search(values, "", problems);
    if (values.text("phase") == "shard")
      check_part(values, "shard-index", "shards", problems);
  };
  return entry;
}

Entry merge_related_works() {
  std::vector<Option> rows = bucket_and_run();
  rows.push_back(text_row("search-run-id", OptionType::run_id,
                          "Run whose matches are merged: --run-id.", "", ""));
  append(rows, shared({merge_host_row()}));
  append(rows, shared(mysql_rows()));
  append(rows, shared({database_row()}));
  append(rows, shared(merge_rows()));
  Entry entry = batch_job(
      {"opensearch", "merge-related-works"},
      "Merge the matches into the database, and hand them on as files.",
      std::move(rows),
      [](const jobs::JobContext& context, const Values& values) {
        jobs::MergeJob merge;
        merge.run = values.text("run-id");
        merge.search_run = values.has("search-run-id")
                               ? values.text("search-run-id")
                               : merge.run;
        merge.database = bucket_database(values);
        merge.allow_mass_delete = values.flag("allow-mass-delete");
        merge.max_failed = values.integer("merge-config.max-failed");
        return jobs::merge_job(context, merge);
      });
  entry.check = check_database;
  return entry;
}

}  // namespace

Entry batch_job(std::vector<std::string> leaf, const std::string& summary,
                std::vector<Option> options, const BatchWork& work) {
  leaf.insert(leaf.begin(), "aws-batch");
  const std::string stage = leaf.back(), dataset = leaf[leaf.size() - 2];
  return {{leaf, summary, std::move(options)},
          [=](const Values& values) -> Status {
            DMP_ASSIGN(const OpenJob open, open_job(values, dataset, stage));
            DMP_ASSIGN(const storage::StageResult result,
                       counted(values, dataset + " " + stage,
                               [&] { return work(open.context, values); }));
            return print(stage_summary(result));
          }};
}

std::vector<Option> bucket_and_run() {
  return {text_row("bucket-name", OptionType::bucket, "Project bucket.", "", "",
                   0, true),
          text_row("run-id", OptionType::run_id, "Run.", "", "", 1, true)};
}

std::vector<Entry> aws_batch_commands() {
  std::vector<Entry> entries{ror_transform(),
                             dataset_subset("openalex-works"),
                             dataset_subset("crossref-metadata"),
                             dataset_subset("datacite"),
                             dataset_transform("openalex-works"),
                             dataset_transform("crossref-metadata"),
                             dataset_transform("datacite"),
                             dmps_transform(),
                             sqlmesh_plan(),
                             sync_works(),
                             sync_dmps(),
                             enrich_dmps(),
                             dmp_works_search(),
                             merge_related_works()};
  for (auto& entry : download_jobs()) entries.push_back(std::move(entry));
  return entries;
}

}  // namespace dmp::cli
