#include "match/shard.h"

#include "sql/session.h"

#include <fmt/format.h>

#include <algorithm>

namespace dmp::match {

namespace fs = std::filesystem;

Result<std::vector<std::string>> pieces_of(sql::Session& session,
                                           const std::vector<fs::path>& files,
                                           const Shard& shard) {
  constexpr std::int64_t kRows = 65'536;
  std::vector<std::int64_t> counts;
  std::int64_t all = 0;
  for (const auto& file : files) {
    DMP_ASSIGN(const auto rows, session.scalar_int("SELECT count(*) FROM " +
                                                   sql::parquet_files({file})));
    counts.push_back(rows);
    all += rows;
  }
  const std::int64_t low = all * shard.index / shard.count,
                     high = all * (shard.index + 1) / shard.count;
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
