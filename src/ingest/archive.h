#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dmp::ingest {

struct ArchiveEntry {
  std::string name;  // checked: relative, no "..", not below __MACOSX/
  std::string bytes;
};

// The .json entries of a ZIP, in archive order. Memory: all of them.
// Errors: corrupt_input (not a ZIP; an absolute path or ".." in a name; an
// entry over `max_entry_bytes`, or more than 1,000 times its packed size), io.
Result<std::vector<ArchiveEntry>> read_json_entries(
    const std::filesystem::path& path, std::uint64_t max_entry_bytes);

bool is_zip(const std::filesystem::path& path);

}  // namespace dmp::ingest
