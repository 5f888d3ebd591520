#include "synth/inverted_index.h"

#include "base/json_writer.h"

#include <algorithm>

namespace dmp::synth {
namespace {

std::uint64_t hash(std::string_view word) {
  std::uint64_t h = 1469598103934665603u;
  for (const char c : word)
    h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return h ^ (h >> 32);
}

std::size_t end_of_word(std::string_view text, std::size_t begin) {
  return std::min(text.find_first_of(" \n\t", begin), text.size());
}

}  // namespace

void InvertedIndex::build(std::string_view text, std::uint32_t gap_every) {
  words_.clear();
  table_.assign(1024, 0);
  std::uint32_t position = 0, words = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = end_of_word(text, begin);
    if (end > begin) {
      const bool odd = gap_every != 0 && ++words % gap_every == 0;
      if (odd && end + 1 < text.size() && text[end] == ' ')
        end = end_of_word(text, end + 1);
      add(text.substr(begin, end - begin), position++);
      if (odd) add("", ++position), position += 2;
    }
    begin = end + 1;
  }
}

void InvertedIndex::write(bool huge, std::string& out) const {
  JsonWriter json(out);
  json.begin_object();
  for (const Entry& entry : words_) {
    json.key(entry.word).begin_array();
    for (const std::uint32_t position : entry.positions)
      json.value(static_cast<int>(position));
    json.end_array();
  }
  if (huge) {
    json.key("far")
        .begin_array()
        .value(std::int64_t{1'000'000})
        .value(std::int64_t{4'000'000'000})
        .end_array();
    json.key("").begin_array().value(-3).end_array();
  }
  json.end_object();
}

void InvertedIndex::add(std::string_view word, std::uint32_t position) {
  if (words_.size() * 2 > table_.size()) grow();
  std::size_t at = hash(word) & (table_.size() - 1);
  for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
    Entry& entry = words_[table_[at] - 1];
    if (entry.word == word) {
      entry.positions.push_back(position);
      return;
    }
  }
  words_.push_back({word, {position}});
  table_[at] = static_cast<std::uint32_t>(words_.size());
}

void InvertedIndex::grow() {
  table_.assign(table_.size() * 2, 0);
  for (std::uint32_t i = 0; i < words_.size(); ++i) {
    std::size_t at = hash(words_[i].word) & (table_.size() - 1);
    while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
    table_[at] = i + 1;
  }
}

}  // namespace dmp::synth
