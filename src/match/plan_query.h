#pragma once

#include "match/date_window.h"
#include "match/families.h"
#include "match/options.h"
#include "match/text_score.h"
#include "model/plan.h"

#include <optional>
#include <string>
#include <vector>

namespace dmp::match {

struct AuthorClause {
  int index = 0;  // in the plan's list
  std::optional<std::string> orcid, surname, first_initial;
  std::vector<std::string> surname_tokens;
};

struct OrganisationClause {
  int index = 0;
  std::optional<std::string> ror, name;
  std::vector<std::string> name_tokens;
};

struct AwardVariant {
  std::string text;   // as in the plan
  std::string lower;  // compared
  bool strong = false;
};

struct AwardClause {
  int index = 0;
  std::vector<AwardVariant> variants;
  FunderFamily family;
};

// All that is asked of the works for one plan. Source: spec search.md 2, 3.
struct PlanQuery {
  std::string plan_doi;
  std::vector<std::string> funded_dois;  // sorted
  std::vector<AuthorClause> authors;
  std::vector<AwardClause> awards;
  std::vector<std::string> outputs;  // published outputs, sorted
  std::vector<OrganisationClause> institutions, funders;
  std::vector<std::string> content_tokens;
  TermSelection terms;  // filled from the collection's counts
  bool dated = true;    // candidate builder: the window counts
  DateWindow window;

  // Without any a builder with gates finds nothing.
  bool has_gate() const {
    return !funded_dois.empty() || !authors.empty() || !awards.empty() ||
           !outputs.empty();
  }
};

// Whether the award still follows from what the plan says of its funding: its
// text is one of the ids there, or stands in one by itself. An award without
// text does. Source: spec dmps.md 6.
bool is_current(const model::Plan& plan, const model::PlanAward& award);

PlanQuery make_query(const model::Plan& plan, const SearchOptions& options,
                     const FunderFamilies& families);

}  // namespace dmp::match
