#include "match/work_words.h"

namespace dmp::match {

namespace {
constexpr std::size_t kMostNames = 1 << 16;
}  // namespace

WorkWords::WorkWords(const Vocabulary& words) : words_(words) {
  for (auto& text : texts_) text.frequencies.assign(words.size(), 0);
}

void WorkWords::begin(const model::Work& work) {
  work_ = &work;
  if (names_.size() > kMostNames) names_.clear();
  for (auto& text : texts_) {
    for (const auto word : text.present) text.frequencies[word] = 0;
    text.present.clear();
    text.tokens = 0;
    text.known = false;
  }
}

void WorkWords::find_all(const std::vector<text::Token>& tokens, Ids& ids) {
  hashes_.clear();
  for (const auto& token : tokens)
    hashes_.push_back(words_.prepare(token.term));
  ids.clear();
  for (std::size_t i = 0; i < tokens.size(); ++i)
    ids.push_back(words_.find(tokens[i].term, hashes_[i]));
}

const WorkWords::Ids& WorkWords::name(std::string_view text) {
  const auto known = names_.find(text);
  if (known != names_.end()) return known->second;
  Ids& ids = names_[std::string(text)];
  find_all(analyser_.analyse(text), ids);
  return ids;
}

void WorkWords::read(TextField field, Text& text) {
  text.known = true;
  const auto& source =
      field == TextField::title ? work_->title : work_->abstract_text;
  if (!source) return;
  find_all(analyser_.analyse(*source), ids_);
  text.tokens = static_cast<std::uint32_t>(ids_.size());
  for (const auto word : ids_) {
    if (word == Vocabulary::kUnknown) continue;
    if (text.frequencies[word]++ == 0) text.present.push_back(word);
  }
}

}  // namespace dmp::match
