#pragma once

#include "base/result.h"
#include "sql/works_index_counts.h"
#include "storage/object_store.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Files of a finished stage of which a job does not read all, on this machine.
// Each has its size, so that the stage is complete; a part that was not fetched
// reads as zeros, which is no Parquet.
namespace dmp::jobs {

enum class Need : std::uint8_t {
  whole,
  buckets,  // of a Parquet file: the footer, and its rows of some DOI buckets
  footer,   // of a Parquet file: schema, number of rows, statistics
  nothing
};

// What a job needs of the file of this name (without the r<NN>/ of a replaced
// stage).
using Needs = std::function<Need(std::string_view name)>;

// A file of that size without content. Errors: io.
Status make_hole(const std::filesystem::path& file, std::uint64_t bytes);

struct PartialFile {
  std::string key;  // of the object
  std::uint64_t bytes = 0;
  std::string etag;  // which the object must have; empty: any
  std::filesystem::path file;
};

// A hole but for the footer of the Parquet file that lies there.
// Errors: corrupt_input (of other size or tag, no Parquet), those of the
// bucket, io.
Status fetch_footer(const storage::ObjectStore& bucket,
                    const PartialFile& wanted);

// Fills into what fetch_footer() made the row groups in which `doi_bucket` can
// be one of the range, as their statistics say; DuckDB reads no others for such
// a range. Memory: 16 MiB a thread. Errors: as fetch_footer.
Status fetch_buckets(const storage::ObjectStore& bucket,
                     const std::vector<PartialFile>& files,
                     const sql::BucketRange& range);

}  // namespace dmp::jobs
