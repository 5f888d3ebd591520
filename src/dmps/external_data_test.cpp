#include "dmps/external_data.h"

#include "sql/session.h"
#include "storage/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace dmp::dmps {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

model::ExternalData full_row() {
  model::ExternalData row;
  row.doi = "10.48321/d1qq01";
  row.updated = text::parse_instant("2024-02-04T02:00:00Z");
  row.changed = text::parse_instant("2024-02-03T01:00:00.5Z");
  row.fingerprint = "ab12";
  model::EnrichedAward award;
  award.funder_name = "NSF";
  award.funder_ror = "021nxhr62";
  award.id = {"generic", {{"2345678", "text"}, {std::nullopt, "id"}}};
  award.related_awards = {{"generic", {{"2345679", "text"}}}, {"x", {}}};
  award.funded_dois = {"10.5555/kelp.1", "10.5555/kelp.2"};
  award.award_url = "https://funder.example/2345678";
  award.error = {"publications", "timed out", 504, row.updated, 3};
  award.fetched_at = row.changed;
  row.awards = {award, {}};
  return row;
}

class ExternalTables : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() /
            ("external_data_" + std::to_string(::getpid()) + "_" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  // Publishes what `write` makes of the paths of tables in a new stage.
  template <class Write>
  void publish(int files, Write write) {
    auto publication = storage::Publication::begin(root_, kEnrichmentStage);
    ASSERT_TRUE(publication);
    for (int i = 0; i < files; ++i) {
      const fs::path file = publication->dir() /
                            ("external_data_" + std::to_string(i) + ".parquet");
      write(file, i);
      ASSERT_TRUE(publication->add(file));
    }
    storage::Manifest manifest;
    manifest.stage = kEnrichmentStage;
    ASSERT_TRUE(publication->publish(std::move(manifest)));
  }
  void publish(const std::vector<std::vector<model::ExternalData>>& tables) {
    publish(static_cast<int>(tables.size()), [&](const fs::path& file, int i) {
      ASSERT_TRUE(
          write_external_data(tables[static_cast<std::size_t>(i)], file));
    });
  }
  // A table that somebody else has made.
  void publish_sql(const std::string& select) {
    publish(1, [&](const fs::path& file, int) {
      auto session = sql::Session::open({});
      const auto done =
          session->execute("COPY (" + select + ") TO " +
                           sql::quote(file.string()) + " (FORMAT parquet)");
      ASSERT_TRUE(done) << done.error().message;
    });
  }
  ExternalTable read() {
    auto table = read_external_data(root_);
    EXPECT_TRUE(table) << table.error().message;
    return table ? *std::move(table) : ExternalTable();
  }
  std::string refusal() {
    const auto table = read_external_data(root_);
    EXPECT_FALSE(table);
    if (table) return "";
    EXPECT_EQ(table.error().code, ErrorCode::corrupt_input);
    return table.error().message;
  }

  fs::path root_;
};

TEST_F(ExternalTables, ReadBackWhatWasWritten) {
  model::ExternalData bare;
  bare.doi = "10.48321/a";
  publish({{full_row()}, {bare}, {}});
  const auto table = read();
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(table.rows[0], bare);
  EXPECT_EQ(table.rows[1], full_row());
  EXPECT_EQ(table.counters.get("rows"), 2);
  EXPECT_EQ(table.counters.all().size(), 1U);
}

TEST_F(ExternalTables, GiveOneRowAPlanTheOneEnrichedLast) {
  auto old = full_row(), late = full_row(), never = full_row();
  late.updated = *old.updated + 1;
  late.awards.clear();
  late.doi = "https://doi.org/10.48321/D1QQ01";
  never.updated.reset();
  publish({{old, late}, {never}});
  const auto table = read();
  ASSERT_THAT(table.rows, SizeIs(1));
  EXPECT_EQ(table.rows[0].doi, "10.48321/d1qq01");
  EXPECT_THAT(table.rows[0].awards, IsEmpty());
  EXPECT_EQ(table.counters.get("duplicate"), 2);
}

TEST_F(ExternalTables, CleanAndCountFundedDois) {
  auto row = full_row();
  row.awards[0].funded_dois = {"10.5555/b", "https://doi.org/10.5555/A",
                               "",          "10.5555/a",
                               "pending",   std::string(600, 'x')};
  publish({{row}});
  const auto table = read();
  EXPECT_THAT(table.rows.at(0).awards.at(0).funded_dois,
              ElementsAre("10.5555/a", "10.5555/b"));
  EXPECT_EQ(table.counters.get("bad_funded_doi"), 3);
}

TEST_F(ExternalTables, RejectRowsWithoutADoi) {
  auto none = full_row();
  none.doi = "TEMP-88";
  publish({{none, full_row()}});
  const auto table = read();
  EXPECT_THAT(table.rows, SizeIs(1));
  EXPECT_EQ(table.counters.get("no_doi"), 1);
  EXPECT_EQ(table.counters.get("rows"), 2);
}

TEST_F(ExternalTables, RefuseATableOfSomethingElse) {
  auto none = full_row();
  none.doi = "";
  publish({std::vector<model::ExternalData>(11, none)});
  EXPECT_THAT(refusal(), HasSubstr("11 of 11 records rejected"));
}

// Columns are found by name; numbers stand for texts; what is absent is null.
TEST_F(ExternalTables, ReadATableOfAnotherWriter) {
  publish_sql(
      "SELECT 7 AS more, [{'sources': 1, 'funded_dois': ['10.5555/a', NULL], "
      "'award_id': {'parts': [{'type': 'appl_id', 'value': 12}, NULL], "
      "'class': 'c', 'related_awards': NULL}}, NULL] AS awards, "
      "DATE '2024-01-02' AS changed, NULL AS fingerprint, "
      "TIMESTAMPTZ '2024-01-02 03:00:00+00' AS updated, '10.48321/x' AS doi "
      "UNION ALL SELECT 8, NULL, NULL, NULL, NULL, '10.48321/y'");
  const auto table = read();
  ASSERT_THAT(table.rows, SizeIs(2));
  const auto& row = table.rows[0];
  EXPECT_EQ(row.changed, text::parse_instant("2024-01-02"));
  EXPECT_EQ(row.updated, text::parse_instant("2024-01-02T03:00:00Z"));
  ASSERT_THAT(row.awards, SizeIs(1));
  EXPECT_THAT(row.awards[0].id.parts,
              ElementsAre(model::AwardPart{"12", "appl_id"}));
  EXPECT_THAT(row.awards[0].funded_dois, ElementsAre("10.5555/a"));
  EXPECT_THAT(table.rows[1].awards, IsEmpty());
}

TEST_F(ExternalTables, RefuseColumnsThatAreAbsentOrCannotBeRead) {
  const std::string rest =
      "NULL::TIMESTAMP AS updated, NULL AS fingerprint, '10.48321/x' AS doi";
  publish_sql("SELECT NULL::TIMESTAMP AS changed, " + rest);
  EXPECT_THAT(refusal(), HasSubstr("awards"));
  publish_sql("SELECT 'never' AS changed, NULL AS awards, " + rest);
  EXPECT_THAT(refusal(), HasSubstr("never"));
  publish_sql("SELECT NULL::DATE AS changed, 5 AS awards, " + rest);
  EXPECT_THAT(refusal(), HasSubstr("external_data_0.parquet"));
  publish(1, [](const fs::path& file, int) {
    std::ofstream(file) << "PAR1 and nothing of a table";
  });
  EXPECT_THAT(refusal(), HasSubstr("external_data_0.parquet"));
}

TEST_F(ExternalTables, AreOfAFinishedStageOnly) {
  const auto absent = read_external_data(root_);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace dmp::dmps
