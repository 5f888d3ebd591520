#pragma once

#include "base/result.h"
#include "ingest/transform.h"
#include "jobs/bucket_stage.h"
#include "match/engine.h"
#include "storage/manifest.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

// The jobs behind `dmpworks aws-batch …`, one function each. All read and
// publish stages of the bucket of spec jobs.md 4.1, and give what the stage
// says of itself. Source: spec jobs.md 2; errors: those of run_stage.
namespace dmp::jobs {

// ror/R/download -> ror/R/transform. `file_name`: the file to read; empty: the
// one that is there. Errors: not_found (an absent file: those there are named,
// P107).
Result<storage::StageResult> transform_ror_job(const JobContext& context,
                                               const std::string& run,
                                               const std::string& file_name);

// The newest finished ROR stage, as an input; nullopt: there is none.
Result<std::optional<std::string>> newest_ror(
    const storage::ObjectStore& bucket);

struct DatasetSubset {
  std::string dataset;  // openalex-works, crossref-metadata, datacite
  std::string run, input_run;
  std::string dois_key, institutions_key;  // in the bucket; one is needed
};
// <ds>/R/download -> <ds>/R/subset. Errors: not_found (an absent list), those
// of ingest::SubsetRule.
Result<storage::StageResult> subset_dataset_job(const JobContext& context,
                                                const DatasetSubset& options);

struct DatasetTransform {
  std::string dataset;  // openalex-works, crossref-metadata, datacite
  std::string run, input_run;
  bool use_subset = false;
  std::size_t batch_size = 0, row_group_rows = 0, row_groups_per_file = 0;
  int max_workers = 0;  // 0: all threads
  ingest::Xpac xpac = ingest::Xpac::drop;
  std::optional<std::size_t> limit_files;
};
Result<storage::StageResult> transform_dataset_job(
    const JobContext& context, const DatasetTransform& options);

// Where DMPs come from. Source: spec cli.md G14.
enum class DmpsSource : std::uint8_t {
  automatic,    // the first of the others that is there; files before a
                // finished stage, which they are compared with
  transform,    // dmps/R/transform, as it is
  export_file,  // *jsonl.gz and *.jsonl in dmps/R/download
  mysql,        // which this version has no client for
  madmp,        // *.json and *.json.gz in dmps/R/download
};
struct DmpsInput {
  DmpsSource source = DmpsSource::automatic;
  bool mysql_host = false;  // one is configured
};

// dmps/R/download (by hand) -> dmps/R/transform. Identifiers of institutions
// and funders are resolved by the newest finished ROR stage, if there is one.
// Errors: not_found (none of the source; automatic: of any, all are named),
// invalid_argument (MySQL would have to be read).
Result<storage::StageResult> transform_dmps_job(const JobContext& context,
                                                const std::string& run,
                                                const DmpsInput& input);

// Lists of the DMPs to search, in the bucket; both empty: all DMPs.
struct PlanLists {
  std::string dois_key, institutions_key;
};

// transform_dmps_job; and whether the lists are there and hold an entry, before
// anything is searched. P95.
Result<storage::StageResult> sync_dmps_job(const JobContext& context,
                                           const std::string& run,
                                           const DmpsInput& input,
                                           const PlanLists& subset);

// All of it, or a phase of an array job. Source: spec jobs.md 3.2.
enum class SearchPhase : std::uint8_t { all, shard, finish };

struct SearchJob {
  std::string run;                // of the DMPs
  std::string process_works_run;  // empty: the newest finished one
  PlanLists subset;
  // changed_since: today − N, which the job may move back (search.md 9).
  match::SearchOptions search;
  SearchPhase phase = SearchPhase::all;
  match::Shard shard;  // of phase shard; of finish: how many there are
};
// dmps/R/transform, enrich-dmps/R if it is published, sqlmesh/P ->
// dmp-works-search/R. Phase shard publishes
// dmp-works-search/R/_parts/<index>-of-<count>/, and phase finish, which reads
// them, the stage that one job makes. Without a file of parameters ranker
// linkage takes meta/linkage.json of the bucket, if it is there. Errors: also
// those of search_verdict, the stage being published.
Result<storage::StageResult> search_job(const JobContext& context,
                                        const SearchJob& wanted);

}  // namespace dmp::jobs
