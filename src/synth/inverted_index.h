#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::synth {

// The words of a text in order of first appearance, with their positions: the
// form in which OpenAlex gives abstracts. Source: spec records.md 2.
// An index may be built again; it keeps its memory.
class InvertedIndex {
 public:
  // `text` must live until the next build. `gap_every` > 0: after so many words
  // one position is left out, the empty word takes one, and two words share an
  // entry, a blank between them.
  void build(std::string_view text, std::uint32_t gap_every);

  // Appends the JSON object. `huge`: also positions that no text can have.
  void write(bool huge, std::string& out) const;

 private:
  struct Entry {
    std::string_view word;
    std::vector<std::uint32_t> positions;
  };
  void add(std::string_view word, std::uint32_t position);
  void grow();

  std::vector<Entry> words_;
  std::vector<std::uint32_t> table_;  // 0: free, else 1 + index of words_
};

}  // namespace dmp::synth
