#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dmp::dmps {

// Dates of a project given as YYYY or YYYY-MM.
enum class PartialDates : std::uint8_t {
  drop,    // null, counted bad_date.*
  lenient  // first day for a start, last day for an end
};
// Award numbers that stand for "none".
enum class AwardExclusion : std::uint8_t { extended, reference };
// A maDMP whose id holds no DOI.
enum class UnnamedPlans : std::uint8_t { reject, synthesize };
enum class OldStart : std::uint8_t { drop_date, reject_plan };
enum class RelatedOutputs : std::uint8_t { ignore, take };

// Choices in reading a plan; all of them change the result.
// Source: spec dmps.md 2-5.
struct ReadingRules {
  std::string dmp_id_prefix = "10.48321/";  // put before an id without DOI
  PartialDates partial_dates = PartialDates::drop;
  AwardExclusion award_exclusion = AwardExclusion::extended;
  UnnamedPlans unnamed_plans = UnnamedPlans::reject;
  OldStart old_start = OldStart::drop_date;
  RelatedOutputs related_outputs = RelatedOutputs::ignore;  // --madmp-outputs
  std::vector<std::string> skipped_roles;  // contributors; any case
};

struct DmpsOptions {
  std::vector<std::filesystem::path> inputs;  // files or folders
  std::filesystem::path stage_dir;
  // A finished ror stage: maps Crossref Funder ids to ROR and withdrawn RORs
  // to their successor. Absent: RORs stay as given.
  std::optional<std::filesystem::path> ror_stage;
  double max_reject_ratio = 0.001;
  bool force = false;
  bool synthetic = false;
  ReadingRules rules;
};

}  // namespace dmp::dmps
