#include "sql/column_data.h"
#include "sql/session.h"
#include "sql/table_buffer.h"
#include "storage/manifest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <numeric>
#include <random>

namespace dmp::sql {
namespace {

namespace fs = std::filesystem;

class ParquetWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dmp_XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
    auto session = Session::open({});
    ASSERT_TRUE(session.has_value());
    session_ = std::make_unique<Session>(*std::move(session));
  }
  void TearDown() override { fs::remove_all(dir_); }

  void write(const TableBuffer& rows, const std::vector<std::uint32_t>& order,
             std::size_t group_rows) {
    fs::remove(path());
    const auto done = write_parquet(rows, order, path(), {group_rows});
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  fs::path path() const { return dir_ / "a.parquet"; }
  std::string file() const { return quote(path().string()); }
  std::string ask(const std::string& sql) {
    auto answer = session_->scalar_text(sql);
    return answer ? *answer : answer.error().message;
  }
  // How often this stands in one of the file's column chunks.
  std::string chunks_with(std::string_view condition) {
    return ask(fmt::format("SELECT count(*) FROM parquet_metadata({}) WHERE {}",
                           file(), condition));
  }

  fs::path dir_;
  std::unique_ptr<Session> session_;
};

// ------------------------------------------------------------- random tables

class RandomRows {
 public:
  explicit RandomRows(unsigned seed) : random_(seed) {}

  Schema schema() {
    Schema schema;
    const std::size_t count = 1 + below(5);
    for (std::size_t i = 0; i < count; ++i)
      schema.push_back(any_field(fmt::format("c{}", i), 3));
    return schema;
  }

  void append(const Field& field, Column& column) {
    if (below(6) == 0) return column.append_null();
    switch (field.kind) {
      case Kind::text:
        return column.append_text(any_text());
      case Kind::boolean:
        return column.append_bool(below(2) == 0);
      case Kind::uint8:
        return column.append_int(static_cast<std::int64_t>(below(256)));
      case Kind::int32:
      case Kind::date:
        return column.append_int(static_cast<std::int64_t>(below(40'000)) -
                                 20'000);
      case Kind::int64:
      case Kind::timestamp:
        return column.append_int(static_cast<std::int64_t>(
            below(std::uint64_t{1} << (1 + below(60)))));
      case Kind::real:
        return column.append_real(static_cast<double>(below(999)) / -8);
      case Kind::list: {
        column.begin_list();
        const std::size_t count = below(4);
        for (std::size_t i = 0; i < count; ++i)
          append(field.children[0], column.element());
        return column.end_list();
      }
      case Kind::structure:
        column.append_struct();
        for (std::size_t i = 0; i < field.children.size(); ++i)
          append(field.children[i], column.at(i));
    }
  }

  std::size_t below(std::uint64_t limit) { return random_() % limit; }

 private:
  Field any_field(std::string name, unsigned depth) {
    const std::size_t kind = below(depth == 0 ? 8 : 11);
    if (kind < 8) return field(std::move(name), static_cast<Kind>(kind));
    if (kind == 8) return list_of(std::move(name), any_field("", depth - 1));
    std::vector<Field> fields;
    const std::size_t count = 1 + below(3);
    for (std::size_t i = 0; i < count; ++i)
      fields.push_back(any_field(fmt::format("f{}", i), depth - 1));
    return struct_of(std::move(name), std::move(fields));
  }

  std::string any_text() {
    if (below(3) == 0) return std::string(below(300), 'a');
    std::string text(below(12), '\0');
    for (auto& byte : text) byte = static_cast<char>(' ' + below(90));
    return text;
  }

  std::mt19937_64 random_;
};

// What DuckDB read, against what was put in.
bool same(const ColumnView& view, std::size_t row, const Column::Data& data,
          std::size_t at) {
  if (view.is_null(row) != (data.valid[at] == 0)) return false;
  if (data.valid[at] == 0) return true;
  switch (data.kind) {
    case Kind::text:
      return view.text(row) == data.text(at);
    case Kind::boolean:
    case Kind::uint8:
      return view.value<std::uint8_t>(row) == data.integers[at];
    case Kind::int32:
    case Kind::date:
      return view.value<std::int32_t>(row) == data.integers[at];
    case Kind::int64:
    case Kind::timestamp:
      return view.value<std::int64_t>(row) == data.integers[at];
    case Kind::real:
      return std::bit_cast<std::int64_t>(view.value<double>(row)) ==
             std::bit_cast<std::int64_t>(data.reals[at]);
    case Kind::list: {
      const auto range = view.list(row);
      const std::uint64_t begin = data.begin_of(at);
      if (range.end - range.begin != data.ends[at] - begin) return false;
      for (std::size_t i = 0; i < range.end - range.begin; ++i) {
        if (!same(view.child(0), range.begin + i, data.children[0].data(),
                  begin + i))
          return false;
      }
      return true;
    }
    case Kind::structure:
      for (std::size_t i = 0; i < data.children.size(); ++i) {
        if (!same(view.child(i), row, data.children[i].data(), at))
          return false;
      }
      return true;
  }
  return false;
}

void expect_read_back(Session& session, const std::string& file,
                      const TableBuffer& rows,
                      const std::vector<std::uint32_t>& order) {
  auto read = session.query("SELECT * FROM read_parquet(" + file + ")");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  std::size_t seen = 0;
  for (;;) {
    const auto count = read->next();
    ASSERT_TRUE(count.has_value()) << count.error().message;
    if (*count == 0) break;
    for (std::size_t row = 0; row < *count; ++row, ++seen) {
      for (std::size_t c = 0; c < rows.schema().size(); ++c) {
        ASSERT_TRUE(same(read->column(c), row, rows.column(c).data(),
                         order.empty() ? seen : order[seen]))
            << rows.schema()[c].name << " of row " << seen;
      }
    }
  }
  EXPECT_EQ(seen, rows.rows());
}

// Law: any table reads back as it was, in the order asked for.
TEST_F(ParquetWriterTest, WritesAnyTableSoThatItReadsBack) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    RandomRows random(seed);
    const Schema schema = random.schema();
    TableBuffer rows(schema);
    const std::size_t count = random.below(seed % 10 == 0 ? 9'000 : 600);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < schema.size(); ++c)
        random.append(schema[c], rows.column(c));
      rows.end_row();
    }
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    write(rows, order, 1 + random.below(5'000));
    SCOPED_TRACE(seed);
    expect_read_back(*session_, file(), rows, order);
    if (HasFailure()) return;
  }
}

// --------------------------------------------------------- pages, dictionary

TEST_F(ParquetWriterTest, CutsLongChunksIntoPagesBetweenRows) {
  TableBuffer rows({list_of("words", text_field("")), text_field("text")});
  std::mt19937 random(3);
  for (int i = 0; i < 3'000; ++i) {
    auto& words = rows.column(0);
    words.begin_list();
    for (int j = 0; j < i % 7; ++j)
      words.element().append_text(fmt::format("{:0500}", random()));
    words.end_list();
    std::string text(2'000, ' ');
    for (auto& byte : text) byte = static_cast<char>('a' + random() % 26);
    rows.column(1).append_text(text);
    rows.end_row();
  }
  rows.column(0).append_null();
  rows.column(1).append_text(std::string(5'000'000, 'z'));
  rows.end_row();
  write(rows, {}, 1'000'000);
  expect_read_back(*session_, file(), rows, {});
}

TEST_F(ParquetWriterTest, HasADictionaryWhereValuesRepeat) {
  TableBuffer rows({text_field("few"), field("number", Kind::int64),
                    text_field("all_new"), field("flag", Kind::boolean),
                    text_field("one"), text_field("none")});
  for (int i = 0; i < 20'000; ++i) {
    rows.column(0).append_text(fmt::format("kind {}", i * 31 % 700));
    rows.column(1).append_int(i % 300 - 150);
    rows.column(2).append_text(std::to_string(i));
    rows.column(3).append_bool(i % 3 == 0);
    rows.column(4).append_text("the same");
    rows.column(5).append_null();
    rows.end_row();
  }
  write(rows, {}, 1'000'000);
  expect_read_back(*session_, file(), rows, {});
  EXPECT_EQ(
      ask("SELECT string_agg(path_in_schema, ' ' ORDER BY column_id) FROM "
          "parquet_metadata(" +
          file() + ") WHERE encodings LIKE '%RLE_DICTIONARY%'"),
      "few number one");
  EXPECT_EQ(ask("SELECT stats_distinct_count FROM parquet_metadata(" + file() +
                ") WHERE path_in_schema = 'few'"),
            "700");
}

// Values that repeat in the first rows only: no dictionary that grows without
// end.
TEST_F(ParquetWriterTest, GivesALargeDictionaryUp) {
  TableBuffer rows({text_field("text")});
  for (int i = 0; i < 40'000; ++i) {
    rows.column(0).append_text(fmt::format("{:0100}", i < 20'000 ? 7 : i));
    rows.end_row();
  }
  write(rows, {}, 1'000'000);
  expect_read_back(*session_, file(), rows, {});
  EXPECT_EQ(chunks_with("encodings LIKE '%RLE_DICTIONARY%'"), "0");
}

// -------------------------------------------------------------------- bounds

TEST_F(ParquetWriterTest, SaysTheBoundsOfEveryRowGroup) {
  TableBuffer rows({text_field("doi"), field("day", Kind::date),
                    field("bucket", Kind::uint8), field("score", Kind::real)});
  for (int i = 0; i < 10'000; ++i) {
    rows.column(0).append_text(fmt::format("10.1234/{:05}", i));
    if (i % 5 == 0)
      rows.column(1).append_null();
    else
      rows.column(1).append_int(i - 5'000);
    rows.column(2).append_int(i / 40);
    rows.column(3).append_real(i % 7 == 0 ? std::nan("") : -i / 4.0);
    rows.end_row();
  }
  write(rows, {}, 2'048);
  // In every group: the bounds said are those of its rows.
  EXPECT_EQ(ask(R"(
WITH data AS (
  SELECT *, (row_number() OVER () - 1) // 2048 AS part
  FROM read_parquet()" +
                file() + R"()),
facts AS (
  SELECT row_group_id AS part,
    max(stats_min_value) FILTER (path_in_schema = 'doi') AS doi_least,
    max(stats_max_value) FILTER (path_in_schema = 'doi') AS doi_most,
    max(stats_min_value) FILTER (path_in_schema = 'day') AS day_least,
    max(stats_max_value) FILTER (path_in_schema = 'day') AS day_most,
    max(stats_null_count) FILTER (path_in_schema = 'day') AS day_nulls,
    max(stats_min_value) FILTER (path_in_schema = 'bucket') AS bucket_least,
    max(stats_max_value) FILTER (path_in_schema = 'bucket') AS bucket_most,
    max(stats_min_value) FILTER (path_in_schema = 'score') AS score_least,
    max(stats_max_value) FILTER (path_in_schema = 'score') AS score_most
  FROM parquet_metadata()" +
                file() + R"() GROUP BY part)
SELECT count(*) || ' ' || bool_and(
  min_doi = doi_least AND max_doi = doi_most
  AND min_day = day_least::DATE AND max_day = day_most::DATE
  AND nulls = day_nulls
  AND min_bucket = bucket_least::INT AND max_bucket = bucket_most::INT
  AND min_score = score_least::DOUBLE AND max_score = score_most::DOUBLE)
FROM facts JOIN (
  SELECT part, min(doi) AS min_doi, max(doi) AS max_doi, min(day) AS min_day,
    max(day) AS max_day, count(*) - count(day) AS nulls,
    min(bucket) AS min_bucket, max(bucket) AS max_bucket,
    min(score) FILTER (NOT isnan(score)) AS min_score,
    max(score) FILTER (NOT isnan(score)) AS max_score
  FROM data GROUP BY part) USING (part))"),
            "5 true");
  EXPECT_EQ(ask("SELECT count(*) FROM read_parquet(" + file() +
                ") WHERE bucket = 77"),
            "40");
}

TEST_F(ParquetWriterTest, TakesNoLongTextForABound) {
  TableBuffer rows({text_field("text")});
  rows.column(0).append_text(std::string(257, 'a'));
  rows.end_row();
  write(rows, {}, 1);
  EXPECT_EQ(chunks_with("stats_min_value IS NULL AND stats_null_count = 0"),
            "1");
}

TEST_F(ParquetWriterTest, WritesTheSameFileFromSeveralBuffers) {
  constexpr std::size_t kGroup = 2'048, kRows = 5'000;
  TableBuffer whole({field("number", Kind::int64)}),
      some({field("number", Kind::int64)});
  const auto append = [](TableBuffer& rows, std::size_t i) {
    rows.column(0).append_int(static_cast<std::int64_t>(i * i));
    rows.end_row();
  };
  for (std::size_t i = 0; i < kRows; ++i) append(whole, i);
  write(whole, {}, kGroup);
  const std::string once = storage::sha256_file(path()).value_or("none");
  fs::remove(path());
  ParquetWriter writer;
  auto file = ParquetFile::create(path(), some.schema(), {kGroup});
  ASSERT_TRUE(file.has_value()) << file.error().message;
  for (std::size_t i = 0; i < kRows; ++i) {
    append(some, i);
    if (some.rows() < kGroup && i + 1 < kRows) continue;
    ASSERT_TRUE(file->append(some, writer).has_value());
    some.clear();
  }
  ASSERT_TRUE(file->finish().has_value());
  EXPECT_EQ(storage::sha256_file(path()).value_or("neither"), once);
  EXPECT_EQ(ask("SELECT count(*) || ' ' || sum(number) FROM " + this->file()),
            "5000 41654167500");
}

TEST_F(ParquetWriterTest, DoesNotWriteOverAFile) {
  TableBuffer rows({text_field("text")});
  write(rows, {}, 1);
  const auto again = write_parquet(rows, {}, path(), {});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, ErrorCode::io);
  EXPECT_NE(again.error().message.find("exists"), std::string::npos);
}

TEST_F(ParquetWriterTest, SaysThatAFileMayGrowNoMore) {
  TableBuffer rows({text_field("text")});
  for (int i = 0; i < 5'000; ++i) {
    rows.column(0).append_text(std::to_string(i));
    rows.end_row();
  }
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto done = write_parquet(rows, {}, path(), {});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::io);
  EXPECT_NE(done.error().message.find("too large"), std::string::npos);
}

}  // namespace
}  // namespace dmp::sql
