#include "jobs/stage_summary.h"

#include <gtest/gtest.h>

namespace dmp::jobs {
namespace {

TEST(TableOf, LeavesOutWhatNumbersThePartsOfATable) {
  const std::pair<std::string_view, std::string_view> examples[] = {
      {"ror.parquet", "ror"},
      {"openalex_works_batch_00003_part_00001.parquet", "openalex_works"},
      {"r01/works_index/works_index_0.parquet", "works_index/works_index"},
      {"rejects/rejects_00000.parquet", "rejects/rejects"},
      {"part_017.jsonl.gz", "part"},
      {"matches/matches_0000.jsonl.gz", "matches/matches"},
      {"ror/x_1.parquet", "ror/x"},
      {"_1", "_1"},
      {"", ""},
  };
  for (const auto& [path, table] : examples) EXPECT_EQ(table_of(path), table);
}

TEST(SummaryOf, AddsUpTheFilesOfATable) {
  storage::StageResult result;
  result.manifest.rows_in = 9;
  result.manifest.rejects = {{"bad", 1}, {"worse", 2}};
  result.manifest.files = {{"x_0.parquet", 10, 2, ""},
                           {"x_1.parquet", 20, 3, ""},
                           {"report.json", 5, -1, ""}};
  const auto summary = summary_of("stage", StageClock(), result);
  EXPECT_EQ(summary.rows_by_table,
            (std::map<std::string, std::int64_t>{{"x", 5}}));
  EXPECT_EQ(summary.rejects, 3);
  EXPECT_EQ(summary.files, 3);
  EXPECT_EQ(summary.bytes, 35U);
  EXPECT_FALSE(summary.failed);
  EXPECT_TRUE(summary_of_failure("stage", StageClock()).failed);
}

TEST(ByName, PutsTheMostFrequentFirst) {
  EXPECT_EQ(by_name({}), "");
  EXPECT_EQ(by_name({{"a", 1}, {"b", 3}, {"c", 0}, {"d", 1}}), "3 b, 1 a, 1 d");
  EXPECT_EQ(by_name({{"a", 1}, {"b", 3}, {"d", 1}}, 1), "3 b, and 2 others");
}

TEST(UnknownKeys, AreThoseThatNoRuleKnows) {
  EXPECT_EQ(unknown_keys({{"lines", 9}, {"unknown_key", 1}}), "");
  EXPECT_EQ(unknown_keys({{"unknown_key.awards.colour", 5},
                          {"lines", 9},
                          {"unknown_key.ids.isbn", 7}}),
            "7 ids.isbn, 5 awards.colour");
}

}  // namespace
}  // namespace dmp::jobs
