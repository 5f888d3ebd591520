#pragma once

#include "base/result.h"

#include <filesystem>
#include <functional>
#include <string_view>

namespace dmp::synth {

// Calls `take` with each line (without line feed, not blank) of a file that is
// plain, gzip or Zstandard; which, is told by its first bytes.
// Errors: not_found, corrupt_input (does not unpack), io, those of `take`.
Status for_each_line(const std::filesystem::path& path,
                     const std::function<Status(std::string_view)>& take);

}  // namespace dmp::synth
