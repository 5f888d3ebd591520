#pragma once

#include "database/related_works.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dmp::database {

// Which plan of a store a DOI means. Source: spec dmps.md 4.4.
class PlanMap {
 public:
  // Of rows with one DOI the one created last, then the highest id, counts;
  // rows without a DOI count for nobody.
  explicit PlanMap(std::span<const PlanRow> plans);

  // `doi` as in a record of matches, with the id it states, which wins if that
  // plan is there and has this DOI.
  std::optional<std::int64_t> find(std::string_view doi,
                                   std::optional<std::int64_t> stated) const;
  // The row behind an id that find() gave. Lives as long as this.
  const PlanRow& row(std::int64_t id) const { return rows_.at(id); }

 private:
  std::unordered_map<std::int64_t, PlanRow> rows_;
  std::unordered_map<std::int64_t, std::string> dois_;  // by id, normalised
  std::map<std::string, std::int64_t, std::less<>> ids_;
};

// The normalised DOI in a text, however it is written; "" when there is none.
std::string normal_doi(std::string_view text);

}  // namespace dmp::database
