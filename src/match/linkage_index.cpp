#include "match/linkage_index.h"

#include <algorithm>

namespace dmp::match::linkage {

namespace {

// A name is found by its initial, by not having one, or by either.
std::string name_key_of(const std::string& surname, std::string_view initial) {
  std::string key = surname;
  key += ' ';
  key += initial;
  return key;
}
constexpr std::string_view kAnyInitial = "*";

}  // namespace

LinkageIndex::LinkageIndex(const std::vector<LinkagePlan>& plans) {
  for (std::uint32_t i = 0; i < plans.size(); ++i) add_plan(plans[i], i);
}

void LinkageIndex::add_plan(const LinkagePlan& plan, std::uint32_t position) {
  const auto put = [&](Map& map, const std::string& key) {
    auto& list = map[key];
    if (list.empty() || list.back() != position) list.push_back(position);
  };
  for (const auto& doi : plan.funded_dois) put(funded_, doi);
  for (const auto& doi : plan.outputs) put(output_, doi);
  for (const auto& author : plan.authors) {
    if (author.orcid) put(orcid_, *author.orcid);
    if (author.name.surname.empty()) continue;
    put(name_, name_key_of(author.name.surname, author.name.initial));
    put(name_, name_key_of(author.name.surname, kAnyInitial));
  }
  for (const auto& award : plan.awards) {
    put(award_, award.normalised);
    for (const auto& core : award.cores) put(core_, core);
  }
}

void LinkageIndex::add(const Map& map, const std::string& key,
                       std::vector<std::uint32_t>& out) {
  const auto found = map.find(key);
  if (found != map.end())
    out.insert(out.end(), found->second.begin(), found->second.end());
}

void LinkageIndex::candidates(WorkKeys& keys,
                              std::vector<std::uint32_t>& out) const {
  out.clear();
  const model::Work& work = keys.work();
  add(funded_, work.doi, out);
  for (const auto& author : work.authors) {
    if (author.orcid) add(orcid_, *author.orcid, out);
  }
  for (const auto& name : keys.names()) {
    if (name.surname.empty()) continue;
    if (name.initial.empty()) {
      add(name_, name_key_of(name.surname, kAnyInitial), out);
    } else {
      add(name_, name_key_of(name.surname, name.initial), out);
      add(name_, name_key_of(name.surname, {}), out);
    }
  }
  for (const auto& award : keys.awards()) {
    add(award_, award.normalised, out);
    for (const auto& core : award.cores) add(core_, core, out);
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

}  // namespace dmp::match::linkage
