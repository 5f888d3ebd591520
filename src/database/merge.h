#pragma once

#include "base/counters.h"
#include "base/result.h"
#include "database/related_works.h"
#include "model/plan.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dmp::database {

struct MergeOptions {
  std::filesystem::path matches;  // as results::read_matches
  // Titles and times of plans that the store does not know yet, or knows
  // otherwise; any order.
  std::vector<model::Plan> plans;
  // merge_progress.jsonl is kept here, with this before its name; empty:
  // nowhere.
  std::string beside;
  std::filesystem::path audit_file;  // empty: none
  bool dry_run = false;              // nothing is written anywhere
  bool keep_empty = false;           // plans without any match lose nothing
  bool allow_mass_delete = false;
  std::chrono::milliseconds first_pause = std::chrono::seconds(1);
};

struct LinkCounts {
  std::int64_t inserted = 0, updated = 0, deleted = 0;
  bool operator==(const LinkCounts&) const = default;
};

struct FailedPlan {
  std::string dmp_doi;
  std::optional<std::int64_t> plan_id;  // nullopt: the store has no such plan
  std::string error;
  bool is_temporary = false;
  int attempts = 0;
};

// Times of one step, in milliseconds.
struct StepTime {
  std::int64_t count = 0;
  double mean = 0, squares = 0;  // Welford's
  void add(double milliseconds);
  double deviation() const;
};

// What a plan's matches changed, or with dry_run would.
struct PlanEffect {
  std::string dmp_doi;
  std::int64_t plan_id = 0;  // with dry_run below 0: a plan to be added
  LinkCounts links;
};

// records = processed + resumed + no_plan + failed, where several records of
// one plan count as one.
struct MergeSummary {
  std::int64_t processed = 0;
  std::int64_t resumed = 0;  // brought in before an interruption
  std::int64_t no_plan = 0;
  std::int64_t works_staged = 0, unresolved = 0, double_links = 0;
  LinkCounts links;
  Orphans orphans;
  Counters staging;                 // see batch.h
  std::vector<FailedPlan> failed;   // those without plan too
  std::vector<PlanEffect> effects;  // with dry_run only; in reading order
  StepTime stage, update;
  // Why the rest was not merged.
  std::optional<Error> aborted;
};

// Brings matches into the store, a plan at a time: a plan with matches gets
// them as PENDING links and loses the PENDING links it has no match for; a plan
// whose record is empty loses those the system made; a plan without record is
// not touched; a decided link never changes. What is locked is tried again, a
// plan that cannot be stored is noted and the others go on. In the end versions
// and works without link are dropped. Merging twice changes nothing the second
// time. Plans the store does not know are added, in DOI order, if it keeps the
// plans. Memory: DOIs and digests of the records, and one plan.
// Source: spec database.md 4, 5.
// Errors, before anything is changed: those of results::read_matches (bytes
// other than a manifest lists are corrupt_input), invalid_argument (more than
// half of the PENDING links, and more than 1,000, would go), those of the
// store. Later ones are in the summary.
Result<MergeSummary> merge(RelatedWorksStore& store,
                           const MergeOptions& options);

// Whether a merge is a success: at most `max_failed` plans failed or had no
// plan (those not counted if `allow_no_plan`). Errors: that of an aborted
// merge; unavailable when all that failed may succeed later, else
// corrupt_input.
Status verdict(const MergeSummary& summary, std::int64_t max_failed,
               bool allow_no_plan);

// What is written after a merge, as <beside>merge_report.json (counts, times
// and the texts of `labels`) and <beside>failed_dmps.jsonl. Errors: io.
Status write_merge_files(
    const MergeSummary& summary, const std::string& beside,
    const std::vector<std::pair<std::string, std::string>>& labels);

}  // namespace dmp::database
