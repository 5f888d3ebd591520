#include "jobs/local_search.h"

#include "dmps/plan_table.h"
#include "jobs/search_failures.h"
#include "jobs/staged_search.h"
#include "match/random_world.h"
#include "match/search_fixture.h"
#include "results/match_files.h"
#include "storage/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;

// Stages of plans and works, and what is found in them.
class Search : public match::SearchFixture {
 protected:
  Search() {
    match::World world(31);
    std::vector<model::Work> works;
    for (int i = 0; i < 100; ++i) {
      works.push_back(world.work());
      works.back().doi = "10.5555/w" + std::to_string(i);
    }
    for (int i = 0; i < 5; ++i) {
      plans_.push_back(world.plan());
      plans_.back().doi = "10.48321/d" + std::to_string(i);
      plans_.back().source = "export";
    }
    publish_works(std::move(works), 2);
    publish_index();
    search_.works_index = dir_ / "sqlmesh/2026-01-29";
    search_.plans = dir_ / "plans";
    search_.options.max_results = 5;
  }

  void publish_index() {
    const fs::path stage = dir_ / "sqlmesh/2026-01-29";
    auto publication = storage::Publication::begin(stage, "works-index");
    ASSERT_TRUE(publication);
    const auto add = [&](const fs::path& from, const fs::path& to) {
      fs::create_directories(to.parent_path());
      fs::copy_file(from, to);
      ASSERT_TRUE(publication->add(to));
    };
    for (const auto& file : inputs_.works_files)
      add(file, publication->dir() / "works_index" / file.filename());
    for (const char* name : {"collection", "linkage"}) {
      for (const auto& file : fs::directory_iterator(dir_ / name))
        add(file.path(), publication->dir() / (std::string(name) + "_stats") /
                             file.path().filename());
    }
    ASSERT_TRUE(publication->publish({}));
  }

  void publish_plans() {
    storage::Manifest manifest;
    manifest.stage = "dmps-transform";
    auto publication =
        storage::Publication::begin(search_.plans, manifest.stage);
    ASSERT_TRUE(publication);
    const fs::path table = publication->dir() / "dmps_batch_0.parquet";
    ASSERT_TRUE(dmps::write_plan_table(plans_, table));
    ASSERT_TRUE(publication->add(table));
    ASSERT_TRUE(publication->publish(manifest));
  }

  StagedSearch staged() const {
    StagedSearch search;
    search.dmps = search_.plans;
    search.works_index = search_.works_index;
    search.options = search_.options;
    search.stage_dir = dir_ / "stage";
    search.run_id = "2026-02-04";
    return search;
  }

  // Names in a folder but for what the manifest needs below it.
  static std::set<std::string> names_in(const fs::path& dir) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir))
      names.insert(entry.path().filename().string());
    return names;
  }

  static std::vector<std::string> plans_of(const fs::path& matches) {
    std::vector<std::string> dois;
    const auto read = results::read_matches(
        matches, [&](model::PlanMatches&& plan) -> Status {
          dois.push_back(plan.plan_doi);
          return {};
        });
    EXPECT_TRUE(read) << read.error().message;
    return dois;
  }

  std::vector<model::Plan> plans_;
  LocalSearch search_;
};

TEST_F(Search, LaysFilesSideBySide) {
  publish_plans();
  search_.options.plans_per_file = 3;
  const fs::path out = dir_ / "out";
  const auto done = search_to_folder(search_, out);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(names_in(out),
            (std::set<std::string>{"manifest.json", "matches_0000.jsonl.gz",
                                   "matches_0001.jsonl.gz"}));
  EXPECT_EQ(plans_of(out).size(), 5U);
}

TEST_F(Search, LeavesNoFileOfALongerRunBehind) {  // P88
  publish_plans();
  const fs::path out = dir_ / "out";
  search_.options.plans_per_file = 1;
  ASSERT_TRUE(search_to_folder(search_, out));
  search_.options.plans_per_file = 1000;
  ASSERT_TRUE(search_to_folder(search_, out));
  EXPECT_EQ(
      names_in(out),
      (std::set<std::string>{"manifest.json", "matches_0000.jsonl.gz", "r01"}));
  EXPECT_TRUE(fs::is_symlink(out / "matches_0000.jsonl.gz"));
  EXPECT_EQ(plans_of(out).size(), 5U);
  EXPECT_EQ(plans_of(out / "matches_0000.jsonl.gz").size(), 5U);
}

TEST_F(Search, SaysInTheManifestHowItWasMade) {
  publish_plans();
  search_.options.similarity = match::Similarity::legacy_bm25;
  search_.options.disabled = {match::Feature::funders, match::Feature::awards};
  const auto done = search_to_folder(search_, dir_ / "out");
  ASSERT_TRUE(done) << done.error().message;
  const auto manifest = storage::read_manifest(dir_ / "out");
  ASSERT_TRUE(manifest && manifest->search);
  const auto& run = *manifest->search;
  EXPECT_EQ(run.run_id, std::nullopt);
  const auto began = text::parse_instant(run.started_at);
  ASSERT_TRUE(began);
  EXPECT_LE(*began, text::parse_instant(manifest->created_at));
  EXPECT_EQ(run.engine + " " + run.query_builder + " " + run.ranker + " " +
                run.similarity,
            "stream dmpworks query legacy-bm25");
  EXPECT_FALSE(run.linkage);
  EXPECT_EQ(run.works_index.name, "2026-01-29");
  EXPECT_EQ(run.works_index.docs, 100);
  EXPECT_EQ(run.works_index.stats.size(), 64U);
  EXPECT_EQ(run.dmps, 5);
  EXPECT_GT(run.dmps_with_hits, 0);
  EXPECT_EQ(run.works, manifest->counters.at("matches"));
  EXPECT_THAT(manifest->options,
              IsSupersetOf(std::map<std::string, std::string>{
                  {"builder", "dmpworks"},
                  {"disabled", "funders,awards"},
                  {"max_results", "5"},
                  {"similarity", "legacy-bm25"}}));
}

TEST_F(Search, NamesTheParametersOfTheLinkage) {
  publish_plans();
  search_.options.ranker = match::Ranker::linkage;
  const auto done = search_stages(staged());
  ASSERT_TRUE(done) << done.error().message;
  const auto& run = done->manifest.search;
  ASSERT_TRUE(run && run->linkage);
  EXPECT_EQ(run->run_id, "2026-02-04");
  EXPECT_EQ(run->ranker, "linkage");
  EXPECT_EQ(run->linkage->method, "default");
  EXPECT_EQ(run->linkage->sha256,
            done->manifest.options.at("linkage_parameters"));
}

TEST_F(Search, BeganWithItsFirstShard) {
  publish_plans();
  const fs::path parts = dir_ / "stage" / storage::kPartsName;
  for (int index = 0; index < 2; ++index)
    ASSERT_TRUE(search_shard_of(staged(), {index, 2}));
  const fs::path second = parts / "1-of-2";
  auto part = storage::read_manifest(second);
  ASSERT_TRUE(part && part->search);
  part->search->started_at = "2026-02-04T23:59:59Z";
  ASSERT_TRUE(storage::write_file_atomically(second / "manifest.json",
                                             storage::manifest_json(*part)));
  const auto done = finish_search(staged(), 2, parts);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.search->started_at, "2026-02-04T23:59:59Z");
  EXPECT_EQ(done->manifest.search->dmps, 5);
}

TEST_F(Search, ListsPlansThatFailAndFindsAllOthers) {
  plans_[0].doi.clear();
  plans_[3].project_end = std::numeric_limits<std::int32_t>::max();
  publish_plans();
  const fs::path out = dir_ / "out";
  const auto done = search_to_folder(search_, out);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(plans_of(out),
              ElementsAre("10.48321/d1", "10.48321/d2", "10.48321/d4"));
  EXPECT_EQ(
      storage::read_file(out / "failures.jsonl").value(),
      R"({"dmpDoi":null,"stage":"record","error":"the record has no DOI","attempts":1}
{"dmpDoi":"10.48321/d3","stage":"record","error":"project_end: not a day of the years 1 to 9999","attempts":1}
)");
  const auto& manifest = done->manifest;
  EXPECT_EQ(manifest.search->failed, 2);
  EXPECT_EQ(manifest.rows_in, 5);
  EXPECT_EQ(manifest.rows_out, 3);
  EXPECT_EQ(manifest.dropped.at("search_failed"), 2);
  EXPECT_EQ(manifest.files.back().rows, 2);
  EXPECT_FALSE(search_verdict(manifest, 1));
  EXPECT_TRUE(search_verdict(manifest, 2));
}

TEST_F(Search, ListsFailuresBesideOneFileToo) {
  plans_[3].project_start = std::numeric_limits<std::int32_t>::max();
  publish_plans();
  const fs::path file = dir_ / "one/matches.jsonl";
  fs::create_directories(file.parent_path());
  ASSERT_TRUE(search_to_file(search_, file));
  EXPECT_EQ(
      names_in(file.parent_path()),
      (std::set<std::string>{"matches.jsonl", "matches.jsonl.failures.jsonl"}));
  EXPECT_EQ(plans_of(file.parent_path()).size(), 4U);
  plans_[3].project_start.reset();
  publish_plans();
  ASSERT_TRUE(search_to_file(search_, file));
  EXPECT_EQ(names_in(file.parent_path()),
            (std::set<std::string>{"matches.jsonl"}));
}

TEST_F(Search, IsMadeAgainWhileMoreFailThanIsPutUpWith) {
  plans_[3].project_end = std::numeric_limits<std::int32_t>::max();
  publish_plans();
  StagedSearch search = staged();
  const auto up_to_date = [&] { return search_stages(search)->up_to_date; };
  EXPECT_FALSE(up_to_date());
  EXPECT_TRUE(fs::exists(search.stage_dir / "failures.jsonl"));
  EXPECT_TRUE(fs::exists(search.stage_dir / "matches/matches_0000.jsonl.gz"));
  EXPECT_FALSE(up_to_date());
  search.options.max_failed = 1;
  EXPECT_TRUE(up_to_date());
}

TEST_F(Search, OfASubsetSearchesThePlansOfEitherList) {
  plans_[4].institutions = {{"Kelp House", std::nullopt}};
  publish_plans();
  search_.subset_dois = {"d.json", R"(["https://doi.org/10.48321/D1"])"};
  search_.subset_institutions = {"i.json", R"([{"name":"Kelp House"}])"};
  const auto done = search_to_folder(search_, dir_ / "out");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(plans_of(dir_ / "out"),
              ElementsAre("10.48321/d1", "10.48321/d4"));
  EXPECT_TRUE(done->manifest.subset);
  EXPECT_EQ(done->manifest.rows_in, 5);
  EXPECT_EQ(done->manifest.dropped.at("not_in_subset"), 3);
}

TEST_F(Search, OfASubsetWithoutAnEntryIsRefused) {  // P95
  publish_plans();
  search_.subset_dois = {"d.json", "[]"};
  EXPECT_FALSE(search_to_folder(search_, dir_ / "out"));
  EXPECT_FALSE(fs::exists(dir_ / "out"));
}

}  // namespace
}  // namespace dmp::jobs
