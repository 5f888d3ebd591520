#include "jobs/works_runs.h"

#include "jobs/bucket_stage.h"
#include "jobs/run_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::jobs {

namespace {

constexpr const char* kRoot = "sqlmesh";

// Of a finished run; those without a date are the least.
using Dated = std::pair<std::optional<text::Day>, std::string>;

std::optional<text::Day> release_of(const storage::Manifest& manifest,
                                    const std::string& run) {
  const auto option = manifest.options.find("release_date");
  return run_day(option == manifest.options.end() ? run : option->second);
}

// By release date, then run id.
Result<std::vector<Dated>> finished(const storage::ObjectStore& bucket) {
  std::vector<Dated> runs;
  DMP_ASSIGN(const auto ids, finished_runs(bucket, kRoot, ""));
  for (const auto& run : ids) {
    DMP_ASSIGN(const auto manifest,
               stage_manifest(bucket, std::string(kRoot) + "/" + run));
    runs.emplace_back(release_of(manifest, run), run);
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

Status refuse_unfinished_runs(const storage::ObjectStore& bucket,
                              const std::string& before) {
  const std::string folder = std::string(kRoot) + "/";
  DMP_ASSIGN(const auto objects, bucket.list(folder));
  for (const auto& object : objects) {
    const std::string_view below =
        std::string_view(object.key).substr(folder.size());
    const auto run = below.substr(0, below.find('/'));
    if (run == below || !is_run_id(run) || run >= before) continue;
    return Error{
        ErrorCode::invalid_argument,
        fmt::format("{}/{}{} is older and not finished, and no finished run is "
                    "there; name one, or {}, with --prev-run-id",
                    bucket.name(), folder, run, kInitialRun)};
  }
  return {};
}

}  // namespace

Result<std::string> newest_works_run(const storage::ObjectStore& bucket) {
  DMP_ASSIGN(const auto runs, finished(bucket));
  if (!runs.empty()) return runs.back().second;
  return Error{ErrorCode::not_found,
               fmt::format("{}/{}: no finished run", bucket.name(), kRoot)};
}

Result<std::optional<text::Day>> release_of_run(
    const storage::ObjectStore& bucket, const std::string& run) {
  DMP_ASSIGN(const auto manifest,
             stage_manifest(bucket, std::string(kRoot) + "/" + run));
  return release_of(manifest, run);
}

Result<std::string> previous_works_run(const storage::ObjectStore& bucket,
                                       const std::string& run,
                                       text::Day release) {
  DMP_ASSIGN(auto runs, finished(bucket));
  while (!runs.empty()) {
    const auto& [day, id] = runs.back();
    if (day && *day < release && id != run) return id;
    runs.pop_back();
  }
  DMP_TRY(refuse_unfinished_runs(bucket, run));
  return std::string(kInitialRun);
}

}  // namespace dmp::jobs
