#include "match/date_window.h"

namespace dmp::match {

DateStatus date_status(const DateWindow& window, const model::Work& work,
                       const SearchOptions& options) {
  const auto& date = work.publication_date;
  if (!date) return DateStatus::unknown;
  const text::Day last = options.improves(Improvement::dates)
                             ? work.publication_date_end.value_or(*date)
                             : *date;
  return last >= window.begin && *date <= window.end ? DateStatus::inside
                                                     : DateStatus::outside;
}

bool date_passes(DateStatus status, const DateWindow& window,
                 const model::Work& work, const SearchOptions& options,
                 const DateExcuses& excuses) {
  if (status == DateStatus::inside) return true;
  if (!options.improves(Improvement::dates)) return false;
  if (status == DateStatus::unknown) return true;
  return excuses.funded_doi || excuses.intra_work ||
         (excuses.full_award &&
          *work.publication_date >= text::add_years(window.project_start, -1));
}

}  // namespace dmp::match
