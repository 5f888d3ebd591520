#include "jobs/modification_window.h"

#include "base/log.h"
#include "jobs/bucket_stage.h"
#include "jobs/run_id.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace dmp::jobs {

namespace {

using storage::Manifest;

constexpr std::string_view kSearches = "dmp-works-search/";
constexpr std::string_view kManifest = "/manifest.json";

text::Day day_of(text::Micros at) {
  return static_cast<text::Day>(at / 86'400'000'000);
}

std::string stage_of(const std::string& manifest_key) {
  return manifest_key.substr(0, manifest_key.size() - kManifest.size());
}

bool had_failures(const Manifest& manifest) {
  return !manifest.paths("", "failures.jsonl").empty();
}

// No plan was left to another search but by the window.
bool had_all_plans(const Manifest& manifest,
                   const std::map<std::string, std::string>& lists) {
  if (manifest.partial) return false;
  std::map<std::string, std::string> had;
  for (const auto& [name, value] : manifest.options) {
    if (name == "plans_from" || name == "plans_until") return false;
    if (name.starts_with("dmp_subset_")) had.emplace(name, value);
  }
  return had.empty() || had == lists;
}

std::optional<text::Day> first_day(const Manifest& manifest) {
  const auto since = manifest.options.find(kWindowOption);
  if (since == manifest.options.end()) return std::nullopt;
  return run_day(since->second);
}

// The manifest of a stage; nullopt where there is none that can be read.
Result<std::optional<Manifest>> manifest_of(const storage::ObjectStore& bucket,
                                            const std::string& stage) {
  auto manifest = stage_manifest(bucket, stage);
  if (manifest) return std::optional(*std::move(manifest));
  const ErrorCode code = manifest.error().code;
  if (code == ErrorCode::corrupt_input) {
    log::warning("not counted: {}", manifest.error().message);
  } else if (code != ErrorCode::not_found) {
    return std::move(manifest).error();
  }
  return std::optional<Manifest>();
}

// Another search that left nothing undone.
struct Search {
  std::string run;
  text::Micros began = 0, ended = 0;
};

// Older manifests do not say when it began: not after it ended.
Search search_of(std::string run, const Manifest& manifest,
                 text::Micros ended) {
  const auto began = manifest.search
                         ? text::parse_instant(manifest.search->started_at)
                         : std::nullopt;
  return {std::move(run), std::min(began.value_or(ended), ended), ended};
}

Result<std::optional<Search>> last_success(
    const storage::ObjectStore& bucket, const std::string& run,
    const std::map<std::string, std::string>& lists) {
  DMP_ASSIGN(const auto objects, bucket.list(kSearches));
  std::optional<Search> newest;
  for (const auto& object : objects) {
    if (!object.key.ends_with(kManifest)) continue;
    const std::string stage = stage_of(object.key);
    const std::string name = stage.substr(kSearches.size());
    if (!is_run_id(name) || name == run) continue;
    DMP_ASSIGN(const auto manifest, manifest_of(bucket, stage));
    if (!manifest || had_failures(*manifest) ||
        !had_all_plans(*manifest, lists)) {
      continue;
    }
    const auto ended = text::parse_instant(manifest->created_at);
    if (ended && (!newest || *ended > newest->ended))
      newest = search_of(name, *manifest, *ended);
  }
  return newest;
}

}  // namespace

Result<text::Day> window_begin(const storage::ObjectStore& bucket,
                               const std::string& run,
                               const std::map<std::string, std::string>& lists,
                               text::Day since) {
  DMP_ASSIGN(const auto last, last_success(bucket, run, lists));
  if (!last) return since;
  DMP_ASSIGN(const auto plans,
             manifest_of(bucket, stage_prefix("dmps", last->run, "transform")));
  text::Micros began = last->began;
  if (plans) {
    began =
        std::min(began, text::parse_instant(plans->created_at).value_or(began));
  }
  return std::min(since, day_of(began) - 1);
}

Result<text::Day> window_begin_of_parts(const storage::ObjectStore& bucket,
                                        const std::string& stage,
                                        text::Day since) {
  DMP_ASSIGN(const auto objects,
             bucket.list(stage + "/" + storage::kPartsName + "/"));
  for (const auto& object : objects) {
    if (!object.key.ends_with(kManifest)) continue;
    DMP_ASSIGN(const auto manifest, manifest_of(bucket, stage_of(object.key)));
    if (!manifest) continue;
    if (const auto day = first_day(*manifest)) since = std::min(since, *day);
  }
  return since;
}

}  // namespace dmp::jobs
