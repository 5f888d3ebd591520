#include "database/reviews.h"

#include "database/plan_map.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace dmp::database {

Result<match::linkage::Labels> read_reviews(RelatedWorksStore& store) {
  // Later first by time, then ACCEPTED.
  using Decision = std::pair<std::string, bool>;
  std::map<std::pair<std::string, std::string>, Decision> decisions;
  DMP_ASSIGN(const auto plans, store.plans());
  for (const auto& plan : plans) {
    const std::string plan_doi = normal_doi(plan.dmp_id);
    if (plan_doi.empty()) continue;
    DMP_ASSIGN(const auto links, store.links(plan.id));
    for (const auto& link : links) {
      const std::string doi = normal_doi(link.values.doi);
      if (link.values.status == LinkStatus::pending || doi.empty()) continue;
      const Decision one{link.modified,
                         link.values.status == LinkStatus::accepted};
      auto& last = decisions[{plan_doi, doi}];
      last = std::max(last, one);
    }
  }
  match::linkage::Labels labels;
  for (const auto& [pair, decision] : decisions)
    labels.emplace(pair, decision.second);
  return labels;
}

}  // namespace dmp::database
