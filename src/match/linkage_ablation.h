#pragma once

#include "match/linkage_pairs.h"

#include <cstdint>
#include <string_view>

namespace dmp::match::linkage {

// What a model can be judged or learned without.
//   authors, text, date, award, funder, institution  the comparison: missing
//   rarity     how common a name is: every name of a level the same chance
//   funded     that the funder of the plan lists the work
//   named      relations to outputs that the plan names
//   versions   versions and data sets of a work: no second pass
//   relations  these three at once
enum class Comparison : std::uint8_t {
  authors,
  rarity,
  text,
  date,
  award,
  funder,
  institution,
  funded,
  named,
  versions,
  relations,
};
inline constexpr std::size_t kComparisons = 11;
std::string_view name_of(Comparison comparison);

// Takes a comparison out of all pairs: its weight is exactly 0 from here on,
// whatever the parameters. The pairs stay the same, also those that only this
// comparison brought together; `log_odds` and `probability` stay those of the
// search. For measuring what each comparison is worth.
void leave_out(Comparison comparison, PairSet& set);

}  // namespace dmp::match::linkage
