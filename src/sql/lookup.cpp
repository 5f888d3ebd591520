#include "sql/lookup.h"

#include "text/xxh3.h"

#include <cstdint>
#include <cstring>

namespace dmp::sql {

namespace {

constexpr std::size_t kWord = sizeof(std::uint32_t);

std::uint32_t word(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, kWord);
  return value;
}

void put_word(std::string& bytes, std::size_t at, std::size_t value) {
  const auto narrow = static_cast<std::uint32_t>(value);
  std::memcpy(bytes.data() + at, &narrow, kWord);
}

std::size_t slot_of(std::string_view key, std::size_t slots) {
  return XXH3_64bits(key.data(), key.size()) & (slots - 1);
}

}  // namespace

std::string make_lookup(
    const std::vector<std::pair<std::string_view, std::string_view>>& entries) {
  std::size_t slots = 16;
  while (slots < entries.size() * 2) slots *= 2;
  std::string bytes((slots + 1) * kWord, '\0');
  put_word(bytes, 0, slots);
  for (const auto& [key, value] : entries) {
    std::size_t slot = slot_of(key, slots);
    while (word(bytes, (slot + 1) * kWord) != 0)
      slot = (slot + 1) & (slots - 1);
    const std::size_t place = bytes.size();
    put_word(bytes, (slot + 1) * kWord, place);
    bytes.resize(place + 2 * kWord);
    put_word(bytes, place, key.size());
    put_word(bytes, place + kWord, value.size());
    bytes += key;
    bytes += value;
  }
  return bytes;
}

std::string_view Lookup::find(std::string_view key) const {
  if (bytes_.size() < kWord) return {};
  const std::size_t slots = word(bytes_, 0);
  const std::size_t head = (slots + 1) * kWord;
  if (slots == 0 || (slots & (slots - 1)) != 0 || head > bytes_.size())
    return {};
  std::size_t slot = slot_of(key, slots);
  for (std::size_t tries = 0; tries < slots; ++tries) {
    const std::size_t place = word(bytes_, (slot + 1) * kWord);
    if (place < head || place + 2 * kWord > bytes_.size()) return {};
    const std::size_t key_size = word(bytes_, place);
    const std::size_t value_size = word(bytes_, place + kWord);
    const std::size_t text = place + 2 * kWord;
    if (key_size + value_size > bytes_.size() - text) return {};
    if (bytes_.substr(text, key_size) == key)
      return bytes_.substr(text + key_size, value_size);
    slot = (slot + 1) & (slots - 1);
  }
  return {};
}

}  // namespace dmp::sql
