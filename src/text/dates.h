#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::text {

// Days since 1970-01-01 (proleptic Gregorian), UTC.
using Day = std::int32_t;
// Microseconds since 1970-01-01T00:00:00Z.
using Micros = std::int64_t;

enum class Precision : std::uint8_t { day, month, year, range };
std::string_view precision_name(Precision precision);  // "day", "month", …

// A known interval of days, both ends inclusive; equal for `day`.
struct DateInterval {
  Day first = 0;
  Day last = 0;
  Precision precision = Precision::day;
  bool operator==(const DateInterval&) const = default;
};

// Strict parser for the forms of spec records.md 1.4. nullopt: not a date (the
// caller counts it). A bad month or day lowers the precision. The calendar day
// is the one written, whatever the zone.
std::optional<DateInterval> parse_date(std::string_view text);

// Crossref date-parts: year, month, day; 0 = absent.
std::optional<DateInterval> date_from_parts(std::int64_t year,
                                            std::int64_t month,
                                            std::int64_t day);

// An instant in UTC, in the years 1 to 9999; a date alone is midnight, no zone
// is UTC.
std::optional<Micros> parse_instant(std::string_view text);

// Publication dates only: year in 1400 … run_year + 2, Buddhist-era years
// 2400-2700 shifted by 543. nullopt when implausible.
std::optional<DateInterval> plausible(DateInterval interval, int run_year);

Day to_day(int year, int month, int day);
struct YearMonthDay {
  int year = 0, month = 0, day = 0;
};
YearMonthDay from_day(Day day);
std::string format_day(Day day);          // YYYY-MM-DD
std::string format_instant(Micros time);  // …THH:MM:SS[.ffffff]Z

// The same calendar day `years` later; 29 February becomes 28 February.
Day add_years(Day day, int years);

}  // namespace dmp::text
