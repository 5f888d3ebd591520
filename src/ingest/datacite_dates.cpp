#include "ingest/datacite_dates.h"

#include "ingest/columns.h"
#include "text/unicode.h"

#include <tuple>

namespace dmp::ingest::datacite {

namespace {

using text::DateInterval;

int rank(text::Precision precision) {
  switch (precision) {
    case text::Precision::day:
      return 0;
    case text::Precision::month:
      return 1;
    case text::Precision::range:
      return 2;
    case text::Precision::year:
      return 3;
  }
  return 3;
}

// Of the year wanted if there is one, best precision, then earliest, among the
// dates of one type.
std::optional<DateInterval> best_date(const Dates& dates, std::string_view type,
                                      std::optional<int> year, int run_year,
                                      Counters& counters) {
  std::optional<DateInterval> best;
  const auto order = [&](const DateInterval& date) {
    return std::tuple(year && text::from_day(date.first).year != *year,
                      rank(date.precision), date.first);
  };
  for (const auto& dated : dates.typed) {
    if (!text::equals_in_lower(text::trim(dated.type), type)) continue;
    auto date = checked_date(dated.text, "dates", run_year, counters);
    if (!date) continue;
    if (!best || order(*date) < order(*best)) best = date;
  }
  return best;
}

// That of the field `publicationYear`, if it is one.
std::optional<int> publication_year(const Dates& dates, int run_year) {
  auto date = text::parse_date(dates.year);
  if (date) date = text::plausible(*date, run_year);
  if (!date) return std::nullopt;
  return text::from_day(date->first).year;
}

}  // namespace

PublicationDate publication_date(const Dates& dates, int run_year,
                                 Counters& counters) {
  const auto best = [&](std::string_view type, std::optional<int> year = {}) {
    return best_date(dates, type, year, run_year, counters);
  };
  const auto checked = [&](std::string_view raw, std::string_view path) {
    return checked_date(raw, path, run_year, counters);
  };
  const auto issued = best("issued", publication_year(dates, run_year));
  const auto available = best("available");
  if (issued) {
    const bool finer = issued->precision == text::Precision::year &&
                       available &&
                       rank(available->precision) < rank(issued->precision) &&
                       text::from_day(available->first).year ==
                           text::from_day(issued->first).year;
    return {finer ? available : issued};
  }
  if (available) return {available};
  if (const auto found = checked(dates.published, "published")) return {found};
  if (const auto found = checked(dates.year, "publicationYear")) return {found};
  for (const std::string_view type : {"created", "submitted"}) {
    if (const auto found = best(type)) return {found};
  }
  for (const auto raw : {dates.registered, dates.created}) {
    if (const auto found = checked(raw, "registered")) {
      counters.add("date_from_registration");
      return {found, true};
    }
  }
  return {};
}

}  // namespace dmp::ingest::datacite
