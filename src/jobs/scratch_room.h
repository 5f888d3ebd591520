#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace dmp::jobs {

// Whether the scratch disk takes the former works, `bytes`, beside what the job
// needs anyway: the works of the sources, some three times as much, and the new
// index. "": it does, or nobody knows; else a sentence on what is not fetched
// and why. Makes the folder.
std::string lack_of_room(const std::filesystem::path& scratch,
                         std::uint64_t bytes);

}  // namespace dmp::jobs
