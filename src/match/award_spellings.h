#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::match {

// How sources may write the award that `text` names, by the grammar of the
// funder that numbers so: NIH ("1 R01 AI 176039-01A1": with and without type,
// activity code, year, blanks, hyphens) and NSF ("OCE-2345678": with and
// without the organisation). Distinct, in a fixed order; empty when no grammar
// fits. A bare number of seven digits is NSF's only when `funder_ror` is.
// Source: spec enrichment.md 2.1, 2.2.
std::vector<std::string> award_spellings(
    std::string_view text, const std::optional<std::string>& funder_ror);

}  // namespace dmp::match
