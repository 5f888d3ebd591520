#include "sql/key_counts.h"

#include <utility>

namespace dmp::sql {

KeyCounts::Slot& KeyCounts::place(std::uint64_t key) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = key & mask;
  while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask;
  return slots_[at];
}

void KeyCounts::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.key != 0) place(slot.key) = slot;
  }
}

void KeyCounts::settle() {
  for (const std::uint64_t key : waiting_) {
    if (key == 0) {
      ++zero_count_;
      continue;
    }
    Slot& slot = place(key);
    ++slot.count;
    if (slot.key == key) continue;
    slot.key = key;
    if (++size_ * 3 > slots_.size() * 2) grow();
  }
  waiting_.clear();
}

void KeyCounts::clear() {
  std::vector<Slot>(kFirstSlots).swap(slots_);
  waiting_.clear();
  size_ = 0;
  zero_count_ = 0;
}

}  // namespace dmp::sql
