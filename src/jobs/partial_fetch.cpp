#include "jobs/partial_fetch.h"

#include "storage/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace dmp::jobs {

namespace fs = std::filesystem;

namespace {

// Read at first; a longer footer, of many row groups, then as a whole.
constexpr std::uint64_t kFirstBytes = std::uint64_t{8} << 10;
// A Parquet file ends with the length of its footer, little-endian, and this.
constexpr std::string_view kMagic = "PAR1";
constexpr std::uint64_t kEndBytes = 8;

Error not_as_listed(const storage::ObjectStore& bucket, const std::string& key,
                    std::uint64_t bytes) {
  return Error{ErrorCode::corrupt_input,
               fmt::format("{}/{}: no Parquet file of the {} bytes listed",
                           bucket.name(), key, bytes)};
}

// The length of the footer with its end; 0: it is none.
std::uint64_t footer_bytes(std::string_view tail) {
  if (tail.size() < kEndBytes || !tail.ends_with(kMagic)) return 0;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte =
        static_cast<unsigned char>(tail[tail.size() - kEndBytes + i]);
    length |= std::uint64_t{byte} << (8 * i);
  }
  return length + kEndBytes;
}

}  // namespace

Status make_hole(const fs::path& file, std::uint64_t bytes) {
  if (!std::ofstream(file)) return storage::write_error(file);
  std::error_code error;
  fs::resize_file(file, bytes, error);
  if (error)
    return Error{ErrorCode::io, file.string() + ": " + error.message()};
  return {};
}

Status fetch_footer(const storage::ObjectStore& bucket, const std::string& key,
                    std::uint64_t bytes, const fs::path& file) {
  std::uint64_t count = std::min(bytes, kFirstBytes);
  DMP_ASSIGN(std::string tail, bucket.read(key, bytes - count, count));
  const std::uint64_t needed = footer_bytes(tail);
  if (tail.size() != count || needed == 0 || needed > bytes)
    return not_as_listed(bucket, key, bytes);
  if (needed > count) {
    count = needed;
    DMP_ASSIGN(tail, bucket.read(key, bytes - count, count));
    if (tail.size() != count) return not_as_listed(bucket, key, bytes);
  }
  DMP_TRY(make_hole(file, bytes));
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(bytes - count));
  out.write(tail.data(), static_cast<std::streamsize>(count));
  if (!out.flush()) return storage::write_error(file);
  return {};
}

}  // namespace dmp::jobs
