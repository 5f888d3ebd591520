#pragma once

#include "database/merge.h"
#include "database/related_works.h"

#include <vector>

namespace dmp::database {

// What became of the links of a plan: by id, updated where a value moved.
struct Difference {
  std::vector<LinkValues> inserted, deleted;
  std::int64_t updated = 0;
  LinkCounts counts() const;
};
Difference difference(const std::vector<Link>& before,
                      const std::vector<Link>& after);

// What merging `batch`, or with `is_empty` a record without works, would do to
// a plan with these links: the counts that difference() finds afterwards.
LinkCounts foreseen(const std::vector<Link>& links, const Batch& batch,
                    bool is_empty);

}  // namespace dmp::database
