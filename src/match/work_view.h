#pragma once

#include "match/text_score.h"
#include "model/work.h"
#include "text/analysis.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dmp::match {

// A work with what evaluation needs of it, made when first asked for. Refers to
// the work, which must live as long. Threads: one at a time.
class WorkView {
 public:
  WorkView(const model::Work& work, text::Analyser& analyser)
      : work_(work), analyser_(analyser) {}

  const model::Work& work() const { return work_; }

  using Tokens = std::vector<std::string>;
  const Tokens& author_full(std::size_t index);
  const Tokens& author_surname(std::size_t index);  // empty: no surname
  const Tokens& institution(std::size_t index);
  const Tokens& funder(std::size_t index);
  const std::string& award_lower(std::size_t index);

  // Title or abstract in order. Lives until the next call of any function.
  const std::vector<text::Token>& tokens(TextField field);

  struct FieldTerms {
    std::unordered_map<std::string, std::uint32_t> frequency;
    std::uint32_t tokens = 0;
  };
  const FieldTerms& terms(TextField field);

 private:
  using Lists = std::vector<Tokens>;
  const Tokens& cached(Lists& lists, std::vector<bool>& known, std::size_t size,
                       std::size_t index, std::string_view text);

  const model::Work& work_;
  text::Analyser& analyser_;
  Lists full_, surname_, institution_, funder_;
  std::vector<bool> full_known_, surname_known_, institution_known_,
      funder_known_;
  std::vector<std::string> awards_;
  FieldTerms fields_[2];
  bool field_known_[2] = {false, false};
};

}  // namespace dmp::match
