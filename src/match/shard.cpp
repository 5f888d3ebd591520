#include "match/shard.h"

#include "sql/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace dmp::match {

namespace fs = std::filesystem;

namespace {

// The rows of a share, numbered through all files: [low, high).
struct RowSpan {
  std::int64_t low, high;
};

RowSpan span_of(const std::vector<std::int64_t>& rows, const Shard& shard) {
  const auto all = std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
  return {all * shard.index / shard.count,
          all * (shard.index + 1) / shard.count};
}

}  // namespace

std::vector<bool> files_of(const std::vector<std::int64_t>& rows,
                           const Shard& shard) {
  const auto [low, high] = span_of(rows, shard);
  std::vector<bool> hold;
  std::int64_t before = 0;
  for (const auto count : rows) {
    hold.push_back(count > 0 && before < high && before + count > low);
    before += count;
  }
  return hold;
}

Result<std::vector<std::string>> pieces_of(sql::Session& session,
                                           const std::vector<fs::path>& files,
                                           const Shard& shard) {
  constexpr std::int64_t kRows = 65'536;
  std::vector<std::int64_t> counts;
  for (const auto& file : files) {
    DMP_ASSIGN(const auto rows, session.scalar_int("SELECT count(*) FROM " +
                                                   sql::parquet_files({file})));
    counts.push_back(rows);
  }
  const auto [low, high] = span_of(counts, shard);
  std::vector<std::string> pieces;
  std::int64_t before = 0;  // rows of the files before
  for (std::size_t i = 0; i < files.size(); before += counts[i++]) {
    const std::int64_t end = std::min(counts[i], high - before);
    for (std::int64_t at = std::max<std::int64_t>(0, low - before); at < end;
         at += kRows) {
      pieces.push_back(fmt::format(
          "read_parquet({}, file_row_number = true) WHERE file_row_number "
          "BETWEEN {} AND {}",
          sql::quote(files[i].string()), at, std::min(end, at + kRows) - 1));
    }
  }
  return pieces;
}

}  // namespace dmp::match
