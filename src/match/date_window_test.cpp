#include "match/date_window.h"

#include "match/small_pairs.h"

#include <gtest/gtest.h>

namespace dmp::match {
namespace {

// P23, P86: undated and early works stay findable by a funded DOI.
TEST(Dates, FindsUndatedAndEarlyWorksByTheirFundedDoi) {
  auto plan = plan_of({});
  plan.awards = {award({"OCE-2345678"})};
  plan.awards[0].funded_dois = {"10.5555/kelp.1"};
  auto work = work_of({});
  work.publication_date = text::to_day(2001, 1, 1);
  const auto early = judge(plan, work);
  ASSERT_TRUE(early);
  EXPECT_EQ(early->date_status, "outside");
  EXPECT_FALSE(judge(plan, work, baseline()));
  work.publication_date.reset();
  const auto undated = judge(plan, work);
  ASSERT_TRUE(undated);
  EXPECT_EQ(undated->date_status, "unknown");
  EXPECT_FALSE(judge(plan, work, baseline()));
}

// The bounds of the window, both inclusive; a year may be its last day.
TEST(Dates, KeepsBothEndsOfTheWindow) {
  const auto plan = plan_of({author("Silva", "Ana")});
  auto work = work_of({author("Silva", "Ana")});
  const auto passes = [&](int year, int month, int day, bool improved) {
    work.publication_date = text::to_day(year, month, day);
    return judge(plan, work, improved ? SearchOptions() : baseline())
        .has_value();
  };
  for (const bool improved : {false, true}) {
    EXPECT_TRUE(passes(2024, 3, 1, improved));
    EXPECT_FALSE(passes(2024, 2, 29, improved));
    EXPECT_TRUE(passes(2030, 2, 28, improved));
    EXPECT_FALSE(passes(2030, 3, 1, improved));
  }
  work.publication_date_end = text::to_day(2024, 12, 31);
  EXPECT_TRUE(passes(2024, 1, 1, true));
  EXPECT_FALSE(passes(2024, 1, 1, false));
}

// ------------------------------------------------- A3: what lets a work in

bool passes(const model::Plan& plan, const model::Work& work,
            const SearchOptions& options = {}) {
  return judge(plan, work, options).has_value();
}

// A number with another funder is still full; a bare one is not.
TEST(DateExcuses, LetAFullAwardInFromOneYearBeforeTheStart) {
  auto plan = plan_of({author("Silva", "Ana")});
  plan.awards = {award({"OCE-2345678", "2345678"})};
  auto work = work_of({author("Silva", "Ana")});
  work.awards = {{"OCE-2345678", {"0other001"}, {}}};
  work.publication_date = text::to_day(2023, 3, 1);
  EXPECT_TRUE(passes(plan, work));
  EXPECT_FALSE(passes(plan, work, without(Improvement::dates)));
  work.publication_date = text::to_day(2023, 2, 28);
  EXPECT_FALSE(passes(plan, work));
  work.publication_date = text::to_day(2031, 1, 1);  // no later bound
  EXPECT_TRUE(passes(plan, work));
  work.awards[0].award_id = "2345678";
  EXPECT_FALSE(passes(plan, work));
}

// The buffer moves the window, not the year before the start.
TEST(DateExcuses, CountTheYearOfAnAwardFromTheStartItself) {
  auto plan = plan_of({});
  plan.awards = {award({"OCE-2345678"})};
  plan.project_start = text::to_day(2024, 2, 29);
  auto work = work_of({});
  work.awards = {{"OCE-2345678", {}, {}}};
  SearchOptions options;
  options.project_start_buffer_days = 100;
  work.publication_date = text::to_day(2023, 2, 28);
  EXPECT_TRUE(passes(plan, work, options));
  work.publication_date = text::to_day(2023, 2, 27);
  EXPECT_FALSE(passes(plan, work, options));
}

// Of the three relations only that of one work's versions.
TEST(DateExcuses, LetAVersionOfAnOutputIn) {
  auto plan = plan_of({});
  plan.published_outputs = {"10.5555/p"};
  auto work = work_of({});
  work.publication_date = text::to_day(1999, 1, 1);
  work.possible_shared_project_dois = {"10.5555/p"};
  work.dataset_citation_dois = {"10.5555/p"};
  EXPECT_FALSE(passes(plan, work));
  work.intra_work_dois = {"10.5555/p"};
  EXPECT_TRUE(passes(plan, work));
  EXPECT_FALSE(passes(plan, work, without(Improvement::dates)));
}

// ------------------------------------------------------------------ the bounds

TEST(DateWindow, BeginsEarlierByTheBuffer) {
  const auto plan = plan_of({author("Silva", "Ana")});
  auto work = work_of({author("Silva", "Ana")});
  SearchOptions options;
  options.project_start_buffer_days = 10;
  work.publication_date = text::to_day(2024, 2, 20);
  EXPECT_TRUE(passes(plan, work, options));
  options.without = {Improvement::dates};
  EXPECT_FALSE(passes(plan, work, options));
  options.without = {};
  work.publication_date = text::to_day(2024, 2, 19);
  EXPECT_FALSE(passes(plan, work, options));
}

// dmps.md 3: an end that was made up counts two years longer.
TEST(DateWindow, EndsLaterWhereTheEndIsInferred) {
  auto plan = plan_of({author("Silva", "Ana")});
  plan.end_inferred = true;
  auto work = work_of({author("Silva", "Ana")});
  work.publication_date = text::to_day(2032, 2, 28);
  EXPECT_TRUE(passes(plan, work));
  EXPECT_FALSE(passes(plan, work, baseline()));
  work.publication_date = text::to_day(2032, 2, 29);
  EXPECT_FALSE(passes(plan, work));
}

// An end on 29 February: three years later the 28th, four years later the 29th.
TEST(DateWindow, EndsOnTheLastOfFebruary) {
  auto plan = plan_of({author("Silva", "Ana")});
  plan.project_end = text::to_day(2028, 2, 29);
  auto work = work_of({author("Silva", "Ana")});
  work.publication_date = text::to_day(2031, 2, 28);
  EXPECT_TRUE(passes(plan, work));
  work.publication_date = text::to_day(2031, 3, 1);
  EXPECT_FALSE(passes(plan, work));
  SearchOptions four;
  four.project_end_buffer_years = 4;
  work.publication_date = text::to_day(2032, 2, 29);
  EXPECT_TRUE(passes(plan, work, four));
  work.publication_date = text::to_day(2032, 3, 1);
  EXPECT_FALSE(passes(plan, work, four));
}

// Without an end the window is open; without a start it begins in 1990, but an
// earlier start that is known counts.
TEST(DateWindow, IsOpenWhereAPlanHasNoDates) {
  auto plan = plan_of({author("Silva", "Ana")});
  plan.project_end.reset();
  auto work = work_of({author("Silva", "Ana")});
  work.publication_date = text::to_day(2099, 12, 31);
  EXPECT_TRUE(passes(plan, work));
  plan.project_start.reset();
  for (const SearchOptions& options : {SearchOptions(), baseline()}) {
    work.publication_date = text::to_day(1990, 1, 1);
    EXPECT_TRUE(passes(plan, work, options));
    work.publication_date = text::to_day(1989, 12, 31);
    EXPECT_FALSE(passes(plan, work, options));
  }
  plan.project_start = text::to_day(1980, 1, 1);
  EXPECT_TRUE(passes(plan, work));
}

}  // namespace
}  // namespace dmp::match
