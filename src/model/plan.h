#pragma once

#include "model/author.h"
#include "text/dates.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmp::model {

struct Funding {
  std::optional<std::string> funder_name;
  std::optional<std::string> funder_ror;
  std::optional<std::string> funder_fundref;  // digits
  std::optional<std::string> funding_opportunity_id;
  std::optional<std::string> status;
  std::optional<std::string> award_id;
  std::optional<std::string> funder_project_number;
  bool operator==(const Funding&) const = default;
};

// A grant that belongs to an award: another year of it, say.
struct RelatedAward {
  std::string canonical_id;
  std::optional<std::string> award_url;
};

// A parsed award and what its funder says came out of it (dmps.md 6).
struct PlanAward {
  std::optional<std::string> funder_name;
  std::optional<std::string> funder_ror;
  std::string award_class;  // "…NSFAwardID", "generic"
  std::string text;         // as it stands in the funding entry
  std::string canonical_id;
  std::vector<std::string> variants;  // spellings to look for
  // Those that only our query looks for; the reference's has the others.
  std::vector<std::string> added_variants;
  std::vector<std::string> funded_dois;  // normalised, sorted, unique
  std::optional<std::string> award_url;
  std::vector<RelatedAward> related_awards;  // as the funder lists them
};

// A data management plan. Source: spec dmps.md 1.
struct Plan {
  std::string doi;  // normalised; the id of the plan, unique
  std::optional<text::Micros> created, registered, modified;
  std::optional<std::string> title;
  std::optional<std::string> abstract_text;
  std::optional<text::Day> project_start, project_end;
  bool end_inferred = false;                   // dmps.md 3, trap
  std::vector<Organisation> institutions;      // unique, sorted by name
  std::vector<Author> authors;                 // primary contact first
  std::vector<Funding> funding;                // source order
  std::vector<std::string> published_outputs;  // DOIs, sorted, unique
  std::optional<std::int64_t> plan_id;
  std::string source;  // "export", "dmptool", "madmp"
  // Empty, null: never enriched (dmps.md 6).
  std::vector<PlanAward> awards;
  std::optional<text::Micros> awards_changed;  // their funded DOIs were others
};

}  // namespace dmp::model
