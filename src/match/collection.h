#pragma once

#include "base/result.h"
#include "match/text_score.h"

#include <filesystem>
#include <string>
#include <vector>

namespace dmp::sql {
class Session;
}

namespace dmp::match {

// Reading collection_stats/ of a works index.
// Errors: not_found, corrupt_input, io.
Result<CollectionCounts> read_collection_counts(
    sql::Session& session, const std::filesystem::path& dir);

// Works that hold the term, for the terms of `table`; what the collection does
// not know stays 0, as do terms that fewer than `least` works hold in either
// field.
Status read_term_counts(sql::Session& session, const std::filesystem::path& dir,
                        TermTable& table, int least = 1);

}  // namespace dmp::match
