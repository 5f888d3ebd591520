#include "match/linkage_pairs.h"

#include "sql/session.h"
#include "storage/manifest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dmp::match::linkage {
namespace {

namespace fs = std::filesystem;

// Two plans of two pairs, of which one lifts the other.
class LinkagePairs : public ::testing::Test {
 protected:
  LinkagePairs() {
    std::string pattern = (fs::temp_directory_path() / "pairsXXXXXX").string();
    stage_ = mkdtemp(pattern.data());
    dir_ = stage_ / "linkage_pairs";
    write();
  }
  ~LinkagePairs() override { fs::remove_all(stage_); }

  void write() const {
    fs::remove_all(dir_);
    std::vector<Pair> pairs(2);
    for (std::size_t i = 0; i < 2; ++i) {
      pairs[i].doi = fmt::format("10.5555/w{}", i);
      Levels& levels = pairs[i].levels;
      levels.works = 1000;
      levels.authors = {{NameLevel::full, .001, 0}};
      levels.has_date = true;
      levels.date_f = {0, 0, 0, .5, .5, 0, 0, 0};
      levels.date_g.fill(.125);
      pairs[i].relatives.type = "ARTICLE";
    }
    Groups groups;
    groups.cluster = {0, 1};
    groups.lifts = {{}, {{0, .9}}};
    TextChance chance{};
    chance.fill(measured_text_u());
    PairsFile file(dir_);
    for (const char* plan : {"10.48321/a", "10.48321/b"})
      file.append(plan, pairs, groups, std::vector<Final>(2), {});
    ASSERT_TRUE(file.flush());
    ASSERT_TRUE(file.finish(chance, 3));
  }

  // Writes the file anew as `select` of its rows T.
  void rewrite(const std::string& name, std::string select,
               const std::string& as = "") const {
    const std::string from = (dir_ / name).string();
    const fs::path to = dir_ / (as.empty() ? name : as), fresh = stage_ / "new";
    select.replace(select.find("{T}"), 3, sql::quote(from));
    auto session = sql::Session::open({});
    ASSERT_TRUE(session);
    const auto done =
        session->execute("COPY (" + select + ") TO " +
                         sql::quote(fresh.string()) + " (FORMAT parquet)");
    ASSERT_TRUE(done) << done.error().message;
    fs::rename(fresh, to);
  }

  void expect_corrupt(const std::string& name, const std::string& select,
                      const std::string& what) const {
    write();
    rewrite(name, select);
    const auto set = read_pairs(dir_);
    ASSERT_FALSE(set) << select;
    EXPECT_EQ(set.error().code, ErrorCode::corrupt_input) << select;
    const std::string& message = set.error().message;
    EXPECT_TRUE(message.starts_with((dir_ / name).string() + ": ")) << message;
    EXPECT_NE(message.find(what), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }

  fs::path stage_, dir_;
};

constexpr const char* kPairs = "pairs_0000.parquet";
constexpr const char* kChance = "text_chance.parquet";

TEST_F(LinkagePairs, ReadsBackWhatItWrote) {
  const auto set = read_pairs(dir_);
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->searched, 3);
  EXPECT_EQ(set->chance[3], measured_text_u());
  ASSERT_EQ(set->plans.size(), 2U);
  EXPECT_EQ(set->plans[1].dois,
            (std::vector<std::string>{"10.5555/w0", "10.5555/w1"}));
  EXPECT_EQ(set->plans[1].levels[0].authors.size(), 1U);
  EXPECT_EQ(set->plans[1].groups.lifts[1], (std::vector<Lift>{{0, .9}}));
}

// Files are read one after another, but for those that share a plan.
TEST_F(LinkagePairs, AreOrderedByPlanWhateverFilesTheyLieIn) {
  rewrite(kPairs,
          "SELECT * REPLACE (replace(dmp_doi, '/', '/0') AS dmp_doi) FROM {T}",
          "pairs_0001.parquet");
  rewrite(kPairs,
          "SELECT * REPLACE (work_doi || 'x' AS work_doi) FROM {T} WHERE "
          "dmp_doi = '10.48321/b'",
          "pairs_0002.parquet");
  rewrite(kPairs, "SELECT * FROM {T} WHERE false", "pairs_0003.parquet");
  const auto set = read_pairs(dir_);
  ASSERT_TRUE(set) << set.error().message;
  std::vector<std::string> plans;
  for (const auto& plan : set->plans) plans.push_back(plan.plan_doi);
  EXPECT_EQ(plans, (std::vector<std::string>{"10.48321/0a", "10.48321/0b",
                                             "10.48321/a", "10.48321/b"}));
  EXPECT_EQ(set->plans[3].dois,
            (std::vector<std::string>{"10.5555/w0", "10.5555/w0x", "10.5555/w1",
                                      "10.5555/w1x"}));
  EXPECT_EQ(set->pairs(), 10);
  // A wrong column is found in a file without a row, too.
  rewrite("pairs_0003.parquet", "SELECT * EXCLUDE (text_z) FROM {T}");
  const auto wrong = read_pairs(dir_);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("pairs_0003"), std::string::npos)
      << wrong.error().message;
}

// Another tool's types: each column is read as what it ought to be.
TEST_F(LinkagePairs, CastsColumnsOfOtherTypes) {
  rewrite(kPairs,
          "SELECT * REPLACE (works::VARCHAR AS works, award::BIGINT AS award, "
          "author_u::FLOAT[] AS author_u) FROM {T}");
  rewrite(kChance, "SELECT * REPLACE (chance::VARCHAR AS chance) FROM {T}");
  const auto set = read_pairs(dir_);
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->plans[0].levels[0].works, 1000);
  EXPECT_NEAR(set->plans[0].levels[0].authors[0].u, .001, 1e-9);
  EXPECT_EQ(set->chance[0], measured_text_u());
}

TEST_F(LinkagePairs, NamesTheColumnOfPairsThatIsWrong) {
  const std::pair<const char*, const char*> table[] = {
      {"'many'", "works"},
      {"NULL", "works"},
      {"0.5", "works"},
      {"'inf'::DOUBLE", "works"},
      {"NULL", "work_doi"},
      {"''", "dmp_doi"},
      {"7", "author_u"},
      {"[1.5::DOUBLE]", "author_u"},
      {"[NULL::DOUBLE]", "author_u"},
      {"list_transform(range(51), lambda x: 1)", "author_levels"},
      {"[99]", "author_levels"},
      {"[-2]", "author_positions"},
      {"4", "text_condition"},
      {"'nan'::DOUBLE", "text_z"},
      {"'yes, it has'", "has_date"},
      {"list_transform(date_shares, lambda x: 0.0)", "date_shares"},
      {"list_transform(date_shares, lambda x: -1.0)", "date_shares"},
      {"list_transform(date_shares, lambda x: 'nan')", "date_shares"},
      {"list_transform(date_u, lambda x: 0.0)", "date_u"},
      {"2", "funder_u"},
      {"'inf'::DOUBLE", "award_u"},
      {"99", "award"},
      {"0", "relation_u"},
      {"[5]", "related_rho"},
      {"list_transform(related_rho, lambda x: 5.0)", "related_rho"},
      {"list_transform(related_rho, lambda x: 'nan')", "related_rho"},
      {"'inf'::DOUBLE", "log_odds"},
      {"1.5", "probability"},
      {"-3", "work_year"}};
  for (const auto& [value, column] : table) {
    expect_corrupt(
        kPairs,
        fmt::format("SELECT * REPLACE ({} AS {}) FROM {{T}}", value, column),
        column);
  }
  expect_corrupt(kPairs, "SELECT * EXCLUDE (text_u) FROM {T}", "text_u");
}

TEST_F(LinkagePairs, NamesTheColumnOfChancesThatIsWrong) {
  const std::pair<const char*, const char*> table[] = {
      {"SELECT * FROM {T} WHERE false", "0 conditions"},
      {"SELECT * FROM {T} WHERE condition < 3", "3 conditions"},
      {"SELECT * FROM {T} UNION ALL SELECT 3, chance, plans FROM "
       "(SELECT [1.0] AS chance, 3 AS plans)",
       "condition"},
      {"SELECT 0 AS condition, chance, plans FROM {T}", "condition"},
      {"SELECT condition, chance[:15] AS chance, plans FROM {T}", "chance"},
      {"SELECT condition, list_transform(chance, lambda x: 'inf'::DOUBLE) AS "
       "chance, plans FROM {T}",
       "chance"},
      {"SELECT condition, list_transform(chance, lambda x: 'nan'::DOUBLE) AS "
       "chance, plans FROM {T}",
       "chance"},
      {"SELECT condition, 'much' AS chance, plans FROM {T}", "chance"},
      {"SELECT condition, chance, -5 AS plans FROM {T}", "plans"},
      {"SELECT condition, chance, condition AS plans FROM {T}", "plans"},
      {"SELECT condition, chance, NULL AS plans FROM {T}", "plans"}};
  for (const auto& [select, what] : table)
    expect_corrupt(kChance, select, what);
}

TEST_F(LinkagePairs, NamesTheFileThatIsWrong) {
  rewrite(kPairs, "SELECT * REPLACE ('10.48321/c' AS dmp_doi) FROM {T} LIMIT 0",
          "pairs_0001.parquet");
  rewrite(kPairs,
          "SELECT * REPLACE ('10.48321/c' AS dmp_doi, 2 AS award_u) FROM {T}",
          "pairs_0002.parquet");
  const auto set = read_pairs(dir_);
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().message.find("pairs_0002.parquet: bad award_u"),
            std::string::npos)
      << set.error().message;
}

// Counted twice, the links of a plan give a MAP near 2.
TEST_F(LinkagePairs, NamesAPairThatStandsTwice) {
  expect_corrupt(kPairs, "SELECT t.* FROM {T} t, range(2)",
                 "repeated pair 10.48321/a 10.5555/w0");
  expect_corrupt(kPairs, "SELECT * REPLACE (12345678 AS work_doi) FROM {T}",
                 "repeated pair 10.48321/a 12345678");
  write();
  rewrite(kPairs, "SELECT * FROM {T}", "pairs_0001.parquet");
  rewrite("pairs_0001.parquet", "SELECT * FROM {T}", kPairs);
  const auto set = read_pairs(dir_);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, ErrorCode::corrupt_input);
}

// From the stage or the folder itself, wherever the manifest has it.
TEST_F(LinkagePairs, ReadsTheFilesThatTheManifestLists) {
  fs::create_directories(stage_ / "r01");
  fs::copy(dir_, stage_ / "r01" / "linkage_pairs");
  for (const char* inner : {"linkage_pairs", "r01/linkage_pairs"}) {
    storage::Manifest manifest;
    manifest.stage = "dmp-works-search";
    for (const char* name : {kPairs, kChance})
      manifest.files.push_back({fs::path(inner) / name, 1, 1, "00"});
    ASSERT_TRUE(storage::write_file_atomically(
        stage_ / "manifest.json", storage::manifest_json(manifest)));
    dir_ = stage_ / inner;
    rewrite(kPairs, "SELECT * FROM {T}", "pairs_0001.parquet");
    fs::copy(dir_ / "pairs_0001.parquet", dir_ / kPairs,
             fs::copy_options::overwrite_existing);
    for (const auto& place : {stage_, dir_, dir_ / ""}) {
      const auto set = read_pairs(place);
      ASSERT_TRUE(set) << place << ": " << set.error().message;
      EXPECT_EQ(set->pairs(), 4) << place;
    }
  }
  fs::remove(stage_ / "manifest.json");
  EXPECT_FALSE(read_pairs(dir_));
}

}  // namespace
}  // namespace dmp::match::linkage
