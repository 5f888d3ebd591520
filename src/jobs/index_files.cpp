#include "jobs/index_files.h"

#include <string>
#include <utility>

namespace dmp::jobs {

namespace fs = std::filesystem;

namespace {

constexpr const char* kWorks = "works_index/";
constexpr const char* kRorFile = "ror.parquet";

Error incomplete(const fs::path& place) {
  return Error{ErrorCode::not_found,
               place.string() + " holds no works_index/ and collection_stats/"};
}

// The folder of the stage's file `name`; empty: it has none.
fs::path folder_of(const storage::Manifest& manifest, const fs::path& stage,
                   const char* name) {
  const auto files = manifest.paths(stage, name);
  return files.empty() ? fs::path() : files.front().parent_path();
}

// Of all that the stage holds below `name`.
std::string sum_of(const storage::Manifest& manifest, const char* name) {
  std::string sums;
  for (const auto& file : manifest.files_named(name)) sums += file.sha256;
  return storage::sha256_text(sums);
}

// One stage holds all.
Result<IndexFiles> whole(const fs::path& stage,
                         const storage::Manifest& manifest) {
  IndexFiles files;
  files.works = manifest.paths(stage, kWorks);
  files.collection_stats =
      folder_of(manifest, stage, "collection_stats/summary.parquet");
  if (files.works.empty() || files.collection_stats.empty())
    return incomplete(stage);
  files.linkage_stats =
      folder_of(manifest, stage, "linkage_stats/summary.parquet");
  DMP_ASSIGN(auto input, storage::stage_input("works_index", stage));
  files.inputs.push_back(std::move(input));
  files.name = fs::absolute(stage).filename().string();
  files.stats_sha256 = sum_of(manifest, "collection_stats/");
  return files;
}

// Each folder is a stage of its own.
Result<IndexFiles> apart(const fs::path& works,
                         const storage::Manifest& manifest) {
  IndexFiles files;
  files.works = manifest.paths(works, "works_index_");
  if (files.works.empty()) return incomplete(works);
  DMP_ASSIGN(auto input, storage::stage_input("works_index", works));
  files.inputs.push_back(std::move(input));
  const fs::path beside = fs::absolute(works).parent_path();
  files.name = beside.filename().string();
  for (auto [name, folder] :
       {std::pair{"collection_stats", &files.collection_stats},
        std::pair{"linkage_stats", &files.linkage_stats}}) {
    const fs::path stage = beside / name;
    DMP_ASSIGN(const auto stats, storage::read_manifest(stage));
    *folder = folder_of(stats, stage, "summary.parquet");
    if (folder->empty()) return incomplete(works);
    if (folder == &files.collection_stats)
      files.stats_sha256 = sum_of(stats, "");
    DMP_ASSIGN(auto own, storage::stage_input(name, stage));
    files.inputs.push_back(std::move(own));
  }
  return files;
}

fs::path without_slash(const fs::path& place) {
  return place.has_filename() ? place : place.parent_path();
}

// Of the ror.parquet that a works index was made from; empty: of none.
std::string ror_digest(const storage::Manifest& index) {
  for (const auto& input : index.inputs)
    if (input.path == kRorFile) return input.digest;
  return {};
}

}  // namespace

std::optional<fs::path> ror_beside(const fs::path& place) {
  // <root>/sqlmesh/<run>, or a folder in it.
  fs::path stage = fs::absolute(without_slash(place));
  auto manifest = storage::read_manifest(stage);
  const bool inside = !manifest || manifest->paths(stage, kWorks).empty();
  if (inside) stage = stage.parent_path();
  if (!manifest) manifest = storage::read_manifest(stage);
  const std::string wanted = manifest ? ror_digest(*manifest) : "";
  if (wanted.empty()) return std::nullopt;
  std::error_code error;
  const fs::path runs = stage.parent_path().parent_path() / "ror";
  for (fs::directory_iterator it(runs, error), end; !error && it != end;
       it.increment(error)) {
    const fs::path ror = it->path() / "transform";
    const auto input = storage::stage_input(kRorFile, ror);
    if (input && input->digest == wanted) return ror;
  }
  return std::nullopt;
}

Result<IndexFiles> index_files(const fs::path& place) {
  const fs::path plain = without_slash(place);
  const auto manifest = storage::read_manifest(plain);
  if (manifest && !manifest->paths(plain, kWorks).empty())
    return whole(plain, *manifest);
  if (manifest) return apart(plain, *manifest);
  const fs::path stage = plain.parent_path();
  DMP_ASSIGN(const auto parent, storage::read_manifest(stage));
  return whole(stage, parent);
}

}  // namespace dmp::jobs
