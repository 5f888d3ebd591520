#include "match/vocabulary.h"

#include "text/xxh3.h"

namespace dmp::match {

namespace {

std::uint64_t hash_of(std::string_view word) {
  return XXH3_64bits(word.data(), word.size());
}

std::uint32_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

std::uint64_t Vocabulary::prepare(std::string_view word) const {
  const std::uint64_t hash = hash_of(word);
  __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  return hash;
}

Vocabulary::Id Vocabulary::find(std::string_view word,
                                std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].id != kUnknown;
       at = (at + 1) & mask) {
    if (slots_[at].tag == tag_of(hash) && this->word(slots_[at].id) == word)
      return slots_[at].id;
  }
  return kUnknown;
}

Vocabulary::Id Vocabulary::add(std::string_view word) {
  const std::uint64_t hash = hash_of(word);
  if (const Id known = find(word, hash); known != kUnknown) return known;
  if (size() * 2 > slots_.size()) grow();
  const auto id = static_cast<Id>(size());
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].id != kUnknown) at = (at + 1) & mask;
  slots_[at] = {tag_of(hash), id};
  words_ += word;
  begins_.push_back(words_.size());
  return id;
}

void Vocabulary::grow() {
  slots_.assign(slots_.size() * 2, {});
  const std::size_t mask = slots_.size() - 1;
  for (Id id = 1; id < size(); ++id) {
    const std::uint64_t hash = hash_of(word(id));
    std::size_t at = hash & mask;
    while (slots_[at].id != kUnknown) at = (at + 1) & mask;
    slots_[at] = {tag_of(hash), id};
  }
}

}  // namespace dmp::match
