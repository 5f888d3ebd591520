#include "match/work_view.h"

#include "text/unicode.h"

namespace dmp::match {

const WorkView::Tokens& WorkView::cached(Lists& lists, std::vector<bool>& known,
                                         std::size_t size, std::size_t index,
                                         std::string_view text) {
  if (lists.size() < size) {
    lists.resize(size);
    known.resize(size, false);
  }
  if (!known[index]) {
    known[index] = true;
    for (const auto& token : analyser_.analyse(text)) {
      lists[index].emplace_back(token.term);
    }
  }
  return lists[index];
}

namespace {
std::string_view view_of(const std::optional<std::string>& text) {
  return text ? std::string_view(*text) : std::string_view();
}
}  // namespace

const WorkView::Tokens& WorkView::author_full(std::size_t index) {
  return cached(full_, full_known_, work_.authors.size(), index,
                view_of(work_.authors[index].name.full));
}

const WorkView::Tokens& WorkView::author_surname(std::size_t index) {
  return cached(surname_, surname_known_, work_.authors.size(), index,
                view_of(work_.authors[index].name.surname));
}

const WorkView::Tokens& WorkView::institution(std::size_t index) {
  return cached(institution_, institution_known_, work_.institutions.size(),
                index, view_of(work_.institutions[index].name));
}

const WorkView::Tokens& WorkView::funder(std::size_t index) {
  return cached(funder_, funder_known_, work_.funders.size(), index,
                view_of(work_.funders[index].name));
}

const std::string& WorkView::award_lower(std::size_t index) {
  if (awards_.empty()) {
    for (const auto& award : work_.awards) {
      awards_.push_back(text::to_lower(award.award_id));
    }
  }
  return awards_[index];
}

const std::vector<text::Token>& WorkView::tokens(TextField field) {
  return analyser_.analyse(
      view_of(field == TextField::title ? work_.title : work_.abstract_text));
}

const WorkView::FieldTerms& WorkView::terms(TextField field) {
  const auto at = static_cast<std::size_t>(field);
  if (!field_known_[at]) {
    field_known_[at] = true;
    for (const auto& token : tokens(field)) {
      ++fields_[at].frequency[std::string(token.term)];
      ++fields_[at].tokens;
    }
  }
  return fields_[at];
}

}  // namespace dmp::match
