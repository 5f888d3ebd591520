#pragma once

#include "model/match.h"
#include "model/plan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::results {

// How the application groups scores: by share of the plan's best.
// Source: search.md 8.2, scoreMax.
enum class Band : std::uint8_t { high, medium, low };
Band band_of(double score, double score_max);  // >= 0.7, >= 0.4, below
std::string_view band_name(Band band);         // "high", …
// score / score_max in 0 … 1; 0 when score_max is not positive.
double score_share(double score, double score_max);
// What the report marks, 0 … 1: the probability where there is one (score_max
// may be the plan's best), else the share.
double strength_of(const model::Match& match, double score_max);

// Why a work is listed, in words a reader knows. Names are as in the work;
// every list is in rank order of the match, without repeats.
struct Evidence {
  // Whose number the work says it is. Without an explanation of the score only
  // a mismatch of all of the work's strong numbers is known.
  enum class Says : std::uint8_t { agrees, not_stated, another };
  struct Award {
    std::string number;
    // agrees: as the plan names it, else the work; another: as the work names
    // it.
    std::optional<std::string> funder;
    Says says = Says::agrees;
  };
  enum class By : std::uint8_t { identifier, name };
  struct Entity {
    std::string name;
    By by = By::name;
  };
  struct Related {
    std::string doi;
    std::string_view relation;  // a phrase: "another version of"
  };
  bool listed_by_funder = false;
  std::vector<model::DoiSource> sources;
  std::vector<Award> awards;
  std::vector<Entity> people;        // identifier: ORCID
  std::vector<Entity> institutions;  // identifier: ROR
  std::vector<Entity> funders;       // identifier: ROR
  std::vector<Related> related;
  std::vector<std::string> terms;  // best first; from explain, else from marks
};

// `plan` may be null: names of funders then come from the work alone.
Evidence evidence_of(const model::Match& match, const model::Plan* plan);

// Short names of the signals: funded_doi, award, orcid, author_name,
// institution, funder, related_doi, text.
std::vector<std::string_view> signals_of(const model::Match& match);

}  // namespace dmp::results
