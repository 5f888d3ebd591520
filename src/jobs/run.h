#pragma once

#include "base/result.h"
#include "ingest/transform.h"
#include "jobs/stage_summary.h"
#include "match/engine.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::jobs {

enum class ResultForm : std::uint8_t { jsonl, csv, parquet, html };

// In the order of the chain.
enum class Step : std::uint8_t {
  download,  // nothing today: sources are read in place
  subset,
  transform,
  works_index,
  search,
  merge
};

// How far a stage is. Reported when it begins (nothing known) and now and then.
struct StageProgress {
  std::string_view stage;     // as StageSummary::name
  std::string note;           // e.g. "7/16 files"; may be empty
  double done_ratio = -1;     // 0-1 of the stage's input; negative: not known
  std::int64_t records = -1;  // read so far; negative: not counted
};

// `dmpworks run`: the whole chain on one machine. Source: spec cli.md 10,
// folders below out_dir: jobs.md 4.1.
struct RunOptions {
  std::filesystem::path out_dir;
  // Files or folders, read in place. Absent ones count as empty tables.
  std::optional<std::filesystem::path> openalex_works, crossref_metadata,
      datacite, ror, data_citation_corpus;
  // Stage folders instead of those below out_dir; dmps and ROR are finished.
  std::optional<std::filesystem::path> dmps_stage, ror_stage, search_stage;
  // A finished full works index instead of the snapshots.
  std::optional<std::filesystem::path> works_index;
  std::vector<std::filesystem::path> dmps;
  std::optional<std::filesystem::path> ground_truth;  // marks the report
  // Given: only these works are transformed, only these plans searched.
  std::optional<ingest::SubsetList> subset_dois, subset_institutions,
      dmp_subset_dois, dmp_subset_institutions;

  std::string run_id;       // empty: newest in out_dir, else today (UTC)
  std::string prev_run_id;  // empty: newest complete one; INITIAL: none
  int threads = 1;
  std::uint64_t memory_limit_bytes = 0;
  std::filesystem::path scratch_dir;  // empty: below out_dir
  int ranges = 0;                     // 0: from memory
  ingest::Xpac xpac = ingest::Xpac::drop;
  double max_reject_ratio = 0.001;
  double max_change_ratio = 0.10;
  bool accept_change = false;
  bool force = false;
  Step from = Step::download, until = Step::merge;
  std::vector<ResultForm> forms{ResultForm::jsonl, ResultForm::csv,
                                ResultForm::html};
  match::SearchOptions search;
  // From one thread at a time; never after run() has returned.
  std::function<void(const StageProgress&)> progress;
  // Of each stage when it has ended, the one that failed included.
  std::function<void(const StageSummary&)> ended;
};

struct MetricsAt {
  int k = 0;
  double precision = 0, recall = 0;
};

struct RunSummary {
  std::string run_id;
  std::vector<StageSummary> stages;
  std::int64_t plans = 0, plans_with_works = 0, matches = 0;
  std::filesystem::path report;    // empty when no HTML was asked for
  std::vector<MetricsAt> metrics;  // with ground truth
};

// Runs the chain; a stage whose manifest has the key of its present inputs and
// options is skipped, so a killed run is repeated with the same options.
// Errors: invalid_argument (nothing to match, a run id that is not one),
// not_found (an input is absent), and whatever a stage gives, its name first.
Result<RunSummary> run(const RunOptions& options);

// A table for people; one JSON document.
std::string summary_table(const RunSummary& summary);
std::string summary_json(const RunSummary& summary);

}  // namespace dmp::jobs
