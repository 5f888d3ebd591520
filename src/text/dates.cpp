#include "text/dates.h"

#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dmp::text {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30,
                                      31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year)
             ? 29
             : kDays[static_cast<std::size_t>(month - 1)];
}

// Reads exactly `count` digits at the front; -1 when they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

// A bad month lowers to the year, a bad day to the month; year 0 is no date.
std::optional<DateInterval> interval_of(int year, int month, int day) {
  if (year < 1 || year > 9999) return std::nullopt;
  if (month < 1 || month > 12) {
    return DateInterval{to_day(year, 1, 1), to_day(year, 12, 31),
                        Precision::year};
  }
  if (day < 1 || day > days_in_month(year, month)) {
    return DateInterval{to_day(year, month, 1),
                        to_day(year, month, days_in_month(year, month)),
                        Precision::month};
  }
  const Day only = to_day(year, month, day);
  return DateInterval{only, only, Precision::day};
}

struct TimeOfDay {
  std::int64_t micros = 0;  // since midnight, as written
  std::int64_t offset_minutes = 0;
};

// ±HH, ±HH:MM, ±HHMM, Z or nothing.
bool take_zone(std::string_view& text, std::int64_t& offset_minutes) {
  if (text.empty()) return true;
  if (take(text, 'Z') || take(text, 'z')) return true;
  const bool minus = text[0] == '-';
  if (!minus && text[0] != '+') return false;
  text.remove_prefix(1);
  const int hours = take_digits(text, 2);
  if (hours < 0 || hours > 23) return false;
  int minutes = 0;
  if (!text.empty()) {
    take(text, ':');
    minutes = take_digits(text, 2);
    if (minutes < 0 || minutes > 59) return false;
  }
  const int offset = hours * 60 + minutes;
  offset_minutes = minus ? -offset : offset;
  return true;
}

std::optional<TimeOfDay> parse_time(std::string_view text) {
  const int hours = take_digits(text, 2);
  if (hours < 0 || hours > 23 || !take(text, ':')) return std::nullopt;
  const int minutes = take_digits(text, 2);
  if (minutes < 0 || minutes > 59) return std::nullopt;
  std::int64_t seconds = 0;
  std::int64_t fraction = 0;
  if (take(text, ':')) {
    seconds = take_digits(text, 2);
    if (seconds < 0 || seconds > 60) return std::nullopt;
    if (take(text, '.')) {
      std::size_t digits = 0;
      for (; digits < text.size() && is_digit(text[digits]); ++digits) {
        if (digits < 6) fraction = fraction * 10 + (text[digits] - '0');
      }
      if (digits == 0 || digits > 9) return std::nullopt;
      for (std::size_t i = digits; i < 6; ++i) fraction *= 10;
      text.remove_prefix(digits);
    }
  }
  TimeOfDay time;
  if (!take_zone(text, time.offset_minutes) || !text.empty()) {
    return std::nullopt;
  }
  time.micros =
      ((hours * 60LL + minutes) * 60 + seconds) * 1'000'000 + fraction;
  return time;
}

struct Written {
  DateInterval date;
  std::optional<TimeOfDay> time;
};

// YYYY, YYYY-MM, YYYY-MM-DD (or with '/'), YYYYMMDD, each day form + a time.
std::optional<Written> parse_numeric(std::string_view text) {
  const std::string_view whole = text;
  const int year = take_digits(text, 4);
  if (year < 0) return std::nullopt;
  if (text.empty()) {
    auto date = interval_of(year, 0, 0);
    return date ? std::optional(Written{*date, {}}) : std::nullopt;
  }
  int month = 0;
  int day = 0;
  if (is_digit(text[0])) {
    if (whole.size() < 8) return std::nullopt;
    month = take_digits(text, 2);
    day = take_digits(text, 2);
    if (month < 0 || day < 0) return std::nullopt;
  } else {
    const char separator = text[0];
    if (separator != '-' && separator != '/') return std::nullopt;
    text.remove_prefix(1);
    month = take_digits(text, 2);
    if (month < 0) return std::nullopt;
    if (text.empty()) {
      auto date = interval_of(year, month, 0);
      return date ? std::optional(Written{*date, {}}) : std::nullopt;
    }
    if (!take(text, separator)) return std::nullopt;
    day = take_digits(text, 2);
    if (day < 0) return std::nullopt;
  }
  auto date = interval_of(year, month, day);
  if (!date) return std::nullopt;
  if (text.empty()) return Written{*date, {}};
  if (text[0] != 'T' && text[0] != 't' && text[0] != ' ') return std::nullopt;
  const auto time = parse_time(text.substr(1));
  if (!time) return std::nullopt;
  return Written{*date, time};
}

// 1-12 for an English month name, full or three letters; 0 for anything else.
int month_of(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths{
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  const std::string name = to_lower(word);
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (name == kMonths[i] || name == kMonths[i].substr(0, 3)) {
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

int small_number(std::string_view word) {
  if (word.empty() || word.size() > 2 ||
      !std::all_of(word.begin(), word.end(), is_digit)) {
    return -1;
  }
  std::string_view rest = word;
  return take_digits(rest, word.size());
}

int year_of(std::string_view word) {
  std::string_view rest = word;
  const int year = take_digits(rest, 4);
  return rest.empty() ? year : -1;
}

// `D Month YYYY`, `Month D, YYYY`, `Month YYYY`.
std::optional<DateInterval> parse_worded(std::string_view text) {
  std::array<std::string_view, 3> words;
  std::size_t count = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) {
      if (count == words.size()) return std::nullopt;
      words[count++] = text.substr(0, end);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (count == 2 && month_of(words[0]) > 0 && year_of(words[1]) > 0) {
    return interval_of(year_of(words[1]), month_of(words[0]), 0);
  }
  if (count != 3 || year_of(words[2]) < 0) return std::nullopt;
  if (month_of(words[1]) > 0 && small_number(words[0]) >= 0) {
    return interval_of(year_of(words[2]), month_of(words[1]),
                       small_number(words[0]));
  }
  if (month_of(words[0]) > 0) {
    std::string_view day = words[1];
    if (!day.empty() && day.back() == ',') day.remove_suffix(1);
    if (small_number(day) >= 0) {
      return interval_of(year_of(words[2]), month_of(words[0]),
                         small_number(day));
    }
  }
  return std::nullopt;
}

std::optional<DateInterval> parse_single(std::string_view text) {
  if (auto written = parse_numeric(text)) return written->date;
  return parse_worded(text);
}

// A/B, A/, /B; a slash date such as 2019/05 is not one.
std::optional<DateInterval> parse_range(std::string_view text) {
  for (auto slash = text.find('/'); slash != std::string_view::npos;
       slash = text.find('/', slash + 1)) {
    const auto left = trim(text.substr(0, slash));
    const auto right = trim(text.substr(slash + 1));
    const auto first = parse_single(left);
    const auto last = parse_single(right);
    if ((!first && !left.empty()) || (!last && !right.empty())) continue;
    if (!first && !last) return std::nullopt;
    const DateInterval& from = first ? *first : *last;
    const DateInterval& to = last ? *last : *first;
    if (to.last < from.first) return std::nullopt;
    return DateInterval{from.first, to.last, Precision::range};
  }
  return std::nullopt;
}

}  // namespace

std::string_view precision_name(Precision precision) {
  switch (precision) {
    case Precision::day:
      return "day";
    case Precision::month:
      return "month";
    case Precision::year:
      return "year";
    case Precision::range:
      return "range";
  }
  return "day";
}

Day to_day(int year, int month, int day) {
  // Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  year -= month <= 2 ? 1 : 0;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year =
      (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

YearMonthDay from_day(Day day) {
  const std::int64_t shifted = static_cast<std::int64_t>(day) + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const auto day_of_era = static_cast<int>(shifted - era * 146097);
  const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) /
                          365;
  const int day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = (5 * day_of_year + 2) / 153;
  YearMonthDay date;
  date.day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  date.month = shifted_month + (shifted_month < 10 ? 3 : -9);
  date.year =
      year_of_era + static_cast<int>(era) * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

std::optional<DateInterval> parse_date(std::string_view text) {
  text = trim(text);
  if (text.empty() || text.size() > 100) return std::nullopt;
  if (auto single = parse_single(text)) return single;
  return parse_range(text);
}

std::optional<DateInterval> date_from_parts(std::int64_t year,
                                            std::int64_t month,
                                            std::int64_t day) {
  const auto small = [](std::int64_t n) {
    return n < 0 || n > 9999 ? 0 : static_cast<int>(n);
  };
  return interval_of(small(year), small(month), small(day));
}

std::optional<Micros> parse_instant(std::string_view text) {
  text = trim(text);
  if (text.size() > 100) return std::nullopt;
  const auto written = parse_numeric(text);
  if (!written) return std::nullopt;
  constexpr std::int64_t kDayMicros = 86'400'000'000;
  Micros at = written->date.first * kDayMicros;
  if (written->time) {
    at += written->time->micros - written->time->offset_minutes * 60'000'000;
  }
  // A zone can move the ends of the calendar out of the four-digit years.
  if (at < to_day(1, 1, 1) * kDayMicros ||
      at >= to_day(10'000, 1, 1) * kDayMicros)
    return std::nullopt;
  return at;
}

std::optional<DateInterval> plausible(DateInterval interval, int run_year) {
  const auto shifted = [](Day day) {
    YearMonthDay date = from_day(day);
    date.year -= 543;
    date.day = std::min(date.day, days_in_month(date.year, date.month));
    return to_day(date.year, date.month, date.day);
  };
  const int year = from_day(interval.first).year;
  if (year >= 2400 && year <= 2700) {
    interval.first = shifted(interval.first);
    interval.last = shifted(interval.last);
  }
  const int first = from_day(interval.first).year;
  const int last = from_day(interval.last).year;
  if (first < 1400 || last > run_year + 2) return std::nullopt;
  return interval;
}

std::string format_day(Day day) {
  const YearMonthDay date = from_day(day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string format_instant(Micros time) {
  constexpr std::int64_t kDayMicros = 86'400'000'000;
  std::int64_t days = time / kDayMicros;
  std::int64_t rest = time % kDayMicros;
  if (rest < 0) {
    rest += kDayMicros;
    --days;
  }
  const std::int64_t seconds = rest / 1'000'000;
  const std::int64_t fraction = rest % 1'000'000;
  std::string text =
      fmt::format("{}T{:02}:{:02}:{:02}", format_day(static_cast<Day>(days)),
                  seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction != 0) text += fmt::format(".{:06}", fraction);
  return text + "Z";
}

Day add_years(Day day, int years) {
  YearMonthDay date = from_day(day);
  date.year += years;
  date.day = std::min(date.day, days_in_month(date.year, date.month));
  return to_day(date.year, date.month, date.day);
}

}  // namespace dmp::text
