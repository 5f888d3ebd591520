#include "match/shard.h"

#include "sql/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>

namespace dmp::match {
namespace {

namespace fs = std::filesystem;

TEST(PiecesOf, GiveEveryRowToOneShard) {
  std::string pattern = (fs::temp_directory_path() / "shardXXXXXX").string();
  const fs::path dir = ::mkdtemp(pattern.data());
  auto session = sql::Session::open({});
  ASSERT_TRUE(session);
  std::vector<fs::path> files;
  int rows = 0;
  for (const int count : {3, 0, 70'000, 5}) {
    files.push_back(dir / fmt::format("{}.parquet", files.size()));
    ASSERT_TRUE(session->execute(fmt::format(
        "COPY (SELECT i FROM range({}, {}) AS t(i)) TO {} (FORMAT parquet)",
        rows, rows + count, sql::quote(files.back().string()))));
    rows += count;
  }
  for (const int count : {1, 3, 64}) {
    std::string all;
    for (int index = 0; index < count; ++index) {
      const auto pieces = pieces_of(*session, files, {index, count});
      ASSERT_TRUE(pieces);
      const auto hold = files_of({3, 0, 70'000, 5}, {index, count});
      for (std::size_t i = 0; i < files.size(); ++i) {
        const bool read =
            std::any_of(pieces->begin(), pieces->end(), [&](const auto& piece) {
              return piece.find(files[i].string()) != std::string::npos;
            });
        EXPECT_EQ(hold[i], read) << i;
      }
      for (const auto& piece : *pieces)
        all += (all.empty() ? "" : " UNION ALL ") + ("SELECT i FROM " + piece);
    }
    const auto seen = session->scalar_text(fmt::format(
        "SELECT count(*) || ' ' || count(DISTINCT i) FROM ({})", all));
    ASSERT_TRUE(seen) << seen.error().message;
    EXPECT_EQ(*seen, fmt::format("{0} {0}", rows)) << count;
  }
  fs::remove_all(dir);
}

}  // namespace
}  // namespace dmp::match
