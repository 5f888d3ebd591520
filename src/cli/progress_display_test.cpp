#include "cli/progress_display.h"

#include <gtest/gtest.h>

namespace dmp::cli {
namespace {

TEST(ProgressText, NamesTheStageAloneWhenNothingIsKnown) {
  EXPECT_EQ(progress_text({"search", ""}, 100), "search");
}

TEST(ProgressText, GivesRateAndTimeLeftFromTheShareDone) {
  const jobs::StageProgress progress{"transform datacite", "7/16 files", 0.25,
                                     1'204'300};
  EXPECT_EQ(progress_text(progress, 23),
            "transform datacite: 7/16 files, 1,204,300 records, 52,360/s, ETA "
            "1:09");
}

TEST(ProgressText, LeavesRateAndTimeOutInTheFirstSecond) {
  EXPECT_EQ(progress_text({"works index", "", 0.5, 999}, 0.4),
            "works index: 999 records");
}

TEST(ProgressText, HasNoTimeLeftWhenAllIsDone) {
  EXPECT_EQ(progress_text({"works index", "", 1, 1'000}, 2),
            "works index: 1,000 records, 500/s");
}

}  // namespace
}  // namespace dmp::cli
