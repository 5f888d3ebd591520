#pragma once

#include "base/result.h"
#include "storage/object_store.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

// Files of a finished stage of which a job does not read all, on this machine.
// Each has its size, so that the stage is complete; a part that was not fetched
// reads as zeros, which is no Parquet.
namespace dmp::jobs {

enum class Need : std::uint8_t {
  whole,
  footer,  // of a Parquet file: schema, number of rows, statistics
  nothing
};

// What a job needs of the file of this name (without the r<NN>/ of a replaced
// stage).
using Needs = std::function<Need(std::string_view name)>;

// A file of that size without content. Errors: io.
Status make_hole(const std::filesystem::path& file, std::uint64_t bytes);

// A hole but for the footer of the Parquet file that lies there.
// Errors: corrupt_input (of other size, no Parquet), those of the bucket, io.
Status fetch_footer(const storage::ObjectStore& bucket, const std::string& key,
                    std::uint64_t bytes, const std::filesystem::path& file);

}  // namespace dmp::jobs
