#pragma once

#include "ingest/json_walk.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::ingest {

// An abstract that came as its words, each with the positions it stands at:
// {"word": [0, 17], …}. Of several words at one position the greatest stays;
// positions over 99,999, and all after the first 200,000, are left out and
// counted `abstract_bad_position`. Keeps its memory from record to record.
// Source: records.md 2.4.
class InvertedAbstract {
 public:
  void clear() {
    words_.clear();
    pairs_ = 0;
  }

  // Adds the words of the object, of the one below "InvertedIndex" in it (the
  // old form), or of the text that holds such JSON. Words are views into the
  // record; they live as long as it does, and until the parser reads the next.
  void read(JsonWalk& walk, ondemand::value value);

  bool empty() const { return words_.empty(); }

  // The words in their order, a blank between any two. Lives until the next
  // call.
  std::string_view text();

 private:
  bool read_plain(std::string_view json);
  void read_words(JsonWalk& walk, ondemand::value value);
  void read_text(JsonWalk& walk, ondemand::value value);
  void read_positions(JsonWalk& walk, std::string_view word,
                      ondemand::value positions);
  void place(std::size_t position, std::string_view word);

  std::vector<std::string_view> words_;  // by position; empty: none there
  std::size_t pairs_ = 0;
  std::string joined_;
  simdjson::padded_string nested_json_;
  ondemand::parser nested_parser_;
};

}  // namespace dmp::ingest
