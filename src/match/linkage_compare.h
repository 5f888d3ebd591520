#pragma once

#include "match/linkage_plan.h"
#include "match/work_view.h"
#include "model/work.h"
#include "text/analysis.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmp::match::linkage {

// The other side of the comparison: a work with its keys, made when first asked
// for. Refers to the work, which must live as long. Threads: one at a time.
class WorkKeys {
 public:
  WorkKeys(const model::Work& work, text::Analyser& analyser)
      : work_(work), analyser_(analyser) {}

  const model::Work& work() const { return work_; }
  const std::vector<sql::NameKey>& names();
  struct AwardKeys {
    std::string normalised;
    std::vector<std::string> cores;
  };
  const std::vector<AwardKeys>& awards();  // as work().awards
  struct Organisation {
    std::string ror, name;  // name: tokens joined; empty when there is a ROR
    const model::Organisation* source = nullptr;  // of the work; never null
  };
  const std::vector<Organisation>& funders();
  const std::vector<Organisation>& institutions();

 private:
  std::vector<Organisation> keys_of(
      const std::vector<model::Organisation>& items);
  const model::Work& work_;
  text::Analyser& analyser_;
  std::optional<std::vector<sql::NameKey>> names_;
  std::optional<std::vector<AwardKeys>> awards_;
  std::optional<std::vector<Organisation>> funders_, institutions_;
};

// none: the names are those of two people. orcid and conflict are not decided
// here. Source: linkage.md 4.1.
NameLevel compare_names(const sql::NameKey& plan, const sql::NameKey& work);

// What a level was found on: positions in the lists of the plan (as PlanQuery
// has them) and of the work. -1: on nothing in particular.
struct Place {
  int dmp = -1, work = -1;
};
struct Places {
  Place award, funder, institution;  // of the best match; of the first agreeing
  std::string output;  // of the plan, that the work is related to; may be empty
};

// Every comparison but the text. `opens` tells whether the pair is a candidate
// by linkage.md 3 (a neighbour is one by other means).
struct KeyComparison {
  Levels levels;
  bool opens = false;
  // Opens if one of the plan's rarest words is in the title (`rarest`): all
  // that brings the two together is one name that more than 50,000 slots bear.
  bool opens_with_title = false;
  int matched_authors = 0;
  bool sure_author = false;  // one by ORCID or full name
  Places places;
};
KeyComparison compare_keys(const LinkagePlan& plan, WorkKeys& work,
                           const Collection& collection);

// 2 * (plan has an abstract) + (work has one).
int text_condition(const LinkagePlan& plan, const model::Work& work);

}  // namespace dmp::match::linkage
