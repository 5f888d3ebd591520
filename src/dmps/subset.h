#pragma once

#include "base/result.h"
#include "ingest/subset_lists.h"
#include "model/plan.h"
#include "text/analysis.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace dmp::dmps {

// Which plans are searched: those with a listed DOI, or with an institution of
// a listed ROR or name. A name is listed when the words of the list's name
// stand in it as a phrase with slop 3. Source: spec dmps.md 8; P95.
class PlanSubset {
 public:
  // Errors: those of ingest/subset_lists.h; invalid_argument (no list, or no
  // entry in any).
  static Result<PlanSubset> read(
      const std::optional<ingest::SubsetList>& dois,
      const std::optional<ingest::SubsetList>& institutions);

  // Threads: one at a time.
  bool keeps(const model::Plan& plan);

 private:
  std::vector<std::string> tokens_of(std::string_view name);
  bool keeps(const model::Organisation& institution);

  text::Analyser analyser_;
  std::unordered_set<std::string> dois_, rors_;
  std::vector<std::vector<std::string>> names_;  // analysed
};

}  // namespace dmp::dmps
