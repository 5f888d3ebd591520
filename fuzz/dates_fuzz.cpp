// text/dates.h. The first line is a text; numbers in the next ones are parts.
#include "fuzz/laws.h"
#include "text/dates.h"

#include <charconv>

namespace {

using dmp::text::DateInterval;
using dmp::text::Precision;

void check(const DateInterval& date) {
  LAW(date.first <= date.last);
  if (date.precision == Precision::day) LAW(date.first == date.last);
  if (date.precision == Precision::month) LAW(date.last - date.first <= 30);
  if (date.precision == Precision::year) LAW(date.last - date.first <= 365);
  const auto parts = dmp::text::from_day(date.first);
  LAW(dmp::text::to_day(parts.year, parts.month, parts.day) == date.first);
  constexpr int kRunYear = 2026;
  const auto kept = dmp::text::plausible(date, kRunYear);
  if (!kept) return;
  LAW(kept->precision == date.precision && kept->first <= kept->last);
  LAW(dmp::text::plausible(*kept, kRunYear) == kept);
  LAW(dmp::text::from_day(kept->first).year >= 1400);
  LAW(dmp::text::from_day(kept->first).year <= kRunYear + 2);
  const auto again = dmp::text::parse_date(dmp::text::format_day(kept->first));
  LAW(again && again->first == kept->first && again->last == kept->first);
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lines = dmp::fuzz::lines_of(dmp::fuzz::text_of(data, size), 4);
  if (const auto date = dmp::text::parse_date(lines[0])) check(*date);
  if (const auto time = dmp::text::parse_instant(lines[0])) {
    LAW(dmp::text::parse_instant(dmp::text::format_instant(*time)) == time);
  }
  if (const auto date = dmp::text::date_from_parts(
          number(dmp::fuzz::part(lines, 1)), number(dmp::fuzz::part(lines, 2)),
          number(dmp::fuzz::part(lines, 3)))) {
    check(*date);
  }
  return 0;
}
