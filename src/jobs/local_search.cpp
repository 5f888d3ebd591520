#include "jobs/local_search.h"

#include "dmps/transform.h"
#include "jobs/index_files.h"
#include "match/linkage_pairs.h"
#include "results/match_files.h"

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
  return inputs;
}

storage::Manifest manifest_of(const match::SearchCounts& counts) {
  storage::Manifest manifest;
  manifest.stage = "dmp-works-search";
  manifest.rows_in = manifest.rows_out = counts.plans;
  manifest.counters = {
      {"plans", counts.plans}, {"plans_with_works", counts.plans_with_hits},
      {"works", counts.works}, {"candidates", counts.candidates},
      {"hits", counts.hits},   {"matches", counts.matches}};
  return manifest;
}

// A place beside `file`, gone at the end whatever happens; a killed search
// leaves it behind.
class Unfinished {
 public:
  explicit Unfinished(const fs::path& file)
      : path_(file.parent_path() /
              fmt::format(".{}.{}", file.filename().string(), ::getpid())) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

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
                                               plan, results::Explain::write)
                                        << '\n';
                                    return {};
                                  }));
  out.close();
  if (out) return {};
  return Error{ErrorCode::io, file.string() + ": cannot be written"};
}

}  // namespace

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
  DMP_ASSIGN(auto plans, dmps::load_plans(search.plans));
  DMP_ASSIGN(auto inputs, inputs_of(search, std::move(plans)));
  DMP_ASSIGN(auto publication, storage::Publication::begin(out_dir));
  const fs::path pairs = publication.dir() / "linkage_pairs";
  if (search.options.linkage_pairs &&
      search.options.ranker == match::Ranker::linkage) {
    inputs.linkage_pairs_dir = pairs;
  }
  DMP_ASSIGN(auto writer, results::MatchFileWriter::begin(
                              publication.dir() / "matches",
                              {plans_per_file, results::Explain::write}));
  match::SearchCounts counts;
  DMP_TRY(match::search(
      inputs, search.options,
      [&](model::PlanMatches&& plan) { return writer.put(plan); }, &counts));
  DMP_ASSIGN(const auto files, writer.finish());
  for (const auto& file : files)
    DMP_TRY(publication.add(file.path, file.records));
  if (inputs.linkage_pairs_dir) {
    DMP_ASSIGN(const auto written, match::linkage::pair_files(pairs));
    for (const auto& file : written) DMP_TRY(publication.add(file));
  }
  storage::StageResult result;
  DMP_ASSIGN(result.manifest, publication.publish(manifest_of(counts)));
  return result;
}

Result<storage::StageResult> search_to_file(const LocalSearch& search,
                                            const fs::path& file) {
  DMP_ASSIGN(auto plans, dmps::load_plans(search.plans));
  match::SearchCounts counts;
  const Unfinished part(file);
  if (file.extension() != ".gz") {
    DMP_TRY(write_lines(search, std::move(plans), part.path(), counts));
    DMP_TRY(rename_to(part.path(), file));
    return storage::StageResult{false, manifest_of(counts)};
  }
  DMP_ASSIGN(auto writer,
             results::MatchFileWriter::begin(
                 part.path(), {std::numeric_limits<std::int32_t>::max(),
                               results::Explain::write}));
  DMP_ASSIGN(counts, search_plans(search, std::move(plans),
                                  [&](model::PlanMatches&& plan) {
                                    return writer.put(plan);
                                  }));
  DMP_ASSIGN(const auto files, writer.finish());
  DMP_TRY(rename_to(files.front().path, file));
  return storage::StageResult{false, manifest_of(counts)};
}

}  // namespace dmp::jobs
