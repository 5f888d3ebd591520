#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace dmp {

// Named counts of one stage, e.g. "rows_out", "bad_date.issued". Ordered by
// name, so printing is deterministic. Threads: one at a time; merge at the end.
class Counters {
 public:
  void add(std::string_view name, std::int64_t count = 1) {
    auto found = counts_.find(name);
    if (found == counts_.end()) {
      counts_.emplace(name, count);
    } else {
      found->second += count;
    }
  }
  void merge(const Counters& other) {
    for (const auto& [name, count] : other.counts_) add(name, count);
  }
  std::int64_t get(std::string_view name) const {
    auto found = counts_.find(name);
    return found == counts_.end() ? 0 : found->second;
  }
  const std::map<std::string, std::int64_t, std::less<>>& all() const {
    return counts_;
  }

 private:
  std::map<std::string, std::int64_t, std::less<>> counts_;
};

}  // namespace dmp
