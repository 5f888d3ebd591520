#include "sql/term_table.h"

#include "text/xxh3.h"

#include <algorithm>
#include <cstring>

namespace dmp::sql {

namespace {

std::uint32_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

std::uint64_t TermTable::prepare(std::string_view term) const {
  const std::uint64_t hash = XXH3_64bits(term.data(), term.size());
  __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  return hash;
}

TermTable::Frequencies& TermTable::find(std::string_view term,
                                        std::uint64_t hash) {
  if (size_ * 3 > slots_.size() * 2) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at].used; at = (at + 1) & mask) {
    if (slots_[at].tag == tag_of(hash) && slots_[at].term() == term) {
      return slots_[at].counts;
    }
  }
  Slot& slot = slots_[at];
  slot.used = true;
  slot.tag = tag_of(hash);
  slot.length = static_cast<std::uint32_t>(term.size());
  if (term.size() <= kInline) {
    std::copy(term.begin(), term.end(), slot.text);
  } else {
    slot.elsewhere = store(term);
  }
  ++size_;
  return slot.counts;
}

void TermTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (!slot.used) continue;
    const std::string_view term = slot.term();
    std::size_t at = XXH3_64bits(term.data(), term.size()) & mask;
    while (slots_[at].used) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

const char* TermTable::store(std::string_view term) {
  if (block_used_ + term.size() > block_size_) {
    block_size_ = std::max(kBlockBytes, term.size());
    block_used_ = 0;
    blocks_.push_back(std::make_unique<char[]>(block_size_));
  }
  char* text = blocks_.back().get() + block_used_;
  std::memcpy(text, term.data(), term.size());
  block_used_ += term.size();
  return text;
}

void TermTable::clear() {
  std::vector<Slot>(kFirstSlots).swap(slots_);
  blocks_.clear();
  block_used_ = block_size_ = size_ = 0;
}

}  // namespace dmp::sql
