#include "jobs/partial_fetch.h"

#include "jobs/in_parallel.h"
#include "sql/session.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <system_error>

namespace dmp::jobs {

namespace fs = std::filesystem;

namespace {

// Read at first; a longer footer, of many row groups, then as a whole.
constexpr std::uint64_t kFirstBytes = std::uint64_t{8} << 10;
// A Parquet file ends with the length of its footer, little-endian, and this.
constexpr std::string_view kMagic = "PAR1";
constexpr std::uint64_t kEndBytes = 8;
constexpr std::uint64_t kPieceBytes = std::uint64_t{16} << 20;

Error not_as_listed(const storage::ObjectStore& bucket,
                    const PartialFile& wanted) {
  return Error{ErrorCode::corrupt_input,
               fmt::format("{}/{}: no Parquet file of the {} bytes listed",
                           bucket.name(), wanted.key, wanted.bytes)};
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

Status write_into(const fs::path& file, std::uint64_t offset,
                  std::string_view bytes) {
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(offset));
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return out.flush() ? Status() : storage::write_error(file);
}

// Bytes of an object that are fetched at once.
struct Piece {
  const PartialFile* of;
  std::uint64_t offset, count;
};

// First and last byte of every row group that can hold rows of these buckets.
std::string row_groups_sql(const std::vector<fs::path>& files,
                           const sql::BucketRange& range) {
  return fmt::format(
      "SELECT file_name, min(begins)::UBIGINT, "
      "max(begins + total_compressed_size)::UBIGINT FROM (SELECT *, "
      "CASE WHEN dictionary_page_offset > 0 THEN least(dictionary_page_offset, "
      "data_page_offset) ELSE data_page_offset END AS begins, "
      "path_in_schema = 'doi_bucket' AS is_bucket FROM parquet_metadata({})) "
      "GROUP BY file_name, row_group_id HAVING "
      "coalesce(min(try_cast(stats_min_value AS INT)) FILTER "
      "(is_bucket), 0) <= {} AND "
      "coalesce(max(try_cast(stats_max_value AS INT)) FILTER "
      "(is_bucket), 255) >= {} "
      "ORDER BY ALL",
      sql::file_list(files), range.high, range.low);
}

// Row groups that touch are fetched together, in pieces.
Result<std::vector<Piece>> pieces_of(const std::vector<PartialFile>& files,
                                     const sql::BucketRange& range) {
  std::map<std::string, const PartialFile*, std::less<>> by_name;
  std::vector<fs::path> paths;
  for (const auto& file : files) {
    by_name[file.file.string()] = &file;
    paths.push_back(file.file);
  }
  DMP_ASSIGN(auto session, sql::Session::open({}));
  DMP_ASSIGN(auto groups, session.query(row_groups_sql(paths, range)));
  std::vector<Piece> pieces;
  for (;;) {
    DMP_ASSIGN(const std::size_t rows, groups.next());
    if (rows == 0) return pieces;
    for (std::size_t row = 0; row < rows; ++row) {
      const PartialFile* of = by_name.find(groups.column(0).text(row))->second;
      auto at = groups.column(1).value<std::uint64_t>(row);
      const auto end = groups.column(2).value<std::uint64_t>(row);
      while (at < end) {
        const bool goes_on = !pieces.empty() && pieces.back().of == of &&
                             pieces.back().offset + pieces.back().count == at &&
                             pieces.back().count < kPieceBytes;
        if (!goes_on) pieces.push_back({of, at, 0});
        const auto more = std::min(end - at, kPieceBytes - pieces.back().count);
        pieces.back().count += more;
        at += more;
      }
    }
  }
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

Status fetch_footer(const storage::ObjectStore& bucket,
                    const PartialFile& wanted) {
  const std::uint64_t bytes = wanted.bytes;
  std::uint64_t count = std::min(bytes, kFirstBytes);
  DMP_ASSIGN(std::string tail,
             bucket.read(wanted.key, bytes - count, count, wanted.etag));
  const std::uint64_t needed = footer_bytes(tail);
  if (tail.size() != count || needed == 0 || needed > bytes)
    return not_as_listed(bucket, wanted);
  if (needed > count) {
    count = needed;
    DMP_ASSIGN(tail,
               bucket.read(wanted.key, bytes - count, count, wanted.etag));
    if (tail.size() != count) return not_as_listed(bucket, wanted);
  }
  DMP_TRY(make_hole(wanted.file, bytes));
  return write_into(wanted.file, bytes - count, tail);
}

Status fetch_buckets(const storage::ObjectStore& bucket,
                     const std::vector<PartialFile>& files,
                     const sql::BucketRange& range) {
  if (files.empty()) return {};
  DMP_ASSIGN(const auto pieces, pieces_of(files, range));
  return in_parallel(pieces.size(), kTransfers, [&](std::size_t i) -> Status {
    const Piece& piece = pieces[i];
    const PartialFile& wanted = *piece.of;
    DMP_ASSIGN(const std::string rows,
               bucket.read(wanted.key, piece.offset, piece.count, wanted.etag));
    if (rows.size() != piece.count) return not_as_listed(bucket, wanted);
    return write_into(wanted.file, piece.offset, rows);
  });
}

}  // namespace dmp::jobs
