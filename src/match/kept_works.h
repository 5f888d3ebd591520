#pragma once

#include "base/result.h"
#include "match/best_lists.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {
class Rows;
class TableBuffer;
}  // namespace dmp::sql

// What a shard of a search hands to the last job, by plan: tables of a few
// files, kept_NNNN.parquet, whose first two columns are dmp_doi and work_doi.
namespace dmp::match {

// A folder of such files on its way.
class KeptWriter {
 public:
  // `dir` is made with the first file.
  explicit KeptWriter(std::filesystem::path dir) : dir_(std::move(dir)) {}
  // Call it after every plan: writes `rows` and empties them, when they are
  // many. Errors: io.
  Status flush_full(sql::TableBuffer& rows);
  // The last file; there is at least one. Errors: io.
  Status finish(sql::TableBuffer& rows);

 private:
  Status flush(sql::TableBuffer& rows);
  std::filesystem::path dir_;
  int files_ = 0;
};

// The files of a shard, by name. Errors: not_found (none), io.
Result<std::vector<std::filesystem::path>> kept_files(
    const std::filesystem::path& dir);

// Calls `row` with the rows of the files of `dir`, in any order, and the
// position of each one's plan among `plans` (DOIs, ascending). `columns`: what
// stands behind SELECT. Errors: corrupt_input (another plan, or what `row` says
// with false: a bad row), those of kept_files.
Status read_kept_rows(
    const std::vector<std::string>& plans, const std::filesystem::path& dir,
    std::string_view columns,
    const std::function<bool(std::size_t plan, const sql::Rows& rows,
                             std::size_t row)>& row);

// Ranker `query`: the best works of every plan, with their score. The lists are
// empty afterwards. Errors: io.
Status write_kept_works(const std::vector<std::string>& plans, BestLists& best,
                        const std::filesystem::path& dir);
// Offers all of them. Errors: those of read_kept_rows.
Status read_kept_works(const std::vector<std::string>& plans,
                       const std::filesystem::path& dir, BestLists& best);

}  // namespace dmp::match
