#pragma once

#include "base/result.h"
#include "ingest/record_lines.h"
#include "sql/table_buffer.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::ingest {

// A record that could not be read. Source: records.md 1.1.
struct Reject {
  std::string file;  // as given
  std::uint64_t line = 0, byte_offset = 0;
  std::string reason;
  std::string text;  // first 200 bytes
};

Reject reject_of(const std::filesystem::path& file, const RawRecord& record,
                 std::string_view reason);

// `path`/rejects.parquet, in the order given. Errors: io.
Status write_rejects(const std::vector<Reject>& rejects,
                     const std::filesystem::path& path);

// corrupt_input where `rejects`, those of one file, are more than 10 and more
// than `ratio` of its records. Source: as above.
Status check_rejects(const std::filesystem::path& file,
                     std::span<const Reject> rejects, std::int64_t records,
                     double ratio);

}  // namespace dmp::ingest
