#pragma once

#include "base/counters.h"
#include "text/dates.h"

#include <optional>
#include <string_view>
#include <vector>

namespace dmp::ingest::datacite {

// The dates of one record as they came; the views live as long as it does.
struct Dates {
  struct Typed {
    std::string_view text, type;
  };
  std::vector<Typed> typed;  // `dates`, in their order
  std::string_view published, year, registered, created;

  void clear() {
    typed.clear();
    published = year = registered = created = {};
  }
};

struct PublicationDate {
  std::optional<text::DateInterval> interval;  // null: no date is plausible
  bool from_registration = false;              // for want of a better one
};

// Chooses the date of publication; what does not parse is counted, as in
// columns.h, and so is `date_from_registration`. Source: records.md 4.3.
PublicationDate publication_date(const Dates& dates, int run_year,
                                 Counters& counters);

}  // namespace dmp::ingest::datacite
