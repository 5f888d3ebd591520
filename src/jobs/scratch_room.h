#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace dmp::jobs {

// Whether the disk of `folder`, which need not be there yet, takes `bytes` of
// `what`. Errors: io, when it does not; that nobody knows is none. `hint`: what
// to do then.
Status check_room(const std::filesystem::path& folder, std::uint64_t bytes,
                  std::string_view what, std::string_view hint);

// Whether the scratch disk takes the former works, `bytes`, beside what the job
// needs anyway: the works of the sources, some three times as much, and the new
// index. "": it does, or nobody knows; else a sentence on what is not fetched
// and why. Makes the folder.
std::string lack_of_room(const std::filesystem::path& scratch,
                         std::uint64_t bytes);

}  // namespace dmp::jobs
