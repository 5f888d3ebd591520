#include "dmps/transform.h"

#include "dmps/plan_table.h"
#include "sql/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace dmp::dmps {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class TransformDmps : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() /
            ("dmps_test_" + std::to_string(::getpid()) + "_" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_ / "in");
    options_.inputs = {root_ / "in"};
    options_.stage_dir = root_ / "stage";
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / "in" / name).parent_path());
    std::ofstream(root_ / "in" / name, std::ios::binary) << text;
  }
  void write_gzip(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / "in" / name).parent_path());
    gzFile file = gzopen((root_ / "in" / name).c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
  }
  std::vector<model::Plan> plans() {
    auto result = transform_dmps(options_);
    EXPECT_TRUE(result.has_value()) << result.error().message;
    if (!result) return {};
    manifest_ = result->manifest;
    auto read = read_plans(options_.stage_dir);
    EXPECT_TRUE(read.has_value()) << read.error().message;
    return read ? *read : std::vector<model::Plan>{};
  }
  std::vector<std::string> dois() {
    std::vector<std::string> found;
    for (const auto& plan : plans()) found.push_back(plan.doi);
    return found;
  }

  fs::path root_;
  DmpsOptions options_;
  storage::Manifest manifest_;
};

std::string line(const std::string& id, const std::string& more = "") {
  return R"({"dmp_id":")" + id + "\"" + more + "}\n";
}

TEST_F(TransformDmps, ReadsEveryFormOfFileBelowAFolderInDoiOrder) {
  write("a/x.jsonl", line("10.48321/c") + "\n" + line("10.48321/a"));
  write_gzip("b/y.jsonl.gz", line("doi.org/10.48321/E"));
  write("array.json",
        R"([{"dmp":{"dmp_id":{"identifier":"10.48321/b","type":"doi"}}},
            {"dmp_id":{"identifier":"10.48321/d","type":"doi"}}])");
  write("pretty.json",
        "{\n  \"dmp\": {\n \"dmp_id\": {\n\"identifier\": \"10.48321/f\",\n"
        "\"type\": \"doi\"}}\n}\n");
  write_gzip("one.json.gz",
             R"({"dmp":{"dmp_id":{"identifier":"10.48321/g"}}})");
  write("manifest.json", "{}");
  write("notes.txt", "no plan");
  EXPECT_THAT(dois(), ElementsAre("10.48321/a", "10.48321/b", "10.48321/c",
                                  "10.48321/d", "10.48321/e", "10.48321/f",
                                  "10.48321/g"));
  EXPECT_EQ(manifest_.rows_in, 7);
  EXPECT_EQ(manifest_.rows_out, 7);
}

TEST_F(TransformDmps, RoundTripsEveryColumn) {
  write("p.json",
        R"({"dmp":{"dmp_id":{"identifier":"10.48321/q","type":"doi"},
  "title":"Kelp","created":"2024-02-01T10:00:00Z","registered":"2024-02-02",
  "modified":"2024-02-03T08:30:00.5+02:00",
  "contact":{"name":"Silva, Ana","affiliation":{"name":"Kelp House"},
    "contact_id":{"identifier":"0000-0002-1825-0097","type":"orcid"}},
  "dataset":[{"dataset_id":{"identifier":"10.5555/D1","type":"doi"}}],
  "project":[{"description":"Kelp forests","start":"2024-03-01",
    "end":"2026-03-01","funding":[{"name":"NSF","funding_status":"granted",
    "funder_id":{"identifier":"100000001","type":"fundref"},
    "grant_id":{"identifier":"2345678","type":"other"},
    "funding_opportunity_id":"PAR-1","project_identifier":"P-9"}]}]}})");
  const auto found = plans();
  ASSERT_THAT(found, SizeIs(1));
  const model::Plan& plan = found[0];
  EXPECT_EQ(plan.title, "Kelp");
  EXPECT_EQ(plan.abstract_text, "Kelp forests");
  EXPECT_EQ(text::format_instant(*plan.created), "2024-02-01T10:00:00Z");
  EXPECT_EQ(text::format_instant(*plan.registered), "2024-02-02T00:00:00Z");
  EXPECT_EQ(*plan.modified, *text::parse_instant("2024-02-03T06:30:00.5Z"));
  EXPECT_EQ(text::format_day(*plan.project_start), "2024-03-01");
  EXPECT_EQ(text::format_day(*plan.project_end), "2026-03-01");
  ASSERT_THAT(plan.institutions, SizeIs(1));
  EXPECT_EQ(plan.institutions[0].name, "Kelp House");
  EXPECT_EQ(plan.institutions[0].ror, std::nullopt);
  ASSERT_THAT(plan.authors, SizeIs(1));
  EXPECT_EQ(plan.authors[0].orcid, "0000-0002-1825-0097");
  EXPECT_EQ(plan.authors[0].name.surname, "Silva");
  ASSERT_THAT(plan.funding, SizeIs(1));
  EXPECT_EQ(plan.funding[0].funder_fundref, "100000001");
  EXPECT_EQ(plan.funding[0].award_id, "2345678");
  EXPECT_EQ(plan.funding[0].funding_opportunity_id, "PAR-1");
  EXPECT_EQ(plan.funding[0].funder_project_number, "P-9");
  EXPECT_EQ(plan.funding[0].status, "granted");
  EXPECT_THAT(plan.published_outputs, ElementsAre("10.5555/d1"));
  EXPECT_EQ(plan.plan_id, std::nullopt);
  EXPECT_EQ(plan.source, "madmp");
  EXPECT_FALSE(plan.end_inferred);
  EXPECT_TRUE(plan.awards.empty());
}

// P14
TEST_F(TransformDmps, KeepsTheNewestOfTwoRecordsOfOneDoi) {
  const std::string newest = R"(,"modified":"2024-02-01","title":"new")";
  const std::string oldest = R"(,"modified":"2023-02-01","title":"old")";
  write("a.jsonl", line("https://doi.org/10.48321/X", newest) +
                       line("http://dx.doi.org/10.48321/x", oldest) +
                       line("doi:10.48321/x", R"(,"title":"undated")"));
  write("b.jsonl", line("10.48321/y", R"(,"title":"first")") +
                       line("10.48321/Y", R"(,"title":"second")"));
  const auto found = plans();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].title, "new");
  EXPECT_EQ(found[1].title, "second");
  EXPECT_EQ(manifest_.dropped["duplicate"], 3);
  EXPECT_EQ(manifest_.rows_in, 5);
}

TEST_F(TransformDmps, WritesRejectsWithFileLineOffsetAndReason) {
  write("a.jsonl", line("10.48321/a") + "{broken\n" + "[]\n" +
                       R"({"dmp_id":null})"
                       "\n" +
                       R"({"name":"x"})"
                       "\n");
  EXPECT_THAT(dois(), ElementsAre("10.48321/a"));
  EXPECT_EQ(manifest_.rejects["bad_json"], 1);
  EXPECT_EQ(manifest_.rejects["unknown-format"], 2);
  EXPECT_EQ(manifest_.rejects["no-doi"], 1);
  auto session = sql::Session::open({});
  ASSERT_TRUE(session.has_value());
  const std::string table =
      (options_.stage_dir / "rejects" / "rejects.parquet").string();
  auto text = session->scalar_text(
      "SELECT string_agg(line || ':' || byte_offset || ' ' || reason, ', ' "
      "ORDER BY line) FROM " +
      sql::quote(table));
  ASSERT_TRUE(text.has_value()) << text.error().message;
  EXPECT_EQ(*text,
            "2:24 bad_json, 3:32 unknown-format, 4:35 no-doi, "
            "5:51 unknown-format");
}

TEST_F(TransformDmps, FailsOnAFileOfSomethingElseNamingWhatWasExpected) {
  write("other.jsonl", "{\"name\":\"x\"}\n");
  const auto result = transform_dmps(options_);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::corrupt_input);
  EXPECT_THAT(result.error().message, HasSubstr("other.jsonl"));
  EXPECT_THAT(result.error().message, HasSubstr("dmp_id"));
  EXPECT_FALSE(fs::exists(options_.stage_dir / "manifest.json"));
}

TEST_F(TransformDmps, FailsOnMoreThanTenRejectsAboveTheRatio) {
  std::string text = line("10.48321/a");
  for (int i = 0; i < 10; ++i) text += "{broken\n";
  write("a.jsonl", text);
  EXPECT_THAT(dois(), ElementsAre("10.48321/a"));
  write("a.jsonl", text + "{broken\n");
  const auto result = transform_dmps(options_);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, HasSubstr("11 of 12"));
  options_.max_reject_ratio = 0.95;
  EXPECT_THAT(dois(), ElementsAre("10.48321/a"));
}

// P33
TEST_F(TransformDmps, FailsWithoutFilesNamingFolderAndGlobs) {
  write("notes.txt", "x");
  const auto result = transform_dmps(options_);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_THAT(result.error().message, HasSubstr("jsonl.gz"));
}

TEST_F(TransformDmps, NamesEveryTruncatedFile) {
  write_gzip("a.jsonl.gz", line("10.48321/a"));
  fs::resize_file(root_ / "in" / "a.jsonl.gz", 30);
  write("b.jsonl", "{\"name\":\"x\"}\n");
  const auto result = transform_dmps(options_);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, HasSubstr("a.jsonl.gz"));
  EXPECT_THAT(result.error().message, HasSubstr("b.jsonl"));
}

TEST_F(TransformDmps, IsUpToDateUntilARuleOrAFileChanges) {
  write("a.jsonl", line("10.48321/a"));
  EXPECT_FALSE(transform_dmps(options_)->up_to_date);
  EXPECT_TRUE(transform_dmps(options_)->up_to_date);
  options_.rules.old_start = OldStart::reject_plan;
  EXPECT_FALSE(transform_dmps(options_)->up_to_date);
  write("a.jsonl", line("10.48321/a") + line("10.48321/b"));
  EXPECT_FALSE(transform_dmps(options_)->up_to_date);
  options_.force = true;
  EXPECT_FALSE(transform_dmps(options_)->up_to_date);
}

TEST_F(TransformDmps, WritesTheSameBytesForTheSameInput) {
  write("a.jsonl",
        line("10.48321/a", R"(,"title":"Peat")") +
            line("10.48321/b", R"(,"authors":[{"name":"Ana Ito"}])"));
  ASSERT_TRUE(transform_dmps(options_).has_value());
  options_.stage_dir = root_ / "again";
  ASSERT_TRUE(transform_dmps(options_).has_value());
  const char* name = "dmps_batch_00000_part_00000.parquet";
  EXPECT_EQ(storage::sha256_file(root_ / "stage" / name).value(),
            storage::sha256_file(root_ / "again" / name).value());
}

TEST_F(TransformDmps, PublishesATableWithoutRowsForNoPlan) {
  write("a.jsonl", "\n\n");
  EXPECT_THAT(plans(), SizeIs(0));
}

TEST_F(TransformDmps, MapsFunderIdsAndWithdrawnRorsByTheRorStage) {
  const fs::path stage = root_ / "ror";
  auto publication = storage::Publication::begin(stage, "ror");
  ASSERT_TRUE(publication.has_value());
  auto session = sql::Session::open({});
  const fs::path table = publication->dir() / "ror.parquet";
  ASSERT_TRUE(
      session
          ->execute(
              "COPY (SELECT * FROM (VALUES "
              "('021nxhr62', 'active', [{'type': 'fundref', 'identifier': "
              "'10.13039/100000001', 'preferred': true}], []::VARCHAR[]), "
              "('00tjv0s33', 'withdrawn', [{'type': 'fundref', 'identifier': "
              "'10.13039/100000001', 'preferred': false}], ['021nxhr62'])) "
              "t(ror_id, status, external_ids, successors)) TO " +
              sql::quote(table.string()) + " (FORMAT parquet)")
          .has_value());
  ASSERT_TRUE(publication->add(table, 2).has_value());
  storage::Manifest manifest;
  manifest.stage = "ror-transform";
  ASSERT_TRUE(publication->publish(manifest).has_value());

  options_.ror_stage = stage;
  write(
      "a.jsonl",
      line(
          "10.48321/a",
          R"(,"funding":[{"funder":{"id":"10.13039/100000001"}},{"grant_id":"R01","funder":{"id":"https://ror.org/00tjv0s33"}}])"));
  const auto found = plans();
  ASSERT_THAT(found, SizeIs(1));
  ASSERT_THAT(found[0].funding, SizeIs(2));
  EXPECT_EQ(found[0].funding[0].funder_ror, "021nxhr62");
  EXPECT_EQ(found[0].funding[0].funder_fundref, "100000001");
  EXPECT_EQ(found[0].funding[1].funder_ror, "021nxhr62");
  const auto loaded = load_plans(root_ / "in", stage);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)[0].funding[0].funder_ror, "021nxhr62");
}

TEST(RawAwardIds, AreDistinctAndWithoutFillersInTheOrderOfEnrichment) {
  model::Funding funding;
  funding.award_id = "2345678";
  funding.funding_opportunity_id = "NSF 23-561";
  funding.funder_project_number = "2345678";
  EXPECT_THAT(raw_award_ids(funding), ElementsAre("NSF 23-561", "2345678"));
  funding.award_id = "n/a";
  funding.funding_opportunity_id.reset();
  EXPECT_THAT(raw_award_ids(funding), ElementsAre("2345678"));
}

TEST(ReadPlans, SaysThatAStageIsUnfinished) {
  const auto result = read_plans(fs::temp_directory_path() / "dmps_no_stage");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
}

// For readers that publish nothing: any of the three forms gives the same
// plans.
TEST_F(TransformDmps, PlansAreLoadedFromAnyForm) {
  write("a.jsonl",
        R"({"dmp_id":"10.48321/b","title":"Kelp","modified":"2024-01-02"})"
        "\n"
        R"({"dmp_id":"10.48321/a","title":"Peat"})"
        "\n");
  const auto made = plans();
  for (const fs::path& path :
       {root_ / "in", root_ / "in" / "a.jsonl", options_.stage_dir}) {
    const auto loaded = load_plans(path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    ASSERT_EQ(loaded->size(), 2u) << path;
    EXPECT_EQ((*loaded)[0].doi, "10.48321/a");
    EXPECT_EQ((*loaded)[1].title, made[1].title);
  }
  EXPECT_EQ(load_plans(root_ / "nosuch").error().code, ErrorCode::not_found);
  write("a.jsonl", R"({"name":"no plan"})");
  EXPECT_EQ(load_plans(root_ / "in").error().code, ErrorCode::corrupt_input);
}

}  // namespace
}  // namespace dmp::dmps
