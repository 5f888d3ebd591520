#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>

namespace dmp::storage {

// The bytes of a small file (at most 256 MiB).
// Errors: not_found, io, corrupt_input (larger).
Result<std::string> read_file(const std::filesystem::path& path);

// fsync of a file or folder. Errors: io.
Status sync_to_disk(const std::filesystem::path& path);

}  // namespace dmp::storage
