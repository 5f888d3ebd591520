#pragma once

#include "match/engine.h"
#include "sql/collection_stats.h"
#include "sql/linkage_stats.h"
#include "sql/session.h"
#include "sql/work_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dmp::match {

// A collection on disk: an index with its statistics. For tests only.
class SearchFixture : public ::testing::Test {
 protected:
  SearchFixture()
      : dir_(std::filesystem::temp_directory_path() /
             ("search_fixture_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(dir_);
    for (const char* name : {"scratch", "collection", "linkage"})
      std::filesystem::create_directories(dir_ / name);
  }
  ~SearchFixture() override { std::filesystem::remove_all(dir_); }

  // Writes `works` (by DOI) in some files, so that threads share them, and
  // fills the inputs, but for the plans.
  void publish_works(std::vector<model::Work> works, std::size_t files) {
    std::sort(works.begin(), works.end(),
              [](const auto& a, const auto& b) { return a.doi < b.doi; });
    std::vector<sql::TableBuffer> rows;
    rows.reserve(files);
    for (std::size_t i = 0; i < files; ++i)
      rows.emplace_back(sql::work_schema());
    std::size_t next = 0;
    sql::CollectionStats collection(dir_ / "scratch");
    sql::LinkageStats linkage(dir_ / "scratch");
    for (const auto& w : works) {
      sql::append_work(rows[next++ * files / works.size()], w, {});
      ASSERT_TRUE(collection.add(w));
      ASSERT_TRUE(linkage.add(w));
    }
    for (const auto& file : rows) {
      const auto name =
          "works_" + std::to_string(inputs_.works_files.size()) + ".parquet";
      ASSERT_TRUE(sql::write_parquet(file, {}, dir_ / name, {}));
      inputs_.works_files.push_back(dir_ / name);
    }
    auto session = sql::Session::open({});
    ASSERT_TRUE(collection.finish(*session, dir_ / "collection"));
    ASSERT_TRUE(linkage.finish(*session, {dir_ / "linkage", dir_ / "linkage"}));
    inputs_.collection_stats_dir = dir_ / "collection";
    inputs_.linkage_stats_dir = dir_ / "linkage";
  }

  std::vector<model::PlanMatches> find(const SearchOptions& options) {
    std::vector<model::PlanMatches> all;
    const auto status = search(
        inputs_, options,
        [&](model::PlanMatches&& matches) -> Status {
          all.push_back(std::move(matches));
          return {};
        },
        &counts_);
    EXPECT_TRUE(status) << status.error().message;
    return all;
  }

  // The same by shards, each with its share of the works.
  std::vector<model::PlanMatches> find_in_shards(const SearchOptions& options,
                                                 int count) {
    for (int index = 0; index < count; ++index) {
      KeptShard kept;
      kept.dir = dir_ / fmt::format("shard-{}-of-{}", index, count);
      std::filesystem::remove_all(kept.dir);
      const auto done = search_shard(inputs_, options, {index, count}, kept.dir,
                                     &kept.counts);
      EXPECT_TRUE(done) << done.error().message;
      inputs_.shards.push_back(kept);
    }
    auto found = find(options);
    inputs_.shards.clear();
    return found;
  }

  std::filesystem::path dir_;
  SearchInputs inputs_;
  SearchCounts counts_;  // of the last search
};

}  // namespace dmp::match
