#include "database/effect.h"

#include "text/collation.h"

#include <algorithm>
#include <map>
#include <string>

namespace dmp::database {

namespace {

bool is_pending(const Link& link) {
  return link.values.status == LinkStatus::pending;
}

// PENDING links that drop_double_links() would drop, of links to one work.
std::int64_t surplus(const std::vector<const Link*>& links) {
  const auto pending =
      std::count_if(links.begin(), links.end(),
                    [](const Link* one) { return is_pending(*one); });
  const bool all = pending == static_cast<std::ptrdiff_t>(links.size());
  return all ? pending - 1 : pending;
}

// The PENDING link that would stay of links to one work; null: none.
const Link* left_pending(const std::vector<const Link*>& links) {
  const Link* oldest = nullptr;
  for (const Link* one : links) {
    if (!is_pending(*one)) return nullptr;
    if (oldest == nullptr || one->id < oldest->id) oldest = one;
  }
  return oldest;
}

// As 5b of the algorithm leaves it: all but the status, and the DOI as it is
// stored.
bool would_move(const LinkValues& stored, LinkValues staged) {
  staged.doi = stored.doi;
  staged.status = stored.status;
  return stored != staged;
}

}  // namespace

LinkCounts Difference::counts() const {
  return {static_cast<std::int64_t>(inserted.size()), updated,
          static_cast<std::int64_t>(deleted.size())};
}

Difference difference(const std::vector<Link>& before,
                      const std::vector<Link>& after) {
  std::map<std::int64_t, const LinkValues*> old;
  for (const Link& link : before) old.emplace(link.id, &link.values);
  Difference result;
  for (const Link& link : after) {
    const auto found = old.find(link.id);
    if (found == old.end()) {
      result.inserted.push_back(link.values);
      continue;
    }
    if (*found->second != link.values) ++result.updated;
    old.erase(found);
  }
  for (const auto& [id, values] : old) result.deleted.push_back(*values);
  return result;
}

LinkCounts foreseen(const std::vector<Link>& links, const Batch& batch,
                    bool is_empty) {
  LinkCounts counts;
  if (is_empty) {
    counts.deleted =
        std::count_if(links.begin(), links.end(), [](const Link& link) {
          return is_pending(link) &&
                 link.values.source == LinkSource::system_matched;
        });
    return counts;
  }
  if (batch.links.empty()) return counts;
  std::map<std::string, std::vector<const Link*>> by_work;
  for (const Link& link : links)
    by_work[text::collation_key(link.values.doi)].push_back(&link);
  for (const auto& [plan, values] : batch.links) {
    const auto found = by_work.find(text::collation_key(values.doi));
    if (found == by_work.end()) {
      ++counts.inserted;
      continue;
    }
    counts.deleted += surplus(found->second);
    const Link* pending = left_pending(found->second);
    if (pending != nullptr && would_move(pending->values, values))
      ++counts.updated;
    by_work.erase(found);
  }
  for (const auto& [key, stale] : by_work)
    counts.deleted +=
        std::count_if(stale.begin(), stale.end(),
                      [](const Link* one) { return is_pending(*one); });
  return counts;
}

}  // namespace dmp::database
