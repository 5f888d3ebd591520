#include "match/listed_works.h"

#include "match/collection.h"
#include "sql/session.h"
#include "sql/table_buffer.h"
#include "sql/work_table.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

namespace dmp::match {

namespace fs = std::filesystem;

namespace {

// All that WorkRows::work() reads.
constexpr std::string_view kColumns =
    "doi, title, abstract_text, work_type, publication_date, updated_date, "
    "publication_venue, institutions, authors, funders, awards, relations, "
    "source, hash, publication_date_end, publication_date_precision, "
    "version_hash";

constexpr std::uint64_t kSortBytes = std::uint64_t{1} << 30;

// A new folder that nobody else knows: its name cannot be guessed.
Result<fs::path> own_scratch() {
  std::string name = (fs::temp_directory_path() / "dmpworks-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return storage::write_error(name);
  return fs::path(name);
}

}  // namespace

struct ListedWorks::State {
  sql::TableBuffer wanted{
      {sql::field("batch", sql::Kind::int32), sql::text_field("doi")}};
  std::size_t last_batch = 0;
  // In the order that lets the rows go before the folder they spill to.
  std::optional<storage::Scratch> scratch;
  std::optional<sql::Session> session;
  std::optional<sql::WorkRows> rows;
  std::size_t count = 0, at = 0;  // of the chunk
  std::size_t batch = 0;          // the next

  // Whether a row of the batch is next; reads a chunk where there is need.
  Result<bool> has_row(std::size_t of_batch) {
    if (!rows) return false;
    if (at == count) {
      DMP_ASSIGN(count, rows->next());
      at = 0;
      if (count == 0) {
        rows.reset();
        return false;
      }
    }
    return static_cast<std::size_t>(last_column(2).value<std::int32_t>(at)) ==
           of_batch;
  }

  // Of the row that is next.
  std::size_t times() const {
    return static_cast<std::size_t>(last_column(1).value<std::int64_t>(at));
  }

  const sql::ColumnView& last_column(std::size_t from_end) const {
    return rows->rows().column(rows->rows().column_count() - from_end);
  }
};

ListedWorks::ListedWorks() : state_(std::make_unique<State>()) {}
ListedWorks::ListedWorks(ListedWorks&&) noexcept = default;
ListedWorks& ListedWorks::operator=(ListedWorks&&) noexcept = default;
ListedWorks::~ListedWorks() = default;

void ListedWorks::want(std::size_t batch, std::string_view doi) {
  State& state = *state_;
  state.wanted.column(0).append_int(static_cast<std::int64_t>(batch));
  state.wanted.column(1).append_text(doi);
  state.wanted.end_row();
  state.last_batch = std::max(state.last_batch, batch);
}

Status ListedWorks::find(const std::vector<fs::path>& works_files,
                         const fs::path& scratch_dir, int threads) {
  State& state = *state_;
  if (state.wanted.rows() == 0) return {};
  fs::path folder = scratch_dir;
  if (folder.empty()) {
    DMP_ASSIGN(folder, own_scratch());
  }
  state.scratch.emplace(folder);
  DMP_TRY(storage::make_folder(folder));
  const fs::path list = folder / "wanted.parquet";
  DMP_TRY(sql::write_parquet(state.wanted, {}, list, {}));
  state.wanted.clear();
  sql::Session::Options options;
  options.threads = threads;
  options.memory_limit_bytes = kSortBytes;
  options.spill_dir = folder;
  DMP_ASSIGN(state.session, sql::Session::open(options));
  DMP_ASSIGN(
      auto answer,
      state.session->query(fmt::format(
          "SELECT {}, batch, times FROM {} JOIN (SELECT batch, doi, "
          "count(*) AS times FROM {} GROUP BY ALL) USING (doi){}",
          kColumns, sql::parquet_files(works_files), sql::parquet_files({list}),
          state.last_batch == 0 ? "" : " ORDER BY batch")));
  state.rows.emplace(std::move(answer));
  return {};
}

Result<ListedWorks::Works> ListedWorks::next() {
  State& state = *state_;
  const std::size_t batch = state.batch++;
  Works works;
  for (;;) {
    DMP_ASSIGN(const bool more, state.has_row(batch));
    if (!more) return works;
    works.add(state.rows->work(state.at), state.times());
    ++state.at;
  }
}

void ListedWorks::Works::add(model::Work work, std::size_t times) {
  std::string doi = work.doi;
  works_.insert_or_assign(std::move(doi), Wanted{std::move(work), times});
}

const model::Work* ListedWorks::Works::find(const std::string& doi) const {
  const auto found = works_.find(doi);
  return found == works_.end() ? nullptr : &found->second.work;
}

model::Work ListedWorks::Works::take(const std::string& doi) {
  const auto found = works_.find(doi);
  if (found->second.times-- > 1) return found->second.work;
  model::Work work = std::move(found->second.work);
  works_.erase(found);
  return work;
}

}  // namespace dmp::match
