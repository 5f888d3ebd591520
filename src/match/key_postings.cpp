#include "match/key_postings.h"

#include <algorithm>

namespace dmp::match {

void KeyPostings::put(std::string_view key, std::uint32_t number) {
  waiting_.emplace_back(keys_.add(key), number);
}

void KeyPostings::finish() {
  std::sort(waiting_.begin(), waiting_.end());
  waiting_.erase(std::unique(waiting_.begin(), waiting_.end()), waiting_.end());
  begins_.assign(keys_.size() + 1, 0);
  numbers_.reserve(waiting_.size());
  for (const auto& [key, number] : waiting_) {
    numbers_.push_back(number);
    begins_[key + 1] = numbers_.size();
  }
  waiting_ = {};
}

std::span<const std::uint32_t> KeyPostings::find(std::string_view key) const {
  const Vocabulary::Id id = keys_.find(key);
  if (id == Vocabulary::kUnknown) return {};
  return std::span(numbers_).subspan(begins_[id],
                                     begins_[id + 1] - begins_[id]);
}

}  // namespace dmp::match
