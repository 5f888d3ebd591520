#pragma once

#include "base/result.h"
#include "storage/object_store.h"
#include "text/dates.h"

#include <optional>
#include <string>

// Which process-works run of a bucket is meant where nobody names one, by the
// release dates their manifests have (a manifest without: its run id, if that
// is a day). Source: spec cli.md 4, --prev-run-id and --process-works-run-id.
// Errors: also those of the bucket.
namespace dmp::jobs {

inline constexpr const char* kInitialRun = "INITIAL";

// The finished run of the newest release; those without a date come last.
// Errors: not_found (no run is finished).
Result<std::string> newest_works_run(const storage::ObjectStore& bucket);

// The release of a finished run; nullopt: it has no date.
// Errors: not_found (it is not finished).
Result<std::optional<text::Day>> release_of_run(
    const storage::ObjectStore& bucket, const std::string& run);

// The run whose DOI state `run` of `release` continues: the newest finished
// one of an earlier release, or kInitialRun where no run is older.
// Errors: invalid_argument (an older run is there, and none is finished: an
// index begun anew would send every work and delete none, P58).
Result<std::string> previous_works_run(const storage::ObjectStore& bucket,
                                       const std::string& run,
                                       text::Day release);

}  // namespace dmp::jobs
