#pragma once

#include "base/result.h"
#include "jobs/partial_fetch.h"
#include "storage/listed_file.h"
#include "storage/manifest.h"

#include <filesystem>

// Whether the files of a finished stage, in a folder, are those its manifest
// lists. Source: spec jobs.md 4.2 (verification).
namespace dmp::jobs {

// Compares sizes of all, and, as far as `proof` says, sums of those that
// `needs` (unset: all) reads whole. Errors: corrupt_input, naming the first
// that differs; io.
Status check_files(const std::filesystem::path& dir,
                   const storage::Manifest& manifest, const Needs& needs,
                   storage::Proof proof, int threads);

}  // namespace dmp::jobs
