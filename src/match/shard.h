#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dmp::sql {
class Session;
}

namespace dmp::match {

// One of `count` shares of the works, of nearly the same number of rows.
struct Shard {
  int index = 0, count = 1;
};

// Which files hold rows of a share, by the numbers of rows of all of them, in
// their order.
std::vector<bool> files_of(const std::vector<std::int64_t>& rows,
                           const Shard& shard);

// The rows of a share of the works in `files`, which lie one behind the other,
// cut into pieces that a worker reads at a time: each what stands behind FROM.
// Every row is in exactly one piece of exactly one share.
// Errors: not_found, corrupt_input, io.
Result<std::vector<std::string>> pieces_of(
    sql::Session& session, const std::vector<std::filesystem::path>& files,
    const Shard& shard);

}  // namespace dmp::match
