// The linkage statistics of an index that continues another one, by the stage
// itself.
#include "sql/index_world.h"
#include "sql/linkage_update.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace dmp::sql {
namespace {

namespace fs = std::filesystem;

class IndexLinkageTest : public ::testing::Test {
 protected:
  IndexLinkageTest() { add_many(world_); }

  // The stage `name` on a day of January, which continues `before`, if any.
  IndexWorld::Change on_day(int day, const std::string& before, int ranges,
                            int threads) {
    return [=, this](WorksIndexOptions& options) {
      options.release_date = text::to_day(2026, 1, day);
      options.run_id = "run";
      options.ranges = ranges;
      options.threads = threads;
      if (!before.empty()) options.previous = world_.stage(before);
    };
  }
  // Files of statistics and the singles with their sums.
  std::string sums(const std::string& name) const {
    std::string all;
    const auto manifest = storage::read_manifest(world_.stage(name));
    if (!manifest) return name + ": " + manifest.error().message;
    for (const char* prefix : {"linkage_stats/", "linkage_state/singles"})
      for (const auto& file : manifest->files_named(prefix))
        all += fs::path(file.path).filename().string() + file.sha256 + "\n";
    return all;
  }
  // Some works come, go and change.
  void change() {
    ++changes_;
    world_.add("datacite",
               fmt::format("'10.1/n{0}' AS doi, 'New' AS title, [{{'surname': "
                           "'S1'}}, {{'surname': 'S{0}'}}] AS authors",
                           changes_));
    world_.drop("datacite", fmt::format("doi = '10.1/d{}'", changes_ * 7));
    world_.drop("openalex_works",
                fmt::format("doi LIKE '10.1/o%{}5'", changes_));
  }
  std::int64_t steps(const std::string& name) const {
    return storage::read_manifest(world_.stage(name))
        .value_or(storage::Manifest{})
        .counters["linkage_steps"];
  }

  IndexWorld world_;
  int changes_ = 0;
};

TEST_F(IndexLinkageTest, IsThatOfAllWorksOverDays) {
  world_.build("d1", on_day(1, "", 1, 1));
  const struct {
    const char *name, *before;
    int day;
  } runs[] = {{"d2", "d1", 2},
              {"d2-again", "d2", 2},  // continues a run of its own day
              {"d3", "d2-again", 3}};
  int cut = 0;
  for (const auto& run : runs) {
    change();
    ++cut;
    world_.build(run.name, on_day(run.day, run.before, 1 + cut, cut));
    world_.build("all", on_day(run.day, "", 2, 1));
    EXPECT_EQ(sums(run.name), sums("all")) << run.name;
    EXPECT_EQ(steps(run.name), steps(run.before) + 1) << run.name;
    EXPECT_EQ(steps("all"), 0);
  }
}

TEST_F(IndexLinkageTest, IsTheSameInPhases) {
  world_.build("d1", on_day(1, "", 1, 1));
  change();
  world_.build("whole", on_day(2, "d1", 1, 1));
  const auto options = world_.options_of("apart", on_day(2, "d1", 3, 2));
  const fs::path parts = options.stage_dir / storage::kPartsName;
  ASSERT_TRUE(prepare_works_index(options).has_value());
  for (const int index : {0, 1, 2}) {
    ASSERT_TRUE(
        make_index_range(options, index, parts / "prepare").has_value());
  }
  const auto built = finish_works_index(options, parts);
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_EQ(sums("apart"), sums("whole"));
  EXPECT_EQ(steps("apart"), 1);
  EXPECT_EQ(world_.content("apart"), world_.content("whole"));
}

// Makes the stage in a process that is killed as soon as `file` is there.
// Whether it was killed before it was done.
bool killed_at(const WorksIndexOptions& options, const fs::path& file) {
  fs::remove(file);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(build_works_index(options) ? 0 : 1);
  int ended = 0;
  while (::waitpid(child, &ended, WNOHANG) == 0) {
    if (fs::exists(file)) ::kill(child, SIGKILL);
    ::usleep(100);
  }
  return WIFSIGNALED(ended);
}

TEST_F(IndexLinkageTest, GoesOnAfterKills) {
  world_.build("d1", on_day(1, "", 1, 1));
  change();
  world_.build("whole", on_day(2, "d1", 4, 1));
  const auto options = world_.options_of("killed", on_day(2, "d1", 4, 1));
  const fs::path stage = options.stage_dir;
  for (const char* file :
       {"_parts/64-127/manifest.json", "linkage_stats/summary.parquet",
        "linkage_stats/counts.parquet", "linkage_state/singles.parquet"}) {
    ASSERT_TRUE(killed_at(options, stage / file)) << file;
    EXPECT_EQ(storage::read_manifest(stage).error().code, ErrorCode::not_found);
  }
  const auto built = build_works_index(options);
  ASSERT_TRUE(built.has_value()) << built.error().message;
  EXPECT_EQ(sums("killed"), sums("whole"));
  EXPECT_EQ(steps("killed"), 1);
  EXPECT_EQ(world_.content("killed"), world_.content("whole"));
}

}  // namespace
}  // namespace dmp::sql
