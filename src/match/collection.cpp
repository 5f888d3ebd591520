#include "match/collection.h"

#include "sql/session.h"

#include <fmt/format.h>

namespace dmp::match {

namespace fs = std::filesystem;

Result<CollectionCounts> read_collection_counts(sql::Session& session,
                                                const fs::path& dir) {
  DMP_ASSIGN(
      auto rows,
      session.query(
          "SELECT live_documents, title_docs, title_tokens, abstract_docs, "
          "abstract_tokens FROM " +
          sql::parquet_files({dir / "summary.parquet"})));
  DMP_ASSIGN(const std::size_t count, rows.next());
  if (count != 1) {
    return Error{ErrorCode::corrupt_input,
                 (dir / "summary.parquet").string() + ": not one row"};
  }
  const auto value = [&](std::size_t i) {
    return rows.column(i).value<std::int64_t>(0);
  };
  return CollectionCounts{value(0), {value(1), value(2)}, {value(3), value(4)}};
}

Status read_term_counts(sql::Session& session, const fs::path& dir,
                        TermTable& table, int least) {
  DMP_ASSIGN(auto rows,
             session.query(fmt::format(
                 "SELECT term, title_df, abstract_df FROM {} "
                 "WHERE title_df >= {} OR abstract_df >= {}",
                 sql::parquet_files({dir / "terms.parquet"}), least, least)));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return {};
    for (std::size_t row = 0; row < count; ++row) {
      const auto found = table.find(std::string(rows.column(0).text(row)));
      if (found == table.end()) continue;
      found->second = {rows.column(1).value<std::int64_t>(row),
                       rows.column(2).value<std::int64_t>(row)};
    }
  }
}

}  // namespace dmp::match
