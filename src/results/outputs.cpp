#include "results/outputs.h"

#include "base/log.h"
#include "dmps/transform.h"
#include "results/csv.h"
#include "results/ground_truth.h"
#include "results/match_files.h"
#include "results/metrics.h"
#include "results/parquet.h"
#include "results/report.h"

#include <fmt/format.h>

#include <optional>
#include <system_error>

namespace dmp::results {

namespace fs = std::filesystem;

namespace {

storage::Manifest wanted(const OutputOptions& options, Status& status) {
  storage::Manifest manifest;
  manifest.stage = "results";
  for (const auto& [name, dir] :
       {std::pair{"matches", options.matches}, {"dmps", options.plans}}) {
    auto input = storage::stage_input(name, dir);
    if (input) {
      manifest.inputs.push_back(*std::move(input));
    } else if (status) {
      status = std::move(input).error();
    }
  }
  if (options.ground_truth) {
    auto digest = storage::sha256_file(*options.ground_truth);
    if (digest) {
      manifest.inputs.push_back({"ground_truth", *digest, 0});
    } else if (status) {
      status = std::move(digest).error();
    }
  }
  manifest.options["forms"] = fmt::format(
      "{}{}{}{}", options.jsonl, options.csv, options.parquet, options.html);
  return manifest;
}

// The match files of the search stage, under their names: a second name of the
// same bytes where the disk allows, else a copy.
Status add_match_files(const fs::path& search,
                       storage::Publication& publication) {
  DMP_ASSIGN(const auto manifest, storage::read_manifest(search));
  for (const auto& file : manifest.paths(search, "matches/matches_")) {
    const fs::path to = publication.dir() / file.filename();
    std::error_code failed;
    fs::create_hard_link(file, to, failed);
    if (failed) fs::copy_file(file, to, failed);
    if (failed) {
      return Error{ErrorCode::io, to.string() + ": " + failed.message()};
    }
    DMP_TRY(publication.add(to));
  }
  return {};
}

}  // namespace

Result<storage::StageResult> write_outputs(const OutputOptions& options) {
  Status status;
  storage::Manifest manifest = wanted(options, status);
  DMP_TRY(std::move(status));
  if (!options.force) {
    if (auto done = storage::finished(options.stage_dir,
                                      storage::stage_key(manifest))) {
      return storage::StageResult{true, *std::move(done)};
    }
  }
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(options.stage_dir, manifest.stage));
  DMP_ASSIGN(const auto plans, dmps::read_plans(options.plans));
  std::optional<GroundTruth> truth;
  if (options.ground_truth) {
    DMP_ASSIGN(truth, GroundTruth::read(*options.ground_truth));
  }
  const fs::path& dir = publication.dir();
  DMP_ASSIGN(auto csv, MatchCsvWriter::create(dir / "matches.csv"));
  std::optional<MatchParquetWriter> parquet;
  if (options.parquet) {
    DMP_ASSIGN(auto writer,
               MatchParquetWriter::create(dir / "matches.parquet"));
    parquet.emplace(std::move(writer));
  }
  std::int64_t records = 0;
  const auto visit = [&](model::PlanMatches&& matches) -> Status {
    ++records;
    DMP_TRY(csv.put(matches));
    if (parquet) DMP_TRY(parquet->put(matches));
    return {};
  };
  DMP_TRY(read_matches(options.matches, visit));
  DMP_ASSIGN(const auto rows, csv.finish());
  std::error_code ignored;
  if (parquet) {
    DMP_ASSIGN(const auto count, parquet->finish());
    DMP_TRY(publication.add(dir / "matches.parquet", count));
  }
  if (options.csv) {
    DMP_TRY(publication.add(dir / "matches.csv", rows));
  } else {
    fs::remove(dir / "matches.csv", ignored);
  }
  if (options.jsonl) DMP_TRY(add_match_files(options.matches, publication));
  if (options.html) {
    ReportInputs report;
    report.matches = matches_at(options.matches);
    report.out_file = dir / "report.html";
    report.plans = plans;
    report.truth = truth ? &*truth : nullptr;
    DMP_TRY(write_report(report));
    DMP_TRY(publication.add(report.out_file));
  }
  manifest.rows_in = records;
  manifest.rows_out = records;
  storage::StageResult stage;
  DMP_ASSIGN(stage.manifest, publication.publish(std::move(manifest)));
  if (auto linked =
          storage::link_in_stage_folder(options.stage_dir, stage.manifest);
      !linked) {
    log::warning("results: {}", linked.error().message);
  }
  return stage;
}

Result<std::vector<PrecisionRecall>> precision_and_recall(
    const fs::path& matches, const fs::path& ground_truth,
    const std::vector<int>& ks) {
  DMP_ASSIGN(const auto truth, GroundTruth::read(ground_truth));
  MetricsCollector collector(truth, ks);
  DMP_TRY(read_matches(matches, [&](model::PlanMatches&& plan) -> Status {
    collector.add(plan);
    return {};
  }));
  const Metrics metrics = collector.finish();
  std::vector<PrecisionRecall> found;
  for (const auto& at : metrics.all.at) {
    found.push_back({at.k, at.precision, at.recall});
  }
  return found;
}

}  // namespace dmp::results
