#pragma once

#include "match/linkage_model.h"

#include <array>
#include <cstddef>
#include <vector>

// Text tables must rise with the topic: a nearer one is never evidence against
// an output (linkage.md 14, test 8).
namespace dmp::match::linkage {

using TextRow = std::array<double, kTextBins>;

// Pool adjacent violators: ends (one past the last bin, ascending) of the
// finest blocks whose means of `values`, by `weights` (above 0), do not fall.
std::vector<std::size_t> rising_blocks(const TextRow& values,
                                       const TextRow& weights);

// Each value replaced by the mean of its block: the nearest row, weighted, that
// does not fall.
TextRow rising(const TextRow& values, const TextRow& weights);

// The model where topics come by chance as `chance` (by condition, above 0)
// has it. Adjacent bins in which P(bin | O) / P(bin | chance) would fall count
// as one, for both classes: the sums of their rows are shared out as chance has
// them. Where m_O / m_S rises, as in the compiled-in tables and in learnt ones,
// log-odds never fall with the bin then. Idempotent, but for rounding.
Model meeting(Model model, const TextTable& chance);

}  // namespace dmp::match::linkage
