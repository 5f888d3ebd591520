#include "cli/chain_runs.h"

#include "cli/batch_options.h"
#include "jobs/bucket_stage.h"
#include "jobs/run_id.h"
#include "jobs/works_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace dmp::cli {

namespace {

constexpr const char* kPrevious = "prev-run-id";
constexpr const char* kSearched = "process-works-run-id";
constexpr const char* kSearch = "dmp-works-search";
constexpr const char* kHowToMakeOne =
    "hint: `dmpworks batch-submit process-works` makes one";

bool is_open(const Values& values, const char* name) {
  return !values.has(name) || values.text(name) == kNewestRun;
}

bool has_task(const std::vector<std::string>& tasks, std::string_view task) {
  return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
}

std::optional<text::Day> release_of(const Values& values) {
  return jobs::run_day(
      values.text(values.has("release-date") ? "release-date" : "run-id"));
}

// The rows of a later release would be dated after those of this one: the job
// refuses that too.
void check_order(std::optional<text::Day> previous, const Values& values,
                 Problems& problems) {
  const auto release = release_of(values);
  if (!previous || !release || *previous <= *release) return;
  problems.lines.push_back(
      fmt::format("--{}: {} is of {}, after {}, the release of this run",
                  kPrevious, values.text(kPrevious),
                  text::format_day(*previous), text::format_day(*release)));
  problems.lines.push_back(
      fmt::format("hint: name an earlier one, or {}", jobs::kInitialRun));
}

// A named run is finished, and of no later release.
Status check_previous(const storage::ObjectStore& bucket, const Values& values,
                      Problems& problems) {
  const std::string run = values.text(kPrevious);
  if (run == jobs::kInitialRun) return {};
  const std::string stage = "sqlmesh/" + run;
  DMP_ASSIGN(const bool finished, jobs::is_finished(bucket, stage));
  if (finished) {
    DMP_ASSIGN(const auto day, jobs::release_of_run(bucket, run));
    check_order(day, values, problems);
    return {};
  }
  problems.lines.push_back(fmt::format("--{}: {}/{} is not a finished run",
                                       kPrevious, bucket.name(), stage));
  problems.lines.push_back(
      fmt::format("hint: name another one, or {}", jobs::kInitialRun));
  return {};
}

Status choose_previous(const storage::ObjectStore& bucket, Values& values,
                       Problems& problems) {
  if (!is_open(values, kPrevious))
    return check_previous(bucket, values, problems);
  const std::string run = values.text("run-id");
  auto previous =
      jobs::previous_works_run(bucket, run, release_of(values).value_or(0));
  if (!previous && previous.error().code == ErrorCode::invalid_argument) {
    problems.lines.push_back(
        fmt::format("--{}: {}", kPrevious, previous.error().message));
    return {};
  }
  if (!previous)
    return std::move(previous).error().during("look up the former run");
  problems.notes.push_back(
      *previous == jobs::kInitialRun
          ? fmt::format("--{}: {}, {} has no older run", kPrevious, *previous,
                        bucket.name())
          : fmt::format("--{}: {}, the newest finished run of an earlier "
                        "release",
                        kPrevious, *previous));
  values.set(kPrevious, *std::move(previous));
  return {};
}

// The same of the run that is searched after other jobs of the chain; where the
// search is the first, its inputs are looked at with it.
Status check_searched(const std::vector<std::string>& tasks,
                      const storage::ObjectStore& bucket, const Values& values,
                      Problems& problems) {
  if (tasks.front() == kSearch) return {};
  const std::string stage = "sqlmesh/" + values.text(kSearched);
  DMP_ASSIGN(const bool finished, jobs::is_finished(bucket, stage));
  if (finished) return {};
  if (values.flag("allow-no-manifest")) {
    DMP_ASSIGN(const auto objects, bucket.list(stage + "/"));
    if (!objects.empty()) return {};
  }
  problems.lines.push_back(fmt::format("--{}: {}/{} is not a finished run",
                                       kSearched, bucket.name(), stage));
  problems.lines.emplace_back(kHowToMakeOne);
  return {};
}

Status choose_searched(const std::vector<std::string>& tasks,
                       const storage::ObjectStore& bucket, Values& values,
                       Problems& problems) {
  if (!is_open(values, kSearched))
    return check_searched(tasks, bucket, values, problems);
  auto newest = jobs::newest_works_run(bucket);
  if (!newest && newest.error().code == ErrorCode::not_found) {
    problems.lines.push_back(
        fmt::format("--{} is required: {}", kSearched, newest.error().message));
    problems.lines.emplace_back(kHowToMakeOne);
    return {};
  }
  if (!newest)
    return std::move(newest).error().during("look up the works index");
  problems.notes.push_back(
      fmt::format("--{}: {}, the newest finished run", kSearched, *newest));
  values.set(kSearched, *std::move(newest));
  return {};
}

// Whether a look at the folder has settled all that is open.
bool settled(const std::vector<std::string>& tasks, Values& values,
             Problems& problems) {
  const auto folder = storage::bucket_folder(values.text("bucket-name"));
  std::error_code error;
  if (!folder || !std::filesystem::is_directory(*folder, error)) return false;
  const auto bucket = storage::open_store(values.text("bucket-name"));
  Problems found;
  if (!bucket || !choose_runs(tasks, **bucket, values, found)) return false;
  for (auto& note : found.notes) problems.notes.push_back(std::move(note));
  return found.lines.empty();
}

}  // namespace

Status choose_runs(const std::vector<std::string>& tasks,
                   const storage::ObjectStore& bucket, Values& values,
                   Problems& problems) {
  if (has_task(tasks, "sqlmesh-transform"))
    DMP_TRY(choose_previous(bucket, values, problems));
  if (has_task(tasks, kSearch))
    DMP_TRY(choose_searched(tasks, bucket, values, problems));
  return {};
}

void choose_runs_of_dry_run(const std::vector<std::string>& tasks,
                            Values& values, Problems& problems) {
  const char* open = nullptr;
  if (has_task(tasks, "sqlmesh-transform")) open = kPrevious;
  if (has_task(tasks, kSearch)) open = kSearched;
  if (open == nullptr) return;
  if (open == std::string_view(kPrevious) && !is_open(values, open))
    check_order(jobs::run_day(values.text(open)), values, problems);
  if (!is_open(values, open)) return;
  if (settled(tasks, values, problems)) return;
  values.set(open, kNewestRun);
  problems.notes.push_back(
      fmt::format("--{}: {} stands for the newest finished run, looked up when "
                  "the chain is submitted",
                  open, kNewestRun));
}

}  // namespace dmp::cli
