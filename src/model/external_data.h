#pragma once

#include "text/dates.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmp::model {

// One part of a structured award id, such as {"OCE", "org_id"}.
struct AwardPart {
  std::optional<std::string> value;
  std::string type;
  bool operator==(const AwardPart&) const = default;
};

// An award id as its funder's grammar cuts it. `award_class` names the grammar
// and so which parts there are. Source: spec enrichment.md 3.
struct AwardId {
  std::string award_class;
  std::vector<AwardPart> parts;  // in any order; the first of a type counts
  bool operator==(const AwardId&) const = default;
};

// Why the last call for an award failed.
struct EnrichmentError {
  std::string stage, message;
  std::int64_t status = 0;  // of HTTP; 0: none came
  std::optional<text::Micros> at;
  std::int64_t attempts = 0;
  bool operator==(const EnrichmentError&) const = default;
};

// An award found in the funding of a plan, and what its funder says of it.
struct EnrichedAward {
  std::optional<std::string> funder_name, funder_ror;  // of the funding entry
  AwardId id;
  std::vector<AwardId> related_awards;   // one level deep, as the funder lists
  std::vector<std::string> funded_dois;  // normalised, sorted, unique
  std::optional<std::string> award_url;
  std::optional<EnrichmentError> error;  // funded_dois are then of before
  std::optional<text::Micros> fetched_at;
  bool operator==(const EnrichedAward&) const = default;
};

// What enrichment knows of a plan. Source: spec dmps.md 6.
struct ExternalData {
  std::string doi;  // of the plan, normalised; unique in a table
  std::optional<text::Micros> updated;     // enrichment last finished
  std::optional<text::Micros> changed;     // the funded DOIs were last others
  std::optional<std::string> fingerprint;  // of the funding that was parsed
  std::vector<EnrichedAward> awards;       // in the order of the funding
  bool operator==(const ExternalData&) const = default;
};

}  // namespace dmp::model
