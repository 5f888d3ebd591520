#include "jobs/local_search.h"

#include "dmps/transform.h"
#include "jobs/index_files.h"
#include "jobs/search_stage.h"
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
                                      std::vector<model::Plan> plans) {
  DMP_ASSIGN(IndexFiles index, index_files(search.works_index));
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

storage::StageResult counted(const match::SearchCounts& counts,
                             EnrichmentCounts enriched) {
  storage::StageResult result;
  result.manifest.rows_in = counts.plans;
  count_search(counts, result.manifest);
  result.manifest.counters.merge(enriched);
  return result;
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
  DMP_ASSIGN(const auto inputs, inputs_of(search, std::move(plans)));
  match::SearchCounts counts;
  DMP_TRY(match::search(inputs, search.options, sink, &counts));
  return counts;
}

Result<storage::StageResult> search_to_folder(const LocalSearch& search,
                                              const fs::path& out_dir,
                                              std::size_t plans_per_file) {
  storage::Manifest manifest;
  manifest.stage = "dmp-works-search";
  DMP_TRY(storage::check_stage_folder(out_dir, manifest.stage));
  EnrichmentCounts enriched;
  DMP_ASSIGN(auto plans, plans_of(search, enriched));
  DMP_ASSIGN(auto inputs, inputs_of(search, std::move(plans)));
  manifest.rows_in = static_cast<std::int64_t>(inputs.plans.size());
  DMP_ASSIGN(auto publication,
             storage::Publication::begin(out_dir, manifest.stage));
  DMP_TRY(search_into(std::move(inputs), search.options, plans_per_file,
                      publication, manifest));
  manifest.counters.merge(enriched);
  storage::StageResult result;
  DMP_ASSIGN(result.manifest, publication.publish(std::move(manifest)));
  return result;
}

Result<storage::StageResult> search_to_file(const LocalSearch& search,
                                            const fs::path& file) {
  EnrichmentCounts enriched;
  DMP_ASSIGN(auto plans, plans_of(search, enriched));
  leave_out_undesired(plans, search.options);
  match::SearchCounts counts;
  const storage::Scratch part(unfinished(file));
  if (file.extension() != ".gz") {
    DMP_TRY(write_lines(search, std::move(plans), part.path(), counts));
    DMP_TRY(rename_to(part.path(), file));
    return counted(counts, std::move(enriched));
  }
  DMP_ASSIGN(auto writer,
             results::MatchFileWriter::begin(
                 part.path(), {std::numeric_limits<std::int32_t>::max(),
                               explain_of(search.options)}));
  DMP_ASSIGN(counts, search_plans(search, std::move(plans),
                                  [&](model::PlanMatches&& plan) {
                                    return writer.put(plan);
                                  }));
  DMP_ASSIGN(const auto files, writer.finish());
  DMP_TRY(rename_to(files.front().path, file));
  return counted(counts, std::move(enriched));
}

}  // namespace dmp::jobs
