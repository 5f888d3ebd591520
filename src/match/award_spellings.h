#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::match {

// An NIH id, "1 R01 AI 176039-01A1", in parts; all but institute and serial may
// be empty. Source: spec enrichment.md 2.1.
struct NihId {
  std::string type, activity, institute, serial, year, suffixes;
};
// Whether `text` can be that part of an NIH id (and is not empty).
bool is_nih_activity(std::string_view text);
bool is_nih_suffixes(std::string_view text);

// Distinct, in a fixed order: those of the reference's query, and those that
// only ours has. Source: spec enrichment.md 2.1, 2.2.
struct Spellings {
  std::vector<std::string> reference, added;
};
Spellings nih_spellings(const NihId& id);
// `organisation` may be empty; `number` has seven digits.
Spellings nsf_spellings(const std::string& organisation,
                        const std::string& number);

// How sources may write the award that `text` names, by the grammar of the
// funder that numbers so: NIH ("1 R01 AI 176039-01A1": with and without type,
// activity code, year, blanks, hyphens) and NSF ("OCE-2345678": with and
// without the organisation). Distinct, in a fixed order; empty when no grammar
// fits. A bare number of seven digits is NSF's only when `funder_ror` is.
// Source: spec enrichment.md 2.1, 2.2.
std::vector<std::string> award_spellings(
    std::string_view text, const std::optional<std::string>& funder_ror);

}  // namespace dmp::match
