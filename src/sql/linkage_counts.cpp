#include "sql/linkage_counts.h"

#include "sql/table_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

// Of a file that is written: one at a time is held.
constexpr std::size_t kGroupRows = 122'880;

// A file of counts in the making.
class CountFile {
 public:
  static Result<CountFile> create(const fs::path& path, Schema schema) {
    DMP_ASSIGN(auto file, ParquetFile::create(path, schema, {kGroupRows}));
    return CountFile(std::move(file), std::move(schema));
  }

  Status add(std::int64_t key, std::optional<std::int64_t> count) {
    rows_.column(0).append_int(key);
    if (count) rows_.column(1).append_int(*count);
    rows_.end_row();
    return rows_.rows() < kGroupRows ? Status{} : flush();
  }
  Status finish() {
    if (rows_.rows() > 0) DMP_TRY(flush());
    return file_.finish();
  }

 private:
  CountFile(ParquetFile file, Schema schema)
      : file_(std::move(file)), rows_(std::move(schema)) {}
  Status flush() {
    DMP_TRY(file_.append(rows_, writer_));
    rows_.clear();
    return {};
  }

  ParquetFile file_;
  ParquetWriter writer_;
  TableBuffer rows_;
};

Schema counts_schema() {
  return {field("key", Kind::int64), field("count", Kind::int64)};
}

// The stream with the least key; nullptr: all are at their end.
CountStream* first_of(std::vector<CountStream>& streams) {
  CountStream* first = nullptr;
  for (auto& stream : streams) {
    if (stream.at_end()) continue;
    if (first == nullptr || stream.key() < first->key()) first = &stream;
  }
  return first;
}

}  // namespace

// ------------------------------------------------------------------ KeyTally

Status KeyTally::add(const std::vector<std::uint64_t>& keys) {
  for (const std::uint64_t key : keys) counts_.add(key);
  return counts_.size() < most_keys_ ? Status{} : spill();
}

Status KeyTally::spill() {
  TableBuffer rows(counts_schema());
  counts_.each([&](std::uint64_t key, std::uint32_t count) {
    rows.column(0).append_int(static_cast<std::int64_t>(key));
    rows.column(1).append_int(count);
    rows.end_row();
  });
  const auto path =
      scratch_ / fmt::format("{}_{:05}.parquet", name_, parts_.size());
  DMP_TRY(write_parquet(rows, {}, path, {}));
  parts_.push_back(path);
  counts_.clear();
  return {};
}

Result<std::vector<fs::path>> KeyTally::finish() {
  DMP_TRY(spill());
  return std::move(parts_);
}

// --------------------------------------------------------------- CountStream

Result<CountStream> CountStream::open(const Session& session,
                                      const std::string& query) {
  DMP_ASSIGN(auto own, session.another_connection());
  DMP_ASSIGN(auto rows, own.query(query));
  CountStream stream(std::move(own), std::move(rows));
  DMP_TRY(stream.read());
  return stream;
}

Status CountStream::read() {
  if (row_ == rows_in_chunk_) {
    row_ = 0;
    DMP_ASSIGN(rows_in_chunk_, rows_.next());
    if (rows_in_chunk_ == 0) return {};
  }
  key_ = rows_.column(0).value<std::int64_t>(row_);
  count_ = rows_.column(1).value<std::int64_t>(row_);
  return {};
}

Status CountStream::next() {
  const std::int64_t before = key_;
  ++row_;
  DMP_TRY(read());
  if (at_end() || key_ > before) return {};
  return Error{ErrorCode::corrupt_input,
               fmt::format("counts by key: {} after {}", key_, before)};
}

Result<CountStream> sum_of_parts(const Session& session,
                                 const std::vector<fs::path>& added,
                                 const std::vector<fs::path>& taken) {
  std::string parts = "SELECT key, count FROM " + parquet_files(added);
  if (!taken.empty()) {
    parts +=
        " UNION ALL SELECT key, -count AS count FROM " + parquet_files(taken);
  }
  return CountStream::open(
      session, fmt::format("SELECT key, sum(count)::BIGINT AS count FROM ({}) "
                           "GROUP BY key HAVING sum(count) <> 0 ORDER BY key",
                           parts));
}

// -------------------------------------------------------------------- files

Status write_counts(std::vector<CountStream> streams, const CountFiles& files) {
  DMP_ASSIGN(auto counts, CountFile::create(files.counts, counts_schema()));
  DMP_ASSIGN(auto singles,
             CountFile::create(files.singles, {field("key", Kind::int64)}));
  while (const CountStream* first = first_of(streams)) {
    const std::int64_t key = first->key();
    std::int64_t count = 0;
    for (auto& stream : streams) {
      if (stream.at_end() || stream.key() != key) continue;
      count += stream.count();
      DMP_TRY(stream.next());
    }
    if (count < 0) {
      return Error{ErrorCode::corrupt_input,
                   fmt::format("the counts of the index before have key {} {} "
                               "times too few",
                               key, -count)};
    }
    if (count == 1) DMP_TRY(singles.add(key, std::nullopt));
    if (count > 1) DMP_TRY(counts.add(key, count));
  }
  DMP_TRY(counts.finish());
  return singles.finish();
}

Result<std::vector<CountStream>> read_counts(const Session& session,
                                             const CountFiles& files) {
  std::vector<CountStream> streams;
  for (const auto& query :
       {"SELECT key, count FROM " + parquet_files({files.counts}),
        "SELECT key, 1::BIGINT AS count FROM " +
            parquet_files({files.singles})}) {
    DMP_ASSIGN(auto stream, CountStream::open(session, query));
    streams.push_back(std::move(stream));
  }
  return streams;
}

}  // namespace dmp::sql
