#include "dmps/transform.h"

#include "dmps/input.h"
#include "dmps/plan_table.h"
#include "dmps/record.h"
#include "ingest/rejects.h"
#include "text/awards.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace dmp::dmps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStage = "dmps-transform";
constexpr const char* kTableName = "dmps_batch_00000_part_00000.parquet";

// Everything that was read so far, one plan a DOI.
class Collection {
 public:
  Collection(const DmpsOptions& options, const RorRegistry& registry)
      : options_(options), cleaner_(options_.rules, registry, counters_) {}

  // Reads one file. What is wrong with it as a whole goes to `failures`.
  void read(const fs::path& file, std::vector<std::string>& failures);
  std::vector<model::Plan> take_sorted();

  const Counters& counters() const { return counters_; }
  const Counters& reject_counts() const { return reject_counts_; }
  const std::vector<ingest::Reject>& rejects() const { return rejects_; }
  std::int64_t lines() const { return lines_; }
  std::int64_t duplicates() const { return duplicates_; }

 private:
  void take(model::Plan plan);

  const DmpsOptions& options_;
  Counters counters_, reject_counts_;
  Cleaner cleaner_;
  PlanReader reader_;
  std::vector<model::Plan> plans_;
  std::unordered_map<std::string, std::size_t> by_doi_;
  std::vector<ingest::Reject> rejects_;
  std::int64_t lines_ = 0, duplicates_ = 0;
};

void Collection::take(model::Plan plan) {
  const auto [place, is_new] = by_doi_.try_emplace(plan.doi, plans_.size());
  if (is_new) {
    plans_.push_back(std::move(plan));
    return;
  }
  ++duplicates_;
  model::Plan& kept = plans_[place->second];
  if (plan.modified >= kept.modified) kept = std::move(plan);
}

void Collection::read(const fs::path& file,
                      std::vector<std::string>& failures) {
  std::int64_t records = 0, foreign = 0;
  const std::size_t before = rejects_.size();
  const auto read_one = [&](const ingest::RawRecord& record) {
    model::Plan plan;
    const PlanOutcome outcome = record.too_long
                                    ? PlanOutcome::bad_json
                                    : reader_.read(record.json, cleaner_, plan);
    ++records;
    if (outcome == PlanOutcome::kept) {
      take(std::move(plan));
      return;
    }
    if (outcome == PlanOutcome::unknown_format) ++foreign;
    reject_counts_.add(outcome_name(outcome));
    rejects_.push_back(ingest::reject_of(file, record, outcome_name(outcome)));
  };
  const Status read = each_record(file, read_one);
  lines_ += records;
  if (!read) {
    failures.push_back(read.error().message);
  } else if (records > 0 && foreign == records) {
    failures.push_back(fmt::format(
        "{}: no plan in it: expected export lines ({{\"dmp_id\": \"10.…\", …}})"
        " or maDMP ({{\"dmp\": {{…}}}})",
        file.string()));
  } else if (const Status checked = ingest::check_rejects(
                 file, std::span(rejects_).subspan(before), records,
                 options_.max_reject_ratio);
             !checked) {
    failures.push_back(checked.error().message);
  }
}

std::vector<model::Plan> Collection::take_sorted() {
  std::sort(
      plans_.begin(), plans_.end(),
      [](const model::Plan& a, const model::Plan& b) { return a.doi < b.doi; });
  return std::move(plans_);
}

Status read_all(const std::vector<ingest::InputFile>& files,
                Collection& collection) {
  std::vector<std::string> failures;
  for (const auto& file : files) collection.read(file.path, failures);
  if (failures.empty()) return {};
  return Error{ErrorCode::corrupt_input,
               fmt::format("{}", fmt::join(failures, "; "))};
}

void add_rules(const ReadingRules& rules,
               std::map<std::string, std::string>& options) {
  const auto number = [](auto value) {
    return std::to_string(static_cast<int>(value));
  };
  options["dmp_id_prefix"] = rules.dmp_id_prefix;
  options["partial_dates"] = number(rules.partial_dates);
  options["award_exclusion"] = number(rules.award_exclusion);
  options["unnamed_plans"] = number(rules.unnamed_plans);
  options["old_start"] = number(rules.old_start);
  options["related_outputs"] = number(rules.related_outputs);
  options["skipped_roles"] =
      fmt::format("{}", fmt::join(rules.skipped_roles, "\n"));
}

Result<storage::Manifest> planned_manifest(const DmpsOptions& options) {
  storage::Manifest manifest;
  manifest.stage = kStage;
  manifest.synthetic = options.synthetic;
  manifest.options["max_reject_ratio"] =
      fmt::format("{}", options.max_reject_ratio);
  add_rules(options.rules, manifest.options);
  for (const auto& input : options.inputs) {
    DMP_ASSIGN(const auto files, find_inputs({input}));
    DMP_ASSIGN(auto entries, ingest::as_inputs(input, files));
    std::move(entries.begin(), entries.end(),
              std::back_inserter(manifest.inputs));
  }
  if (options.ror_stage) {
    DMP_ASSIGN(auto ror, storage::stage_input("ror", *options.ror_stage));
    manifest.inputs.push_back(std::move(ror));
  }
  manifest.key = storage::stage_key(manifest);
  return manifest;
}

Result<storage::Manifest> publish(const DmpsOptions& options,
                                  Collection& collection,
                                  storage::Manifest manifest) {
  const std::vector<model::Plan> plans = collection.take_sorted();
  manifest.rows_in = collection.lines();
  manifest.rows_out = static_cast<std::int64_t>(plans.size());
  manifest.dropped["duplicate"] = collection.duplicates();
  for (const auto& [reason, count] : collection.reject_counts().all()) {
    manifest.rejects[reason] = count;
  }
  for (const auto& [name, count] : collection.counters().all()) {
    manifest.counters[name] = count;
  }
  const auto rejected = static_cast<std::int64_t>(collection.rejects().size());
  if (manifest.rows_in !=
      manifest.rows_out + collection.duplicates() + rejected) {
    return Error{ErrorCode::internal,
                 fmt::format("plans: {} lines, but {} rows, {} duplicates and "
                             "{} rejects",
                             manifest.rows_in, manifest.rows_out,
                             collection.duplicates(), rejected)};
  }
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(options.stage_dir, manifest.stage));
  const fs::path table = publication.dir() / kTableName;
  DMP_TRY(write_plan_table(plans, table));
  DMP_TRY(publication.add(table, manifest.rows_out));
  if (rejected > 0) {
    const fs::path path = publication.dir() / "rejects" / "rejects.parquet";
    DMP_TRY(ingest::write_rejects(collection.rejects(), path));
    DMP_TRY(publication.add(path, rejected));
  }
  return publication.publish(std::move(manifest));
}

Result<RorRegistry> registry_of(const DmpsOptions& options) {
  if (!options.ror_stage) return RorRegistry();
  return RorRegistry::load(*options.ror_stage);
}

}  // namespace

Result<storage::StageResult> transform_dmps(const DmpsOptions& options) {
  DMP_ASSIGN(const auto files, find_inputs(options.inputs));
  DMP_ASSIGN(auto manifest, planned_manifest(options));
  if (!options.force) {
    if (auto done = storage::finished(options.stage_dir, manifest.key)) {
      return storage::StageResult{true, *std::move(done)};
    }
  }
  DMP_ASSIGN(const auto registry, registry_of(options));
  Collection collection(options, registry);
  DMP_TRY(read_all(files, collection));
  DMP_ASSIGN(auto published, publish(options, collection, std::move(manifest)));
  return storage::StageResult{false, std::move(published)};
}

Result<std::vector<model::Plan>> read_plans(const fs::path& stage_dir) {
  DMP_ASSIGN(const auto manifest, storage::read_manifest(stage_dir));
  DMP_TRY(storage::verify_sizes(manifest, stage_dir));
  return read_plan_table(manifest.paths(stage_dir, "dmps_"));
}

Result<std::vector<model::Plan>> load_plans(
    const fs::path& path, const std::optional<fs::path>& ror_stage) {
  std::error_code failed;
  if (fs::exists(path / "manifest.json", failed)) return read_plans(path);
  DmpsOptions options;
  options.inputs = {path};
  DMP_ASSIGN(const auto files, find_inputs(options.inputs));
  options.ror_stage = ror_stage;
  DMP_ASSIGN(const auto registry, registry_of(options));
  Collection collection(options, registry);
  DMP_TRY(read_all(files, collection));
  return collection.take_sorted();
}

std::vector<std::string> raw_award_ids(const model::Funding& funding) {
  std::vector<std::string> ids;
  for (const auto* id : {&funding.funding_opportunity_id, &funding.award_id,
                         &funding.funder_project_number}) {
    if (!*id || text::is_award_filler(**id)) continue;
    if (std::find(ids.begin(), ids.end(), **id) == ids.end()) {
      ids.push_back(**id);
    }
  }
  return ids;
}

}  // namespace dmp::dmps
