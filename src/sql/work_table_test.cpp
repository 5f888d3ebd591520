#include "sql/work_table.h"

#include "sql/session.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace dmp::sql {
namespace {

model::Work bare(const char* doi) {
  model::Work work;
  work.doi = doi;
  work.work_type = "OTHER";
  work.source_name = "Crossref";
  return work;
}

model::Work full(const char* doi) {
  model::Work work = bare(doi);
  work.title = "Grazing of urchins on kelp of the northern fjords";
  work.abstract_text = "An abstract that is longer than twelve bytes.";
  work.publication_date = 19'000;
  work.publication_date_end = 19'030;
  work.publication_date_precision = "month";
  work.updated_date = 1'700'000'000'000'000;
  work.publication_venue = "Journal of Kelp";
  work.institutions = {{"Institute of Fjords", "01aaaaa00"}, {"Bay", {}}};
  model::Author author;
  author.orcid = "0000-0001-0000-0009";
  author.name.surname = "Silva";
  work.authors = {author, {}, author};
  work.funders = {{{}, "01aaaaa01"}};
  work.awards = {{"A-1", {"01aaaaa01", "01aaaaa02"}, {"Fund"}},
                 {"B-2", {}, {}}};
  work.intra_work_dois = {"10.5555/r1", "10.5555/r2"};
  work.possible_shared_project_dois = {"10.5555/r3"};
  work.dataset_citation_dois = {"10.5555/r4"};
  work.source_url = "https://doi.org/10.5555/x";
  work.hash = "0123456789abcdef0123456789abcdef";
  work.version_hash = "fedcba9876543210fedcba9876543210";
  return work;
}

auto fields(const model::Work& w) {
  return std::tie(w.doi, w.title, w.abstract_text, w.work_type,
                  w.publication_date, w.publication_date_end,
                  w.publication_date_precision, w.updated_date,
                  w.publication_venue, w.institutions, w.authors, w.funders,
                  w.intra_work_dois, w.possible_shared_project_dois,
                  w.dataset_citation_dois, w.source_name, w.source_url, w.hash,
                  w.version_hash);
}

void expect_equal(const model::Work& read, const model::Work& written) {
  EXPECT_TRUE(fields(read) == fields(written));
  const auto same = [](const model::WorkAward& a, const model::WorkAward& b) {
    return std::tie(a.award_id, a.funder_rors, a.funder_names) ==
           std::tie(b.award_id, b.funder_rors, b.funder_names);
  };
  EXPECT_TRUE(std::equal(read.awards.begin(), read.awards.end(),
                         written.awards.begin(), written.awards.end(), same));
}

class WorkRowsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name =
        (std::filesystem::temp_directory_path() / "dmp_XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
    auto session = Session::open({});
    ASSERT_TRUE(session.has_value()) << session.error().message;
    session_ = std::make_unique<Session>(*std::move(session));
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::filesystem::path dir_;
  std::unique_ptr<Session> session_;
};

// A row must not show what was read into its memory before.
TEST_F(WorkRowsTest, ReadsFullAndBareWorksByTurns) {
  const std::vector<model::Work> written = {
      full("10.5555/a"), bare("10.5555/b"), full("10.5555/c"),
      bare("10.5555/d")};
  HashedExtras extras;
  extras.contributors = {{written[0].authors[0], "Editor"}};
  extras.language = "en";
  extras.is_xpac = true;
  TableBuffer rows(work_schema());
  for (const auto& work : written)
    append_work(rows, work, work.title ? extras : HashedExtras{});
  const auto path = dir_ / "works.parquet";
  ASSERT_TRUE(write_parquet(rows, {}, path, {}));

  auto answer =
      session_->query("SELECT * FROM read_parquet('" + path.string() + "')");
  ASSERT_TRUE(answer);
  WorkRows works(*std::move(answer));
  const auto count = works.next();
  ASSERT_TRUE(count);
  ASSERT_EQ(*count, written.size());
  for (std::size_t row = 0; row < *count; ++row) {
    SCOPED_TRACE(row);
    expect_equal(works.work(row), written[row]);
    const HashedExtras read = works.extras(row);
    const HashedExtras expected = row % 2 == 0 ? extras : HashedExtras{};
    ASSERT_EQ(read.contributors.size(), expected.contributors.size());
    for (std::size_t i = 0; i < read.contributors.size(); ++i) {
      EXPECT_EQ(read.contributors[i].author, expected.contributors[i].author);
      EXPECT_EQ(read.contributors[i].type, expected.contributors[i].type);
    }
    EXPECT_EQ(read.language, expected.language);
    EXPECT_EQ(read.is_xpac, expected.is_xpac);
  }
  // In any order, too.
  expect_equal(works.work(3), written[3]);
  expect_equal(works.work(0), written[0]);
}

// Columns that a query leaves out are as in a work of nothing.
TEST_F(WorkRowsTest, LeavesColumnsThatTheQueryLacksEmpty) {
  auto answer = session_->query(
      "SELECT doi, title FROM (VALUES ('10.5555/a', 'Kelp'), ('10.5555/b', "
      "NULL)) AS t(doi, title)");
  ASSERT_TRUE(answer);
  WorkRows works(*std::move(answer));
  const auto count = works.next();
  ASSERT_TRUE(count);
  ASSERT_EQ(*count, 2U);
  model::Work expected;
  expected.doi = "10.5555/a";
  expected.title = "Kelp";
  expect_equal(works.work(0), expected);
  expected.doi = "10.5555/b";
  expected.title.reset();
  expect_equal(works.work(1), expected);
}

}  // namespace
}  // namespace dmp::sql
