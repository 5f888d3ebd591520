#include "database/merge.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "database/batch.h"
#include "database/effect.h"
#include "database/merge_progress.h"
#include "database/plan_map.h"
#include "database/plan_records.h"
#include "storage/files.h"
#include "text/dates.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <thread>

namespace dmp::database {

namespace {

using Clock = std::chrono::steady_clock;
using Records = std::vector<const PlanRecords::Record*>;

constexpr int kRetries = 3;
// A run may always delete so many PENDING links.
constexpr std::int64_t kFewLinks = 1'000;

void add(LinkCounts& sum, const LinkCounts& more) {
  sum.inserted += more.inserted;
  sum.updated += more.updated;
  sum.deleted += more.deleted;
}

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

// -------------------------------------------------------------------- plans

std::optional<std::string> table_time(const std::optional<text::Micros>& time) {
  if (!time) return std::nullopt;
  std::string text = text::format_instant(*time).substr(0, 19);
  text[10] = ' ';
  return text;
}

// Rows to put: plans of the records that are not there, in DOI order, and
// those whose title or times are others now.
std::vector<PlanRow> rows_to_put(const std::vector<PlanRow>& present,
                                 const PlanRecords& records,
                                 const std::vector<model::Plan>& known) {
  std::map<std::string, PlanRow> rows;
  for (const auto& record : records.records()) {
    const std::string doi = normal_doi(record.dmp_doi);
    if (!doi.empty()) rows[doi].dmp_id = "https://doi.org/" + doi;
  }
  for (const auto& plan : known) {
    const auto row = rows.find(plan.doi);
    if (row == rows.end()) continue;
    row->second.title = plan.title;
    row->second.created = table_time(plan.created);
    row->second.modified = table_time(plan.modified);
  }
  const PlanMap map(present);
  std::vector<PlanRow> put;
  for (auto& [doi, row] : rows) {
    const auto id = map.find(doi, std::nullopt);
    if (id) {
      const PlanRow& old = map.row(*id);
      const auto is_other = [](const auto& now, const auto& before) {
        return now && now != before;
      };
      if (!is_other(row.title, old.title) &&
          !is_other(row.created, old.created) &&
          !is_other(row.modified, old.modified)) {
        continue;
      }
      row.id = *id;
    }
    put.push_back(std::move(row));
  }
  return put;
}

// The plans as they will be, new ones with ids below 0.
PlanMap foreseen_plans(std::vector<PlanRow> rows,
                       const std::vector<PlanRow>& put) {
  std::int64_t id = 0;
  for (const PlanRow& row : put) {
    if (row.id != 0) continue;
    rows.push_back(row);
    rows.back().id = --id;
  }
  return PlanMap(rows);
}

// -------------------------------------------------------------------- merge

class Merger {
 public:
  Merger(RelatedWorksStore& store, const MergeOptions& options,
         const PlanRecords& records)
      : store_(store), options_(options), records_(records) {}

  // What would be deleted is counted only where it could be too much.
  Status guard() {
    if (options_.allow_mass_delete) return {};
    DMP_ASSIGN(const std::int64_t pending, store_.count_pending());
    if (pending <= kFewLinks) return {};
    std::int64_t deleted = 0;
    DMP_TRY(
        records_.each_plan([&](std::int64_t plan, model::PlanMatches&& matches,
                               const Records&) -> Status {
          DMP_ASSIGN(const PlanEffect effect, foresee(plan, matches));
          deleted += effect.links.deleted;
          return {};
        }));
    if (deleted <= kFewLinks || deleted * 2 <= pending) return {};
    return Error{ErrorCode::invalid_argument,
                 fmt::format("{} of {} PENDING links would be deleted; "
                             "--allow-mass-delete goes on",
                             deleted, pending)};
  }

  Status open_files() {
    if (options_.beside.empty()) {
      DMP_TRY(store_.begin_merge());
    } else {
      MergeSource source;
      DMP_ASSIGN(source.database, store_.identity());
      source.matches = records_.digest();
      source.keep_empty = options_.keep_empty;
      DMP_ASSIGN(auto progress,
                 MergeProgress::open(options_.beside + "merge_progress.jsonl",
                                     source, store_));
      progress_.emplace(std::move(progress));
    }
    if (options_.audit_file.empty()) return {};
    audit_.open(options_.audit_file, std::ios::app);
    if (!audit_) return storage::write_error(options_.audit_file);
    return {};
  }

  MergeSummary run() {
    note_records_without_plan();
    Status done =
        records_.each_plan([&](std::int64_t plan, model::PlanMatches&& matches,
                               const Records& records) -> Status {
          if (!options_.dry_run) return merge_plan(plan, matches, records);
          DMP_ASSIGN(auto effect, foresee(plan, matches));
          ++summary_.processed;
          add(summary_.links, effect.links);
          summary_.effects.push_back(std::move(effect));
          return {};
        });
    if (done && !options_.dry_run) done = finish();
    if (!done) summary_.aborted = std::move(done).error();
    return std::move(summary_);
  }

 private:
  void note_records_without_plan() {
    for (const auto* record : records_.without_plan()) {
      ++summary_.no_plan;
      summary_.failed.push_back({record->dmp_doi, {}, "no such plan"});
    }
  }

  Result<PlanEffect> foresee(std::int64_t plan,
                             const model::PlanMatches& matches) {
    Counters counts;
    const Batch batch = batch_of(plan, matches, counts);
    const bool is_empty = matches.works.empty();
    if (is_empty && options_.keep_empty)
      return PlanEffect{matches.plan_doi, plan, {}};
    DMP_ASSIGN(const auto links, store_.links(plan));
    return PlanEffect{matches.plan_doi, plan, foreseen(links, batch, is_empty)};
  }

  bool is_done(const Records& records) const {
    if (!progress_) return false;
    for (const auto* record : records) {
      if (!progress_->has(record->dmp_doi, record->hash)) return false;
    }
    return true;
  }

  Status merge_plan(std::int64_t plan, const model::PlanMatches& matches,
                    const Records& records) {
    if (is_done(records)) {
      ++summary_.resumed;
      return {};
    }
    Counters counts;
    const Batch batch = batch_of(plan, matches, counts);
    auto pause = options_.first_pause;
    for (int attempt = 1;; ++attempt) {
      Status done = try_plan(plan, batch, matches.works.empty());
      if (done) break;
      Error error = std::move(done).error();
      const bool is_temporary = error.code == ErrorCode::unavailable;
      if (is_temporary && attempt <= kRetries) {
        std::this_thread::sleep_for(pause);
        pause *= 2;
        continue;
      }
      if (!is_temporary && error.code != ErrorCode::corrupt_input)
        return std::move(error).during(matches.plan_doi);
      log::warning("{}: {}", matches.plan_doi, error.message);
      summary_.failed.push_back({matches.plan_doi, plan,
                                 std::move(error.message), is_temporary,
                                 attempt});
      return {};
    }
    ++summary_.processed;
    summary_.works_staged += static_cast<std::int64_t>(batch.works.size());
    summary_.staging.merge(counts);
    if (!progress_) return {};
    for (const auto* record : records)
      DMP_TRY(progress_->note(record->dmp_doi, record->hash));
    return {};
  }

  // From staging on, so that it may be called again after any error.
  Status try_plan(std::int64_t plan, const Batch& batch, bool is_empty) {
    DMP_ASSIGN(const auto before, store_.links(plan));
    std::int64_t unresolved = 0, dropped = 0;
    if (is_empty) {
      if (!options_.keep_empty) DMP_TRY(store_.drop_pending(plan));
    } else {
      const auto start = Clock::now();
      DMP_TRY(store_.stage(batch));
      DMP_ASSIGN(const auto lost, store_.unresolved());
      for (const auto& doi : lost)
        log::warning("plan {}: {} has no row to link to", plan, doi);
      unresolved = static_cast<std::int64_t>(lost.size());
      summary_.stage.add(milliseconds_since(start));
      const auto update = Clock::now();
      DMP_ASSIGN(dropped, store_.drop_double_links());
      DMP_TRY(store_.apply(BatchOrigin::system_run));
      summary_.update.add(milliseconds_since(update));
    }
    DMP_ASSIGN(const auto after, store_.links(plan));
    const Difference changed = difference(before, after);
    add(summary_.links, changed.counts());
    summary_.unresolved += unresolved;
    summary_.double_links += dropped;
    return write_audit(plan, changed);
  }

  Status write_audit(std::int64_t plan, const Difference& changed) {
    if (!audit_.is_open()) return {};
    const auto put = [&](const char* what, const LinkValues& link) {
      std::string line;
      JsonWriter json(line);
      json.begin_object().member("change", what).member("doi", link.doi);
      json.member("planId", plan).member("score", double{link.score});
      json.member("status", status_name(link.status)).end_object();
      audit_ << line << '\n';
    };
    for (const auto& link : changed.inserted) put("inserted", link);
    for (const auto& link : changed.deleted) put("deleted", link);
    audit_ << std::flush;
    if (!audit_) return storage::write_error(options_.audit_file);
    return {};
  }

  Status finish() {
    DMP_ASSIGN(summary_.orphans, store_.drop_orphans());
    const bool all =
        summary_.failed.size() == static_cast<std::size_t>(summary_.no_plan);
    return progress_ && all ? progress_->end() : Status();
  }

  RelatedWorksStore& store_;
  const MergeOptions& options_;
  const PlanRecords& records_;
  std::optional<MergeProgress> progress_;
  std::ofstream audit_;
  MergeSummary summary_;
};

}  // namespace

void StepTime::add(double milliseconds) {
  ++count;
  const double off = milliseconds - mean;
  mean += off / static_cast<double>(count);
  squares += off * (milliseconds - mean);
}

double StepTime::deviation() const {
  return count < 2 ? 0 : std::sqrt(squares / static_cast<double>(count - 1));
}

Result<MergeSummary> merge(RelatedWorksStore& store,
                           const MergeOptions& options) {
  // From here on: every record can be read.
  DMP_ASSIGN(PlanRecords records, PlanRecords::read(options.matches));
  DMP_ASSIGN(std::vector<PlanRow> rows, store.plans());
  std::vector<PlanRow> put;
  if (store.keeps_plans()) put = rows_to_put(rows, records, options.plans);
  records.assign(foreseen_plans(rows, put));
  Merger merger(store, options, records);
  DMP_TRY(merger.guard());
  if (options.dry_run) return merger.run();
  DMP_TRY(merger.open_files());
  // From here on: the store has the plans, and each record its plan.
  if (!put.empty()) {
    DMP_TRY(store.put_plans(put));
    DMP_ASSIGN(rows, store.plans());
    records.assign(PlanMap(rows));
  }
  return merger.run();
}

Status verdict(const MergeSummary& summary, std::int64_t max_failed,
               bool allow_no_plan) {
  if (summary.aborted) return *summary.aborted;
  std::vector<const FailedPlan*> failed;
  bool is_temporary = true;
  for (const FailedPlan& plan : summary.failed) {
    if (allow_no_plan && !plan.plan_id) continue;
    failed.push_back(&plan);
    is_temporary = is_temporary && plan.is_temporary;
  }
  if (failed.empty() || static_cast<std::int64_t>(failed.size()) <= max_failed)
    return {};
  return Error{
      is_temporary ? ErrorCode::unavailable : ErrorCode::corrupt_input,
      fmt::format("{} DMPs could not be merged, all others are; the first: {}: "
                  "{}",
                  failed.size(), failed[0]->dmp_doi, failed[0]->error)};
}

}  // namespace dmp::database
