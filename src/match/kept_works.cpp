#include "match/kept_works.h"

#include "sql/session.h"
#include "sql/table_buffer.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

namespace dmp::match {

namespace fs = std::filesystem;

Status KeptWriter::flush_full(sql::TableBuffer& rows) {
  constexpr std::size_t kMostBytes = std::size_t{256} << 20;
  return rows.bytes() < kMostBytes ? Status() : flush(rows);
}

Status KeptWriter::finish(sql::TableBuffer& rows) {
  return rows.rows() == 0 && files_ > 0 ? Status() : flush(rows);
}

Status KeptWriter::flush(sql::TableBuffer& rows) {
  DMP_TRY(storage::make_folder(dir_));
  DMP_TRY(sql::write_parquet(
      rows, {}, dir_ / fmt::format("kept_{:04}.parquet", files_++), {}));
  rows.clear();
  return {};
}

Result<std::vector<fs::path>> kept_files(const fs::path& dir) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(dir, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().filename().string().starts_with("kept_"))
      files.push_back(at->path());
  }
  if (error) return Error{ErrorCode::io, dir.string() + ": " + error.message()};
  if (files.empty())
    return Error{ErrorCode::not_found, dir.string() + ": no kept_*.parquet"};
  std::sort(files.begin(), files.end());
  return files;
}

Status read_kept_rows(const std::vector<std::string>& plans,
                      const fs::path& dir, std::string_view columns,
                      const std::function<bool(std::size_t, const sql::Rows&,
                                               std::size_t)>& row) {
  DMP_ASSIGN(const auto files, kept_files(dir));
  DMP_ASSIGN(auto session, sql::Session::open({}));
  DMP_ASSIGN(auto rows, session.query(fmt::format("SELECT {} FROM {}", columns,
                                                  sql::parquet_files(files))));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return {};
    for (std::size_t i = 0; i < count; ++i) {
      const auto doi = rows.column(0).text(i);
      const auto found = std::lower_bound(plans.begin(), plans.end(), doi);
      const bool known = found != plans.end() && *found == doi;
      if (known &&
          row(static_cast<std::size_t>(found - plans.begin()), rows, i))
        continue;
      return Error{ErrorCode::corrupt_input,
                   fmt::format("{}: bad row of {}", dir.string(), doi)};
    }
  }
}

Status write_kept_works(const std::vector<std::string>& plans, BestLists& best,
                        const fs::path& dir) {
  sql::TableBuffer rows({sql::text_field("dmp_doi"),
                         sql::text_field("work_doi"),
                         sql::field("score", sql::Kind::real)});
  KeptWriter writer(dir);
  for (std::size_t plan = 0; plan < plans.size(); ++plan) {
    for (const auto& work : best.take(static_cast<std::uint32_t>(plan))) {
      rows.column(0).append_text(plans[plan]);
      rows.column(1).append_text(work.doi);
      rows.column(2).append_real(static_cast<double>(work.score));
      rows.end_row();
    }
    DMP_TRY(writer.flush_full(rows));
  }
  return writer.finish(rows);
}

Status read_kept_works(const std::vector<std::string>& plans,
                       const fs::path& dir, BestLists& best) {
  return read_kept_rows(
      plans, dir, "dmp_doi, work_doi, score",
      [&](std::size_t plan, const sql::Rows& rows, std::size_t row) {
        best.offer(static_cast<std::uint32_t>(plan),
                   static_cast<float>(rows.column(2).value<double>(row)),
                   std::string(rows.column(1).text(row)));
        return true;
      });
}

}  // namespace dmp::match
