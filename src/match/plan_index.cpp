#include "match/plan_index.h"

#include <algorithm>
#include <numeric>

namespace dmp::match {

PlanIndex::PlanIndex(const std::vector<PlanQuery>& queries, bool all) {
  if (all) {
    all_.resize(queries.size());
    std::iota(all_.begin(), all_.end(), 0U);
  }
  const auto put = [](Map& map, const std::string& key, std::uint32_t plan) {
    auto& plans = map[key];
    if (plans.empty() || plans.back() != plan) plans.push_back(plan);
  };
  for (std::uint32_t plan = 0; plan < queries.size(); ++plan) {
    const PlanQuery& query = queries[plan];
    for (const auto& doi : query.funded_dois) put(funded_, doi, plan);
    for (const auto& doi : query.outputs) put(output_, doi, plan);
    for (const auto& author : query.authors) {
      if (author.orcid) put(orcid_, *author.orcid, plan);
      if (!author.surname_tokens.empty())
        put(surname_, author.surname_tokens[0], plan);
    }
    for (const auto& award : query.awards) {
      for (const auto& variant : award.variants)
        put(award_, variant.lower, plan);
    }
  }
}

void PlanIndex::add(const Map& map, const std::string& key,
                    std::vector<std::uint32_t>& out) {
  const auto found = map.find(key);
  if (found != map.end())
    out.insert(out.end(), found->second.begin(), found->second.end());
}

void PlanIndex::candidates(WorkView& view,
                           std::vector<std::uint32_t>& out) const {
  out = all_;
  if (!all_.empty()) return;
  const model::Work& work = view.work();
  add(funded_, work.doi, out);
  for (std::size_t i = 0; i < work.authors.size(); ++i) {
    if (work.authors[i].orcid) add(orcid_, *work.authors[i].orcid, out);
    for (const auto& token : view.author_full(i)) add(surname_, token, out);
    // A surname may be spelled where the full name is not.
    for (const auto& token : view.author_surname(i)) add(surname_, token, out);
  }
  for (std::size_t i = 0; i < work.awards.size(); ++i) {
    add(award_, view.award_lower(i), out);
  }
  if (!output_.empty()) {
    for (const auto* dois :
         {&work.intra_work_dois, &work.possible_shared_project_dois,
          &work.dataset_citation_dois}) {
      for (const auto& doi : *dois) add(output_, doi, out);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
}

}  // namespace dmp::match
