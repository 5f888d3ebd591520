#pragma once

#include "match/options.h"
#include "model/work.h"
#include "text/dates.h"

#include <cstdint>
#include <limits>

namespace dmp::match {

// The days on which works of a plan may appear, both ends inclusive.
// Source: search.md 2 and A3.
struct DateWindow {
  static constexpr text::Day kOpen = std::numeric_limits<text::Day>::max();
  text::Day begin = 0, end = kOpen;
  text::Day project_start = 0;
};

enum class DateStatus : std::uint8_t { unknown, inside, outside };

DateStatus date_status(const DateWindow& window, const model::Work& work,
                       const SearchOptions& options);

// What lets a work in whose date does not fit: a funder lists it, an output of
// the plan is a version of it, or an award hits in full.
struct DateExcuses {
  bool funded_doi = false, intra_work = false, full_award = false;
};
bool date_passes(DateStatus status, const DateWindow& window,
                 const model::Work& work, const SearchOptions& options,
                 const DateExcuses& excuses);

}  // namespace dmp::match
