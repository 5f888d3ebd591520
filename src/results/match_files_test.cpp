#include "results/match_files.h"

#include "results/sample_matches.h"
#include "storage/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

namespace dmp::results {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MatchFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = test_folder();
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  std::vector<MatchFileWriter::File> write(
      const std::vector<model::PlanMatches>& plans, std::size_t per_file) {
    auto writer =
        MatchFileWriter::begin(root_ / "matches", {per_file, Explain::write});
    EXPECT_TRUE(writer.has_value());
    for (const auto& plan : plans) EXPECT_TRUE(writer->put(plan).has_value());
    auto files = writer->finish();
    EXPECT_TRUE(files.has_value());
    return *files;
  }
  std::vector<model::PlanMatches> read(const fs::path& path) {
    std::vector<model::PlanMatches> plans;
    const Status status = read_matches(path, [&](model::PlanMatches&& plan) {
      plans.push_back(std::move(plan));
      return Status{};
    });
    EXPECT_TRUE(status.has_value()) << status.error().message;
    return plans;
  }
  fs::path root_;
};

TEST_F(MatchFiles, AreCutAtTheNumberOfPlansAndNumberedFromZero) {
  std::vector<model::PlanMatches> plans(5, sample_matches());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    plans[i].plan_doi = "10.48321/p" + std::to_string(i);
  }
  const auto files = write(plans, 2);
  ASSERT_THAT(files, SizeIs(3));
  EXPECT_EQ(files[0].path.filename(), "matches_0000.jsonl.gz");
  EXPECT_EQ(files[2].path.filename(), "matches_0002.jsonl.gz");
  EXPECT_EQ(files[0].records, 2);
  EXPECT_EQ(files[2].records, 1);
  const auto back = read(root_);
  ASSERT_THAT(back, SizeIs(5));
  EXPECT_EQ(back[4].plan_doi, "10.48321/p4");
}

TEST_F(MatchFiles, WithoutPlansAreOneEmptyFile) {
  const auto files = write({}, 1000);
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_EQ(files[0].records, 0);
  EXPECT_THAT(read(root_), IsEmpty());
}

// P84: a plan without works still has its record.
TEST_F(MatchFiles, KeepPlansWithoutWorks) {
  model::PlanMatches none;
  none.plan_doi = "10.48321/none";
  none.plan_id = 7;
  write({none}, 1000);
  const auto back = read(root_);
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_EQ(back[0].plan_id, 7);
  EXPECT_THAT(back[0].works, IsEmpty());
}

TEST_F(MatchFiles, AreEqualByteByByteForEqualMatches) {
  const auto first = write({sample_matches()}, 1000);
  const std::string digest = storage::sha256_file(first[0].path).value();
  fs::remove_all(root_);
  EXPECT_EQ(storage::sha256_file(write({sample_matches()}, 1000)[0].path),
            digest);
}

TEST_F(MatchFiles, GiveBackWhatWasWritten) {
  write({sample_matches()}, 1000);
  const auto back = read(root_);
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_EQ(match_record_json(back[0], Explain::write),
            match_record_json(sample_matches(), Explain::write));
}

TEST_F(MatchFiles, GiveBackProbabilityAndWeights) {
  write({linkage_matches()}, 1000);
  const auto back = read(root_);
  ASSERT_THAT(back, SizeIs(1));
  ASSERT_TRUE(back[0].works[0].linkage);
  EXPECT_EQ(back[0].works[0].linkage->probability, .849281);
  EXPECT_EQ(back[0].works[0].linkage->log_odds, 2.495);
  EXPECT_THAT(back[0].works[0].linkage->weights, SizeIs(6));
  EXPECT_EQ(match_record_json(back[0], Explain::write),
            match_record_json(linkage_matches(), Explain::write));
}

// P88
TEST_F(MatchFiles, OfAStageAreThoseOfItsManifest) {
  auto publication = storage::Publication::begin(root_ / "stage", "search");
  ASSERT_TRUE(publication.has_value());
  auto writer = MatchFileWriter::begin(publication->dir() / "matches");
  ASSERT_TRUE(writer->put(sample_matches()).has_value());
  const auto files = writer->finish();
  ASSERT_TRUE(files.has_value());
  for (const auto& file : *files) {
    ASSERT_TRUE(publication->add(file.path, file.records).has_value());
  }
  ASSERT_TRUE(publication->publish({}).has_value());
  std::ofstream(root_ / "stage" / "matches" / "matches_0001.jsonl")
      << "left over\n";
  EXPECT_THAT(read(root_ / "stage"), SizeIs(1));
}

TEST_F(MatchFiles, AreNotWhatAMergeLeftBesideThem) {
  fs::create_directories(root_);
  std::ofstream(root_ / "matches.jsonl")
      << R"({"dmpDoi":"10.48321/a","works":[]})"
      << "\n";
  for (const char* name : {"merge_progress.jsonl", "failed_dmps.jsonl"})
    std::ofstream(root_ / (std::string("matches.jsonl.") + name)) << "{}\n";
  EXPECT_THAT(read(root_), SizeIs(1));
}

TEST_F(MatchFiles, OfTheFlatFormAreGroupedByPlan) {
  fs::create_directories(root_);
  std::ofstream(root_ / "matches.jsonl")
      << R"({"dmpDoi":"10.48321/b","work":{"doi":"10.5555/1"},"score":1,"scoreMax":9})"
         "\n"
      << R"({"dmpDoi":"10.48321/a","work":{"doi":"10.5555/2"},"score":2,"scoreMax":2})"
         "\n"
      << R"({"dmpDoi":"10.48321/b","work":{"doi":"10.5555/3"},"score":9,"scoreMax":9})"
         "\n";
  const auto plans = read(root_);
  ASSERT_THAT(plans, SizeIs(2));
  EXPECT_EQ(plans[0].plan_doi, "10.48321/a");
  ASSERT_THAT(plans[1].works, SizeIs(2));
  EXPECT_EQ(plans[1].works[0].work.doi, "10.5555/3");
  EXPECT_EQ(plans[1].score_max, 9);
}

TEST_F(MatchFiles, NameFileAndLineOfABadRecord) {
  fs::create_directories(root_);
  std::ofstream(root_ / "matches.jsonl")
      << R"({"dmpDoi":"10.48321/a","works":[]})"
      << "\n{\"dmpDoi\":7}\n";
  const Status status =
      read_matches(root_, [](model::PlanMatches&&) { return Status{}; });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::corrupt_input);
  EXPECT_THAT(status.error().message, HasSubstr("line 2"));
}

TEST_F(MatchFiles, SayWhenThereAreNone) {
  fs::create_directories(root_);
  const Status status =
      read_matches(root_, [](model::PlanMatches&&) { return Status{}; });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::not_found);
}

TEST(MatchRecord, HasEveryKeyOfTheSpec) {
  const std::string json = match_record_json(sample_matches(), Explain::write);
  EXPECT_EQ(json.find('\n'), std::string::npos);
  EXPECT_EQ(
      json,
      R"({"dmpDoi":"10.48321/d1qq01","planId":null,"works":[{"dmpDoi":"10.48321/d1qq01",)"
      R"("work":{"doi":"10.5555/kelp.1","hash":"9e107d9d372bb6826bd81d3542a419d6",)"
      R"("workType":"ARTICLE","publicationDate":"2024-05-01","title":"Kelp decline",)"
      R"("abstractText":"Kelp & peat.","authors":[{"orcid":"0000-0002-1825-0097",)"
      R"("firstInitial":"A","givenName":"Ana","middleInitials":null,"middleNames":null,)"
      R"("surname":"Silva","full":"Ana Silva"}],"institutions":[{"name":"Kelp House","ror":null}],)"
      R"("funders":[{"name":"NSF","ror":"021nxhr62"}],"awards":[{"awardId":"2345678"}],)"
      R"("publicationVenue":"Sea Letters","relations":{"intraWorkDois":[{"doi":"10.5555/ds"}],)"
      R"("possibleSharedProjectDois":[],"datasetCitationDois":[]},)"
      R"("updatedDate":"2024-06-01T00:00:00Z","source":{"name":"openalex","url":"https://openalex.org/W1"}},)"
      R"("score":31.2,"scoreMax":31.2,"doiMatch":{"found":true,"score":15.0,"sources":[)"
      R"({"parentAwardId":null,"awardId":"OCE-2345678","awardUrl":"https://www.nsf.gov/awardsearch/showAward?AWD_ID=2345678&HistoricalAwards=false"}]},)"
      R"("contentMatch":{"score":4.2,"titleHighlight":"<mark>Kelp</mark> decline","abstractHighlights":[]},)"
      R"("authorMatches":[{"index":0,"score":2.0,"fields":["authors.full.Silva","authors.orcid.0000-0002-1825-0097"]}],)"
      R"("institutionMatches":[],"funderMatches":[],)"
      R"("awardMatches":[{"index":0,"score":10.0,"fields":["awards.award_id.2345678"]}],)"
      R"("intraWorkDoiMatches":[],"possibleSharedProjectDoiMatches":[],"datasetCitationDoiMatches":[],)"
      R"("dateStatus":"inside","funderMismatch":false,"explain":[)"
      R"({"clause":"funded_dois","gate":true,"score":15.0,"items":[{"dmp":"10.5555/kelp.1","work":null,"how":"doi","points":15.0}],"note":null},)"
      R"({"clause":"authors","gate":true,"score":2.0,"items":[{"dmp":0,"work":0,"how":"orcid","points":2.0}],"note":"mean of 1 of 1"},)"
      R"({"clause":"awards","gate":true,"score":10.0,"items":[{"dmp":0,"work":0,"how":"award-agree","points":10.0}],"note":null},)"
      R"({"clause":"content","gate":false,"score":4.2,"items":[],"terms":[{"term":"kelp","field":"title","points":4.2}],"note":null}]}]})");
}

TEST(MatchRecord, NeverHasNaN) {
  model::PlanMatches plan = sample_matches();
  plan.works[0].score = std::numeric_limits<double>::quiet_NaN();
  plan.score_max = std::numeric_limits<double>::infinity();
  EXPECT_THAT(match_record_json(plan, Explain::omit),
              HasSubstr(R"("score":null,"scoreMax":null)"));
}

TEST(MatchRecord, LeavesTheExplanationOutWhenAsked) {
  const std::string json = match_record_json(sample_matches(), Explain::omit);
  EXPECT_EQ(json.find("explain"), std::string::npos);
}

TEST(MatchRecord, FallsBackToTheHashOfAnIndexWithoutVersionHash) {
  model::PlanMatches plan = sample_matches();
  plan.works[0].work.version_hash.clear();
  plan.works[0].work.hash = "00000000000000000000000000000001";
  EXPECT_THAT(match_record_json(plan, Explain::omit),
              HasSubstr(R"("hash":"00000000000000000000000000000001")"));
}

}  // namespace
}  // namespace dmp::results
