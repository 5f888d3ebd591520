#include "jobs/works_runs.h"

#include "storage/manifest.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;

// A bucket with process-works runs; ours is 2026-02-04, of that day.
class WorksRuns : public ::testing::Test {
 protected:
  WorksRuns()
      : root_(fs::temp_directory_path() /
              ("works_runs_" + std::to_string(::getpid()))),
        bucket_(storage::open_folder(root_)) {
    fs::remove_all(root_);
  }
  ~WorksRuns() override { fs::remove_all(root_); }

  void finish(const std::string& run, const std::string& release = "") {
    storage::Manifest manifest;
    manifest.stage = "works index";
    if (!release.empty()) manifest.options["release_date"] = release;
    EXPECT_TRUE(bucket_->write("sqlmesh/" + run + "/manifest.json",
                               storage::manifest_json(manifest)));
  }
  void begin(const std::string& run) {
    EXPECT_TRUE(bucket_->write("sqlmesh/" + run + "/report.json", "{}"));
  }
  std::string newest() const {
    const auto run = newest_works_run(*bucket_);
    return run ? *run : run.error().message;
  }
  std::string previous() const {
    const auto run =
        previous_works_run(*bucket_, "2026-02-04", text::to_day(2026, 2, 4));
    return run ? *run : run.error().message;
  }

  fs::path root_;
  std::unique_ptr<storage::ObjectStore> bucket_;
};

TEST_F(WorksRuns, AreOrderedByReleaseNotByName) {
  finish("spring", "2026-01-20");
  finish("2026-01-10");
  finish("zero");  // nobody knows of when
  EXPECT_EQ(newest(), "spring");
  EXPECT_EQ(previous(), "spring");
}

TEST_F(WorksRuns, OfOurReleaseOrLaterAreNotPrevious) {
  finish("2025-12-01");
  finish("again", "2026-02-04");
  finish("2026-02-04");
  finish("2026-03-01");
  EXPECT_EQ(previous(), "2025-12-01");
  EXPECT_EQ(newest(), "2026-03-01");
}

TEST_F(WorksRuns, UnfinishedOnesAreNeverChosen) {
  begin("2026-01-31");
  finish("2025-12-01");
  EXPECT_EQ(previous(), "2025-12-01");
  EXPECT_EQ(newest(), "2025-12-01");
}

TEST_F(WorksRuns, NoneOlderStartsEmpty) {
  EXPECT_EQ(previous(), kInitialRun);
  begin("2026-02-04");  // our own, killed
  finish("2026-03-01");
  EXPECT_EQ(previous(), kInitialRun);
}

TEST_F(WorksRuns, OnlyUnfinishedOlderOnesAreAnError) {
  begin("2026-01-31");
  EXPECT_NE(previous().find("sqlmesh/2026-01-31 is older and not finished"),
            std::string::npos);
  EXPECT_NE(newest().find("no finished run"), std::string::npos);
}

}  // namespace
}  // namespace dmp::jobs
