#pragma once

#include "base/result.h"
#include "jobs/bucket_stage.h"
#include "storage/manifest.h"
#include "text/dates.h"

#include <cstdint>
#include <string>

// The job behind `dmpworks aws-batch sqlmesh plan`. Source: spec jobs.md 2.
namespace dmp::jobs {

// All of it, or a phase of an array job. Source: spec jobs.md 3.2.
enum class IndexPhase : std::uint8_t { all, prepare, range, finish };

struct IndexJob {
  std::string run, previous;  // previous: a run, INITIAL, or empty: that of
                              // previous_works_run
  std::string openalex_works, datacite, crossref_metadata, ror, corpus;  // runs
  text::Day release_date = 0;
  IndexPhase phase = IndexPhase::all;
  int ranges = 0;       // 0: from memory; 1-256 in phases range and finish
  int range_index = 0;  // of phase range: 0 … ranges - 1
  int threads = 0;
  std::uint64_t memory_limit_bytes = 0;
  // -1: of the specification, or 1 where the input is a subset or synthetic, or
  // 0 where it is an empty subset (a valid stage, spec jobs.md 6.2).
  std::int64_t openalex_threshold = -1, datacite_threshold = -1,
               crossref_threshold = -1;
  double max_change_ratio = 0.10;
  bool accept_change = false;
  bool keep_database = false;  // alike in all phases: it is in the key
  int max_doi_states = 3, max_relation_degrees = 100,
      nested_object_limit = 20'000;
};
// The five inputs and the former DOI state -> sqlmesh/P. The ROR and corpus
// stages it needs are made first, where they are not there yet. Phase prepare
// publishes sqlmesh/P/_parts/prepare/, phase range
// sqlmesh/P/_parts/<low>-<high> of its DOI buckets, and phase finish, which
// reads them, sqlmesh/P/: the stage that one job makes. Errors: those of
// run_stage and of the phases.
Result<storage::StageResult> index_job(const JobContext& context,
                                       const IndexJob& options);

}  // namespace dmp::jobs
