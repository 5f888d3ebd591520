#pragma once

#include "base/result.h"
#include "storage/object_store.h"
#include "text/dates.h"

#include <map>
#include <string>

namespace dmp::jobs {

// The option of a search that has its first day, YYYY-MM-DD.
inline constexpr const char* kWindowOption = "changed_since";

// The first day of the modification window of a search in a bucket. `since` is
// today − N; it is moved back to the day before the last successful search
// began, where that is earlier, so that what a failed or skipped run has not
// searched is searched now: the newest manifest under dmp-works-search/ without
// failures.jsonl, of another run than `run`, that has searched all plans, or at
// least those of the same `lists` (as list_options of search_stage.h; none:
// all plans). What was modified after its plans, dmps/<run>/transform, were
// finished it has not seen, so it counts as begun then; where they are gone or
// were read once more, when its manifest says that it began (that of an older
// program: when it ended).
// Source: spec search.md 9. Errors: those of the bucket.
Result<text::Day> window_begin(const storage::ObjectStore& bucket,
                               const std::string& run,
                               const std::map<std::string, std::string>& lists,
                               text::Day since);

// What the parts of a search that are there already took as its first day, if
// that is earlier: the jobs of an array agree though a midnight lies between
// them. Errors: those of the bucket.
Result<text::Day> window_begin_of_parts(const storage::ObjectStore& bucket,
                                        const std::string& stage,
                                        text::Day since);

}  // namespace dmp::jobs
