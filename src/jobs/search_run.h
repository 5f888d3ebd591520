#pragma once

#include "base/result.h"
#include "jobs/index_files.h"
#include "match/options.h"
#include "model/search_run.h"

#include <string>

namespace dmp::jobs {

// Which parameters ranker linkage has: of the file, else the compiled-in ones.
// Errors: those of match::linkage::read_model.
Result<model::SearchRun::Linkage> linkage_of(
    const match::SearchOptions& search);

// What the manifest of a search that begins now says before anything is
// searched: the counts are 0. `run_id` empty: of no run. Errors: those of
// linkage_of.
Result<model::SearchRun> planned_search(const match::SearchOptions& search,
                                        const IndexFiles& index,
                                        const std::string& run_id);

}  // namespace dmp::jobs
