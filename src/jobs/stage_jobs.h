#pragma once

#include "base/result.h"
#include "ingest/transform.h"
#include "jobs/bucket_stage.h"
#include "match/engine.h"
#include "storage/manifest.h"
#include "text/dates.h"

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

// dmps/R/download (by hand) -> dmps/R/transform. Identifiers of institutions
// and funders are resolved by the newest finished ROR stage, if there is one.
Result<storage::StageResult> transform_dmps_job(const JobContext& context,
                                                const std::string& run);

struct IndexJob {
  std::string run, previous;  // previous: a run, INITIAL, or empty: the newest
                              // finished one that is older
  std::string openalex_works, datacite, crossref_metadata, ror, corpus;  // runs
  text::Day release_date = 0;
  int ranges = 0;  // 0: from memory
  int threads = 0;
  std::uint64_t memory_limit_bytes = 0;
  // -1: of the specification, or 1 where the input is a subset or synthetic, or
  // 0 where it is an empty subset (a valid stage, spec jobs.md 6.2).
  std::int64_t openalex_threshold = -1, datacite_threshold = -1,
               crossref_threshold = -1;
  double max_change_ratio = 0.10;
  bool accept_change = false;
  int max_doi_states = 3, max_relation_degrees = 100,
      nested_object_limit = 20'000;
};
// The five inputs and the former DOI state -> sqlmesh/P. The ROR and corpus
// stages it needs are made first, where they are not there yet.
Result<storage::StageResult> index_job(const JobContext& context,
                                       const IndexJob& options);

// Lists of the DMPs to search, in the bucket; both empty: all DMPs.
struct PlanLists {
  std::string dois_key, institutions_key;
};

// dmps/R/download (by hand) -> dmps/R/transform, all DMPs of it; and whether
// the lists are there and hold an entry, before anything is searched. P95.
Result<storage::StageResult> sync_dmps_job(const JobContext& context,
                                           const std::string& run,
                                           const PlanLists& subset);

struct SearchJob {
  std::string run;                // of the DMPs
  std::string process_works_run;  // empty: the newest finished one
  PlanLists subset;
  match::SearchOptions search;
};
// dmps/R/transform, sqlmesh/P -> dmp-works-search/R.
Result<storage::StageResult> search_job(const JobContext& context,
                                        const SearchJob& options);

}  // namespace dmp::jobs
