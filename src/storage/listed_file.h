#pragma once

#include "base/result.h"
#include "storage/manifest.h"

#include <cstdint>
#include <filesystem>
#include <string>

// Whether a file of a finished stage, in a folder, is the one its manifest
// lists. Source: spec jobs.md 4.2 (verification).
namespace dmp::storage {

// Which files are summed again: all, or, where the answer will most likely be
// that nothing is to be done, those that were written to since their manifest
// was.
enum class Proof : std::uint8_t { whole, since_published };

// Whether the file that the manifest in `stage_dir` lists as `listed` has as
// many bytes, and their sum. One listed without a sum, as by hand, has to have
// the size only. An absent file is not as listed; that is an answer, not an
// error. Errors: io, not_found (it goes while it is read).
Result<bool> is_as_listed(const std::filesystem::path& stage_dir,
                          const ManifestFile& listed, Proof proof);

// What is said of a file that has not the sum listed: corrupt_input.
Error other_bytes(const std::string& name);

}  // namespace dmp::storage
