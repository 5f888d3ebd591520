#pragma once

#include "match/text_score.h"
#include "match/vocabulary.h"
#include "model/work.h"
#include "text/analysis.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dmp::match {

// One work after another as words of the plans, by their numbers. Names that
// come up again, as surnames and universities do, are analysed once. Memory: 8
// bytes a word of the plans, and some ten MiB of names. Threads: one each.
class WorkWords {
 public:
  using Ids = std::vector<Vocabulary::Id>;

  // `words` must be complete.
  explicit WorkWords(const Vocabulary& words);

  // Turns to a work, which must live until the next call.
  void begin(const model::Work& work);
  const model::Work& work() const { return *work_; }

  // The words of a name in order, kUnknown for those that no plan has. Lives
  // until the next begin().
  const Ids& name(std::string_view text);

  // Title or abstract, analysed when first asked for.
  std::uint32_t tokens(TextField field) { return text(field).tokens; }
  std::uint32_t frequency(TextField field, Vocabulary::Id word) {
    return text(field).frequencies[word];
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Text {
    std::vector<std::uint32_t> frequencies;  // by word
    Ids present;                             // words with a frequency
    std::uint32_t tokens = 0;
    bool known = false;
  };
  Text& text(TextField field) {
    Text& text = texts_[static_cast<std::size_t>(field)];
    if (!text.known) read(field, text);
    return text;
  }
  void read(TextField field, Text& text);
  // Of the analysed tokens, in order.
  void find_all(const std::vector<text::Token>& tokens, Ids& ids);

  const Vocabulary& words_;
  text::Analyser analyser_;
  const model::Work* work_ = nullptr;
  std::unordered_map<std::string, Ids, Hash, std::equal_to<>> names_;
  Text texts_[2];
  Ids ids_;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace dmp::match
