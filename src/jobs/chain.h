#pragma once

#include "jobs/run.h"

#include <filesystem>
#include <optional>
#include <string>

namespace dmp::jobs {

// The stage folders of one run below its out_dir. Source: spec jobs.md 4.1.
struct StageFolders {
  StageFolders(const std::filesystem::path& out_dir, const std::string& run_id);

  std::filesystem::path openalex_works, crossref_metadata, datacite, ror,
      corpus, dmps, external_data, works_index, search, results;
};

// Carries one run through its stages: options, where things lie, and the
// summary so far. Each step appends its StageSummary.
class Chain {
 public:
  Chain(const RunOptions& options, RunSummary& summary);

  // Raw dumps -> raw dumps of the listed works, where a list is given.
  Status make_subsets();
  // Raw dumps -> one Parquet table a source, plans -> one table.
  Status transform();
  // Tables -> one row per DOI. From here on a DOI is unique and normalised.
  Status build_index();
  // Plans x works -> matches with evidence.
  Status search();
  // Matches -> files for people.
  Status write_results();

 private:
  using Stage = std::function<Result<storage::StageResult>()>;
  Status measure(const std::string& name, const std::filesystem::path& folder,
                 const Stage& stage);
  // The folder of a source's subset; nullopt: none is wanted.
  std::optional<std::filesystem::path> subset_of(
      const std::filesystem::path& transform) const;
  Status make_subset(ingest::Source source,
                     const std::optional<std::filesystem::path>& input,
                     const std::filesystem::path& transform);
  Status transform_works(ingest::Source source, const std::string& name,
                         const std::optional<std::filesystem::path>& input,
                         const std::filesystem::path& folder);
  Status transform_ror();
  Status transform_plans();
  Status read_corpus();
  Result<storage::StageResult> run_search();
  void say(const StageProgress& progress) const;

  const RunOptions& options_;
  RunSummary& summary_;
  StageFolders folders_;
};

}  // namespace dmp::jobs
