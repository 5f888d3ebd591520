#include "jobs/local_search.h"

#include "dmps/transform.h"
#include "ingest/input_files.h"
#include "jobs/index_files.h"
#include "jobs/search_failures.h"
#include "jobs/search_run.h"
#include "jobs/search_stage.h"
#include "jobs/staged_search.h"
#include "results/match_files.h"
#include "storage/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

namespace dmp::jobs {

namespace fs = std::filesystem;

namespace {

Result<match::SearchInputs> inputs_of(const LocalSearch& search,
                                      IndexFiles index,
                                      std::vector<model::Plan> plans) {
  match::SearchInputs inputs;
  inputs.works_files = std::move(index.works);
  inputs.collection_stats_dir = std::move(index.collection_stats);
  inputs.linkage_stats_dir = std::move(index.linkage_stats);
  inputs.plans = std::move(plans);
  if (search.ror_stage) {
    DMP_ASSIGN(const auto ror, storage::read_manifest(*search.ror_stage));
    const auto files = ror.paths(*search.ror_stage, "ror.parquet");
    if (files.empty()) {
      return Error{ErrorCode::not_found,
                   search.ror_stage->string() + " holds no ror.parquet"};
    }
    inputs.ror_file = files.front();
  }
  return inputs;
}

// The plans that the lists want, with what enrichment knows of them, and in the
// manifest what became of the others and how many are enriched.
Result<std::vector<model::Plan>> wanted_plans(const LocalSearch& search,
                                              storage::Manifest& manifest) {
  EnrichmentCounts enriched;
  DMP_ASSIGN(auto plans, plans_of(search, enriched));
  manifest.counters.merge(enriched);
  manifest.rows_in = static_cast<std::int64_t>(plans.size());
  note_subset(search.subset_dois, search.subset_institutions, manifest);
  DMP_TRY(leave_out_unlisted(search.subset_dois, search.subset_institutions,
                             plans, manifest));
  return plans;
}

// Beside the file, hidden.
fs::path unfinished(const fs::path& file) {
  return file.parent_path() /
         fmt::format(".{}.{}", file.filename().string(), ::getpid());
}

Status rename_to(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (!error) return {};
  return Error{ErrorCode::io, to.string() + ": " + error.message()};
}

// The plans that failed; no file where none did.
Status write_failures(const std::vector<match::PlanFailure>& failures,
                      const fs::path& file) {
  if (!failures.empty())
    return storage::write_file_atomically(file, failure_lines(failures));
  std::error_code error;
  fs::remove(file, error);
  if (!error) return {};
  return Error{ErrorCode::io, file.string() + ": " + error.message()};
}

Status write_lines(const LocalSearch& search, std::vector<model::Plan> plans,
                   const fs::path& file, match::SearchCounts& counts) {
  std::ofstream out(file, std::ios::binary);
  DMP_ASSIGN(counts, search_plans(search, std::move(plans),
                                  [&](model::PlanMatches&& plan) -> Status {
                                    out << results::match_record_json(
                                               plan, explain_of(search.options))
                                        << '\n';
                                    return {};
                                  }));
  out.close();
  if (!out) return storage::write_error(file);
  return storage::sync_to_disk(file);
}

// Gives the file, the only one in the new folder `dir`.
Result<fs::path> write_packed(const LocalSearch& search,
                              std::vector<model::Plan> plans,
                              const fs::path& dir,
                              match::SearchCounts& counts) {
  DMP_ASSIGN(auto writer, results::MatchFileWriter::begin(
                              dir, {std::numeric_limits<std::int32_t>::max(),
                                    explain_of(search.options)}));
  DMP_ASSIGN(counts, search_plans(search, std::move(plans),
                                  [&](model::PlanMatches&& plan) {
                                    return writer.put(plan);
                                  }));
  DMP_ASSIGN(const auto files, writer.finish());
  return files.front().path;
}

}  // namespace

Result<std::vector<model::Plan>> plans_of(const LocalSearch& search,
                                          EnrichmentCounts& counts) {
  DMP_ASSIGN(auto plans, dmps::load_plans(search.plans, search.ror_stage));
  DMP_ASSIGN(counts, enrich_plans(search.external_data, plans));
  return plans;
}

Result<match::SearchCounts> search_plans(const LocalSearch& search,
                                         std::vector<model::Plan> plans,
                                         const MatchSink& sink) {
  DMP_ASSIGN(auto index, index_files(search.works_index));
  DMP_ASSIGN(const auto inputs,
             inputs_of(search, std::move(index), std::move(plans)));
  match::SearchCounts counts;
  DMP_TRY(match::search(inputs, search.options, sink, &counts));
  return counts;
}

Result<storage::StageResult> search_to_folder(const LocalSearch& search,
                                              const fs::path& out_dir) {
  storage::Manifest manifest;
  manifest.stage = "dmp-works-search";
  DMP_TRY(storage::check_stage_folder(out_dir, manifest.stage));
  DMP_ASSIGN(manifest.options, search_options(search.options));
  DMP_ASSIGN(IndexFiles index, index_files(search.works_index));
  DMP_ASSIGN(manifest.search, planned_search(search.options, index, ""));
  DMP_ASSIGN(auto plans, wanted_plans(search, manifest));
  manifest.inputs = index.inputs;
  ingest::inherit_kind(search.works_index, manifest);
  DMP_ASSIGN(auto inputs,
             inputs_of(search, std::move(index), std::move(plans)));
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(out_dir, manifest.stage));
  DMP_TRY(search_into(std::move(inputs), search.options, MatchesPlace::beside,
                      publication, manifest));
  storage::StageResult result;
  DMP_ASSIGN(result.manifest, publication.publish(std::move(manifest)));
  DMP_TRY(storage::link_in_stage_folder(out_dir, result.manifest));
  return result;
}

fs::path failures_beside(fs::path file) {
  file += fmt::format(".{}", kFailuresName);
  return file;
}

Result<storage::StageResult> search_to_file(const LocalSearch& search,
                                            const fs::path& file) {
  storage::StageResult result;
  DMP_ASSIGN(auto plans, wanted_plans(search, result.manifest));
  leave_out_undesired(plans, search.options);
  match::SearchCounts counts;
  const storage::Scratch part(unfinished(file));
  fs::path whole = part.path();
  if (file.extension() == ".gz") {
    DMP_ASSIGN(whole,
               write_packed(search, std::move(plans), part.path(), counts));
  } else {
    DMP_TRY(write_lines(search, std::move(plans), part.path(), counts));
  }
  DMP_TRY(write_failures(counts.failures, failures_beside(file)));
  DMP_TRY(rename_to(whole, file));
  count_search(counts, result.manifest);
  return result;
}

}  // namespace dmp::jobs
