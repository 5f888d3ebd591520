#include "jobs/modification_window.h"

#include "match/options.h"
#include "storage/manifest.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>

namespace dmp::jobs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRun = "2026-03-01";

// A bucket with finished searches; today is 10 March 2026, the window 3 days.
class ModificationWindow : public ::testing::Test {
 protected:
  ModificationWindow()
      : root_(fs::temp_directory_path() /
              ("window_" + std::to_string(::getpid()))),
        bucket_(storage::open_folder(root_)) {
    fs::remove_all(root_);
  }
  ~ModificationWindow() override { fs::remove_all(root_); }

  void put(const std::string& stage, const storage::Manifest& manifest) {
    EXPECT_TRUE(bucket_->write(stage + "/manifest.json",
                               storage::manifest_json(manifest)));
  }
  // A search that ended on that day of March.
  static storage::Manifest search(const char* day) {
    storage::Manifest manifest;
    manifest.stage = "dmp-works-search";
    manifest.created_at = std::string("2026-03-") + day + "T10:00:00Z";
    return manifest;
  }
  std::string begin(const std::map<std::string, std::string>& lists = {}) {
    const auto day =
        window_begin(*bucket_, kRun, lists, text::to_day(2026, 3, 10) - 3);
    return day ? text::format_day(*day) : day.error().message;
  }
  std::string begin_of_parts(text::Day since) {
    const auto day =
        window_begin_of_parts(*bucket_, "dmp-works-search/r1", since);
    return day ? text::format_day(*day) : day.error().message;
  }

  fs::path root_;
  std::unique_ptr<storage::ObjectStore> bucket_;
};

TEST_F(ModificationWindow, IsOfTheClockWithoutAnEarlierSearch) {
  EXPECT_EQ(begin(), "2026-03-07");
}

TEST_F(ModificationWindow, GoesBackToTheDayBeforeTheLastSuccess) {
  put("dmp-works-search/a", search("05"));
  put("dmp-works-search/b", search("02"));
  EXPECT_EQ(begin(), "2026-03-04");
  put("dmp-works-search/c", search("09"));
  EXPECT_EQ(begin(), "2026-03-07");
}

TEST_F(ModificationWindow, GoesBackToThePlansOfThatSearch) {
  put("dmp-works-search/a", search("09"));
  put("dmps/a/transform", search("06"));
  put("dmps/b/transform", search("01"));
  EXPECT_EQ(begin(), "2026-03-05");
  // Plans that were read once more are not those of the search.
  put("dmp-works-search/a", search("04"));
  EXPECT_EQ(begin(), "2026-03-03");
}

// It ended days later, and its plans are gone.
TEST_F(ModificationWindow, GoesBackToTheDayBeforeThatSearchBegan) {
  auto last = search("08");
  last.search.emplace().started_at = "2026-03-05T23:50:00Z";
  put("dmp-works-search/a", last);
  put("dmp-works-search/b", search("06"));  // ended before, whenever it began
  EXPECT_EQ(begin(), "2026-03-04");
  put("dmps/a/transform", search("03"));
  EXPECT_EQ(begin(), "2026-03-02");
  put("dmps/a/transform", search("09"));  // read once more
  EXPECT_EQ(begin(), "2026-03-04");
  last.search->started_at = "soon";
  put("dmp-works-search/a", last);
  EXPECT_EQ(begin(), "2026-03-07");
  last.search->started_at = "2026-03-09T00:00:00Z";  // after it ended
  put("dmp-works-search/a", last);
  EXPECT_EQ(begin(), "2026-03-07");
}

TEST_F(ModificationWindow, CountsNoSearchThatLeftPlansOut) {
  put("dmp-works-search/a", search("01"));
  auto failed = search("04");
  failed.files = {{"r01/failures.jsonl", 1, 1, ""}};
  auto of_dates = search("04");
  of_dates.options["plans_from"] = "2025-01-01";
  auto partial = search("04");
  partial.partial = true;
  auto listed = search("03");
  listed.options["dmp_subset_dois"] = "x";
  put("dmp-works-search/b", failed);
  put("dmp-works-search/c", of_dates);
  put("dmp-works-search/d", partial);
  put("dmp-works-search/e", listed);
  put("dmp-works-search/" + std::string(kRun), search("04"));
  put("dmp-works-search/f/_parts/0-of-2", search("04"));
  put("dmp-works-search/.hidden", search("04"));
  EXPECT_EQ(begin(), "2026-02-28");
  // Those of a list are all plans of the same list.
  EXPECT_EQ(begin({{"dmp_subset_dois", "x"}}), "2026-03-02");
  EXPECT_EQ(begin({{"dmp_subset_dois", "y"}}), "2026-02-28");
}

TEST_F(ModificationWindow, SurvivesAManifestThatIsNone) {
  put("dmp-works-search/a", search("05"));
  put("dmp-works-search/c", {});
  EXPECT_TRUE(bucket_->write("dmp-works-search/b/manifest.json", "{\"st"));
  EXPECT_EQ(begin(), "2026-03-04");
}

TEST_F(ModificationWindow, IsThatOfThePartsThatAreThere) {
  const text::Day since = text::to_day(2026, 3, 7);
  EXPECT_EQ(begin_of_parts(since), "2026-03-07");
  auto part = search("08");
  part.options[kWindowOption] = "2026-03-06";
  put("dmp-works-search/r1/_parts/0-of-2", part);
  put("dmp-works-search/r1/_parts/1-of-2", search("08"));
  EXPECT_EQ(begin_of_parts(since), "2026-03-06");
  // Parts of a shorter window are of another search.
  EXPECT_EQ(begin_of_parts(since - 5), "2026-03-02");
}

// Whether a plan with these times is in a window from 7 March 2026.
bool is_in_window(const char* modified, const char* awards_changed) {
  match::SearchOptions options;
  options.changed_since = text::to_day(2026, 3, 7);
  model::Plan plan;
  plan.modified = text::parse_instant(modified);
  plan.awards_changed = text::parse_instant(awards_changed);
  return options.has_changed(plan);
}

// Days are those of UTC wherever the program runs (P72), and the first one
// counts as a whole.
class ChangedPlans : public ::testing::TestWithParam<const char*> {
 protected:
  ChangedPlans() {
    ::setenv("TZ", GetParam(), 1);
    ::tzset();
  }
  ~ChangedPlans() override {
    ::unsetenv("TZ");
    ::tzset();
  }
};

TEST_P(ChangedPlans, HaveADateInTheWindow) {
  EXPECT_FALSE(is_in_window("", ""));
  EXPECT_FALSE(is_in_window("2026-03-06T23:59:59.999999Z", ""));
  EXPECT_FALSE(is_in_window("2026-03-07T00:00:00+02:00", ""));
  EXPECT_TRUE(is_in_window("2026-03-07T02:00:00+02:00", ""));
  EXPECT_TRUE(is_in_window("2026-03-07", "2026-03-01"));
  EXPECT_FALSE(is_in_window("2026-03-06", "2026-03-06T20:00:00Z"));
  EXPECT_TRUE(is_in_window("2026-03-06", "2026-03-07T00:00:00Z"));
  EXPECT_TRUE(is_in_window("", "2026-03-07T00:00:00Z"));
  EXPECT_TRUE(match::SearchOptions().has_changed({}));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, ChangedPlans,
                         ::testing::Values("UTC0", "EAST-14", "WEST12"));

}  // namespace
}  // namespace dmp::jobs
