#pragma once

#include "base/result.h"
#include "match/engine.h"
#include "storage/manifest.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dmp::jobs {

// A line {dmpDoi, stage, error, attempts} for each plan that
// could not be searched, in the order given; dmpDoi null where the record has
// none. Source: spec search.md 8.1.
inline constexpr const char* kFailuresName = "failures.jsonl";
std::string failure_lines(const std::vector<match::PlanFailure>& failures);

// Says in the manifest of a search how many plans failed, and whether trying
// again may help.
void count_failures(const std::vector<match::PlanFailure>& failures,
                    storage::Manifest& manifest);

// How many failed, as the manifest of a search says.
std::int64_t failed_plans(const storage::Manifest& manifest);

// Whether a search, which is published in any case, is a success: at most
// `max_failed` plans failed; `failures` is the file that lists them. Errors:
// unavailable (all causes were temporary), corrupt_input.
Status search_verdict(const storage::Manifest& manifest,
                      std::int64_t max_failed,
                      const std::string& failures = kFailuresName);

}  // namespace dmp::jobs
