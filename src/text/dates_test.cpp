#include "text/dates.h"

#include <gtest/gtest.h>

namespace dmp::text {
namespace {

std::string show(const std::optional<DateInterval>& date) {
  if (!date) return "none";
  return format_day(date->first) + ".." + format_day(date->last) + " " +
         std::string(precision_name(date->precision));
}

// Source: records.md 1.4 and 10; P09, P10.
TEST(ParseDate, KnowsTheFormsOfTheTableAndNoOther) {
  const struct {
    const char* text;
    const char* shown;
  } rows[] = {
      {"2019", "2019-01-01..2019-12-31 year"},
      {"2019-05", "2019-05-01..2019-05-31 month"},
      {"2019/05", "2019-05-01..2019-05-31 month"},
      {"2019-05-07", "2019-05-07..2019-05-07 day"},
      {"2019/05/07", "2019-05-07..2019-05-07 day"},
      {"20190507", "2019-05-07..2019-05-07 day"},
      {"2019-05-07T10:00:00Z", "2019-05-07..2019-05-07 day"},
      {"2010-05-07 12:00:00.000000", "2010-05-07..2010-05-07 day"},
      {"2020-12-31T23:30:00-02:00", "2020-12-31..2020-12-31 day"},
      {"2018/2019", "2018-01-01..2019-12-31 range"},
      {"2018-03-01/2019-04", "2018-03-01..2019-04-30 range"},
      {"2018/", "2018-01-01..2018-12-31 range"},
      {"/2019", "2019-01-01..2019-12-31 range"},
      {"12 September 2012", "2012-09-12..2012-09-12 day"},
      {"Sep 12, 2012", "2012-09-12..2012-09-12 day"},
      {"September 2012", "2012-09-01..2012-09-30 month"},
      {"2024-02-30", "2024-02-01..2024-02-29 month"},
      {"2024-13-01", "2024-01-01..2024-12-31 year"},
      {"P3Y", "none"},
      {"12:30", "none"},
      {"23:15:30", "none"},
      {":unav", "none"},
      {"unknown", "none"},
      {"0000-00-00", "none"},
      {"", "none"},
      {"2019-05-07T25:00", "none"},
      {"2019-05-07x", "none"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(show(parse_date(row.text)), row.shown) << row.text;
}

TEST(ParseInstant, ConvertsToUtc) {
  EXPECT_EQ(format_instant(parse_instant("2020-12-31T23:30:00-02:00").value()),
            "2021-01-01T01:30:00Z");
  EXPECT_EQ(
      format_instant(parse_instant("2024-02-03T08:30:00.25+0200").value()),
      "2024-02-03T06:30:00.250000Z");
  EXPECT_EQ(format_instant(parse_instant("2024-02-03").value()),
            "2024-02-03T00:00:00Z");
  EXPECT_FALSE(parse_instant("yesterday").has_value());
}

TEST(Plausible, ShiftsBuddhistYearsAndRefusesTheRest) {
  EXPECT_EQ(show(plausible(*parse_date("2563"), 2026)),
            "2020-01-01..2020-12-31 year");
  EXPECT_EQ(show(plausible(*parse_date("2028"), 2026)),
            "2028-01-01..2028-12-31 year");
  EXPECT_FALSE(plausible(*parse_date("2029"), 2026).has_value());
  EXPECT_FALSE(plausible(*parse_date("1399"), 2026).has_value());
}

TEST(DateFromParts, LowersThePrecisionToWhatIsThere) {
  EXPECT_EQ(show(date_from_parts(2020, 2, 29)), "2020-02-29..2020-02-29 day");
  EXPECT_EQ(show(date_from_parts(2020, 2, 0)), "2020-02-01..2020-02-29 month");
  EXPECT_EQ(show(date_from_parts(2020, 0, 0)), "2020-01-01..2020-12-31 year");
  EXPECT_EQ(show(date_from_parts(0, 0, 0)), "none");
  EXPECT_EQ(show(date_from_parts(INT64_MAX, 1, 1)), "none");
}

TEST(Days, RoundTripOverFourCenturiesAndMore) {
  for (Day day = -200'000; day < 60'000; ++day) {
    const YearMonthDay date = from_day(day);
    ASSERT_EQ(to_day(date.year, date.month, date.day), day);
  }
  EXPECT_EQ(to_day(1970, 1, 1), 0);
  EXPECT_EQ(format_day(add_years(to_day(2024, 2, 29), 3)), "2027-02-28");
}

// Found by fuzz/dates_fuzz.cpp.
TEST(ParseInstant, IsNothingWhereTheZoneLeavesTheCalendar) {
  EXPECT_EQ(parse_instant("0001-01-01T00:00:00+23:59"), std::nullopt);
  EXPECT_EQ(parse_instant("9999-12-31T23:59:59-01:00"), std::nullopt);
}

}  // namespace
}  // namespace dmp::text
