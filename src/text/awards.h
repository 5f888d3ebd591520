#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::text {

struct AwardPieces {
  std::vector<std::string> pieces;  // in order of the text, spelling kept
  int excluded = 0;                 // pieces dropped by the exclusion list
};

// The award numbers in one text of a source record.
// Source: spec records.md 1.8.
AwardPieces split_award(std::string_view raw);

// True for fillers such as "n/a" or "pending" (the united list of records.md
// 1.8 and dmps.md 2.3), compared trimmed and case-folded.
bool is_award_filler(std::string_view text);

// Upper case, separators and leading words removed. Source: search.md 3.1.
std::string normalise_award(std::string_view award_id);

// Source: search.md 3.1: enough structure to be unique across funders.
bool is_strong_award(std::string_view award_id);

}  // namespace dmp::text
