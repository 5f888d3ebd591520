#include "jobs/search_failures.h"

#include "base/json_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace dmp::jobs {

namespace {

constexpr const char* kFailed = "failed";
constexpr const char* kTemporary = "failed_temporarily";

std::int64_t counter(const storage::Manifest& manifest, const char* name) {
  const auto found = manifest.counters.find(name);
  return found == manifest.counters.end() ? 0 : found->second;
}

bool is_temporary(const match::PlanFailure& failure) {
  return failure.error.code == ErrorCode::unavailable;
}

}  // namespace

std::string failure_lines(const std::vector<match::PlanFailure>& failures) {
  std::string lines;
  for (const auto& failure : failures) {
    JsonWriter json(lines);
    json.begin_object();
    json.member("dmpDoi", failure.plan_doi.empty()
                              ? std::nullopt
                              : std::optional(failure.plan_doi));
    json.member("stage", failure.stage);
    json.member("error", failure.error.message);
    json.member("attempts", failure.attempts).end_object();
    lines += "\n";
  }
  return lines;
}

void count_failures(const std::vector<match::PlanFailure>& failures,
                    storage::Manifest& manifest) {
  const auto failed = static_cast<std::int64_t>(failures.size());
  manifest.counters[kFailed] = failed;
  const auto temporary =
      std::count_if(failures.begin(), failures.end(), is_temporary);
  if (temporary > 0) manifest.counters[kTemporary] = temporary;
  if (failed > 0) manifest.dropped["search_failed"] = failed;
}

std::int64_t failed_plans(const storage::Manifest& manifest) {
  return counter(manifest, kFailed);
}

Status search_verdict(const storage::Manifest& manifest,
                      std::int64_t max_failed, const std::string& failures) {
  const std::int64_t failed = failed_plans(manifest);
  if (failed <= max_failed) return {};
  return Error{counter(manifest, kTemporary) == failed
                   ? ErrorCode::unavailable
                   : ErrorCode::corrupt_input,
               fmt::format("{} DMPs could not be searched, all others are; "
                           "{} says why; hint: --max-failed",
                           failed, failures)};
}

}  // namespace dmp::jobs
