#pragma once

#include "match/families.h"
#include "match/linkage_model.h"
#include "match/options.h"
#include "match/plan_query.h"
#include "model/plan.h"
#include "sql/linkage_stats.h"

#include <array>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dmp::match::linkage {

// One side of the comparison: a plan, made once and read by all threads.

struct PlanAuthor {
  std::optional<std::string> orcid;
  sql::NameKey name;
  int index = 0;  // in the plan's list
};

struct PlanAwardId {
  std::string normalised;
  bool strong = false;
  std::vector<std::string> cores;  // sorted
  std::size_t award = 0;           // position in LinkagePlan::families
  int index = 0;                   // of the award, as in PlanQuery
};

// An organisation by all keys it may be known by: its ROR (of the plan, else
// of the one organisation that bears the name), the plan's name for it, and the
// names that its ROR alone bears. Names are analysed.
struct PlanOrganisation {
  std::string ror;                 // may be empty
  std::vector<std::string> names;  // unique; may be empty when there is a ROR
  int index = 0;
};

// The words of a plan, each with idf * sqrt(min(tf, 3)); by term.
struct PlanText {
  std::vector<std::pair<std::string, double>> terms;
  bool has_abstract = false;
  std::vector<std::string> rarest;  // terms: the 12 on the fewest works
  // Of the score over the null sample, for works without and with abstract.
  std::array<double, 2> mean{}, deviation{1, 1};
};

struct LinkagePlan {
  std::string doi;
  std::vector<PlanAuthor> authors;  // at most 50, unique
  int more_authors = 0;             // beyond those, left out (linkage.md 13)
  std::vector<PlanAwardId> awards;
  std::vector<FunderFamily> families;
  std::vector<std::string> funded_dois, outputs;  // sorted
  std::vector<PlanOrganisation> funders, institutions;
  PlanText text;
  bool has_start = false, open_end = false;
  // First days of bins 1 … 7 of linkage.md 4.3, ascending.
  std::array<text::Day, kDateBins - 1> date_edges{};
  DateTable date_g{};  // shares of the collection in the bins
};

// Without text terms and date shares: they need the collection. What is
// disabled is empty. An end that the export invented counts as missing.
// `families`, with their names indexed, say who bears which name.
LinkagePlan make_linkage_plan(const model::Plan& plan, const PlanQuery& query,
                              const SearchOptions& options,
                              const FunderFamilies& families);

// Days published before a day, of the collection's works.
class DateHistogram {
 public:
  explicit DateHistogram(const sql::LinkageSummary& summary);
  // Share of dated works in each bin, two pseudo-works added to each.
  DateTable shares(
      const std::array<text::Day, kDateBins - 1>& first_days) const;

 private:
  double before(text::Day day) const;
  std::vector<text::Day> begins_;  // of the months, ascending
  std::vector<text::Day> ends_;
  std::vector<double> sums_;  // works before the month; one more at the end
};

// Shares of an interval of days in the bins; they sum to 1.
DateTable interval_shares(
    const sql::DayRange& days,
    const std::array<text::Day, kDateBins - 1>& first_days);

// What the comparison asks of the collection. Read-only once filled.
struct Collection {
  sql::LinkageSummary summary;
  sql::LinkageCounts counts;
  double works() const {
    return static_cast<double>(std::max<std::int64_t>(summary.works, 1));
  }
};

// Marks every count that comparing `plan` may ask for.
void want_counts(const LinkagePlan& plan, sql::LinkageCounts& counts);

}  // namespace dmp::match::linkage
