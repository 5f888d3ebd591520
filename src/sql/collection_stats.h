#pragma once

#include "base/result.h"
#include "model/work.h"
#include "sql/term_table.h"
#include "text/analysis.h"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace dmp::sql {

class Session;

// Counts the search needs to score text: documents and tokens a field,
// documents a term. Source: spec search.md 5.3, 6. Memory: bounded; counts of
// terms go to part files when the table is full and are summed by DuckDB.
class CollectionStats {
 public:
  // Part files go to `scratch`, which must exist.
  explicit CollectionStats(std::filesystem::path scratch)
      : scratch_(std::move(scratch)) {}

  // Errors: io.
  Status add(const model::Work& work);

  // Writes summary.parquet and terms.parquet (term, title_df, abstract_df;
  // sorted by term) into `dir`. Errors: io.
  Status finish(Session& session, const std::filesystem::path& dir);

 private:
  enum class Field : std::uint8_t { title, abstract };
  void count(std::string_view text, Field field);
  Status flush();

  std::filesystem::path scratch_;
  text::Analyser analyser_;
  TermTable terms_;
  std::uint32_t document_ = 0;  // since the table was emptied
  std::vector<std::uint64_t> hashes_;
  std::vector<std::filesystem::path> parts_;
  std::int64_t works_ = 0, live_documents_ = 0;
  std::int64_t documents_[2] = {0, 0}, tokens_[2] = {0, 0};
};

}  // namespace dmp::sql
