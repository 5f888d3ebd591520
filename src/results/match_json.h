#pragma once

#include "base/result.h"
#include "model/match.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::results {

enum class Explain : std::uint8_t { omit, write };

// One record of a matches file: compact JSON, no newline. Scores that are not
// finite become null. Source: spec search.md 8.1-8.3; jobs.md 5.
std::string match_record_json(const model::PlanMatches& matches,
                              Explain explain);

// The member `weights` of a match with ranker linkage, bits to six digits: what
// CSV and the database hold as well. Source: linkage.md 11.
std::string weights_json(const std::vector<model::WeightEntry>& weights);

// The points of a hit by a funder's list of works, for files without
// explanation. Source: search.md 8.2, doiMatch.
inline constexpr double kFundedDoiPoints = 15.0;
// What such a hit of this match was worth: doiMatch.score.
double funded_doi_points(const model::Match& match);

// A line of a matches file.
struct MatchRecord {
  // record: all works of one plan. pair: the guide-era flat form, one work.
  enum class Form : std::uint8_t { record, pair };
  Form form = Form::record;
  model::PlanMatches matches;  // of a pair: exactly one work
};

// Reads both forms. Unknown keys are ignored; absent ones are empty. Keeps the
// parser between records. Threads: one at a time.
class MatchParser {
 public:
  MatchParser();
  ~MatchParser();
  MatchParser(MatchParser&&) noexcept;
  // At least 64 bytes behind `json` must be readable.
  // Errors: corrupt_input (not JSON, no dmpDoi, neither works nor work).
  Result<MatchRecord> parse(std::string_view json);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dmp::results
