#pragma once

#include "base/result.h"
#include "jobs/partial_fetch.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <string>

// Whether the files of a finished stage, in a folder, are those its manifest
// lists. Source: spec jobs.md 4.2 (verification).
namespace dmp::jobs {

// How much of the listed files is summed again before they are read: all, or,
// where the answer will most likely be that nothing is to be done, those that
// were written to since they were published.
enum class Proof : std::uint8_t { whole, since_published };

// Compares sizes of all, and sums of those that `needs` (unset: all) reads
// whole. Errors: corrupt_input, naming the first that differs; io.
Status check_files(const std::filesystem::path& dir,
                   const storage::Manifest& manifest, const Needs& needs,
                   Proof proof, int threads);

// What is said of bytes that have not the sum listed.
Error other_bytes(const std::string& name);

}  // namespace dmp::jobs
