#pragma once

#include "base/result.h"
#include "ingest/transform.h"
#include "match/engine.h"
#include "storage/manifest.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dmp::jobs {

// A search from finished stages to a stage. Source: spec jobs.md 2, 4.1.
struct StagedSearch {
  std::filesystem::path dmps, works_index;   // works_index: as index_files.h
  std::optional<std::filesystem::path> ror;  // whose families funders are of
  // A finished enrichment of the plans; nullopt: none is enriched (P85).
  std::optional<std::filesystem::path> external_data;
  // Given: only these plans are searched.
  std::optional<ingest::SubsetList> subset_dois, subset_institutions;
  match::SearchOptions options;
  std::filesystem::path stage_dir;
  std::string run_id;  // for the manifest
  bool force = false;
};

// Publishes matches/, failures.jsonl if a plan failed, and linkage_pairs/ if
// asked for; nothing is done when the stage is there. That too many plans
// failed is said by search_verdict(); such a stage is made again. Errors: those
// of storage::stage_input, index_files, dmps::read_plans, match::search.
Result<storage::StageResult> search_stages(const StagedSearch& search);

// The same in two phases, for jobs that share no disk: the parts, one a share
// of the works, are small finished stages below `stage_dir`/_parts/, and what
// finish publishes has the key and the bytes of search_stages(). A part that is
// there is not made again, nor is any when the stage itself is finished.
// Source: spec jobs.md 3.2.

// Names of the parts, by index.
std::vector<std::string> shard_parts(int count);
// Others may make theirs at the same time.
Result<storage::StageResult> search_shard_of(const StagedSearch& search,
                                             const match::Shard& shard);
// From all `count` parts in the folder `parts`. Errors: also not_found (of
// parts that are not there: all are named).
Result<storage::StageResult> finish_search(const StagedSearch& search,
                                           int count,
                                           const std::filesystem::path& parts);

// Every option that changes the result of a search, by name, its value as the
// command line has it; with ranker linkage the sha256 of the parameters too.
// Errors: those of linkage_of.
Result<std::map<std::string, std::string>> search_options(
    const match::SearchOptions& search);
// The same as one text.
Result<std::string> search_identity(const match::SearchOptions& search);

}  // namespace dmp::jobs
