#include "match/highlight.h"

#include "text/analysis.h"

#include <algorithm>

namespace dmp::match {

namespace {

constexpr std::size_t kTitleCharacters = 500;
constexpr std::size_t kFragment = 160;
constexpr std::size_t kEdge = 20;
constexpr std::size_t kMostFragments = 2;

struct Span {
  std::size_t begin, end;
};

std::vector<Span> hits(std::string_view text,
                       const std::unordered_set<std::string>& terms) {
  thread_local text::Analyser analyser;
  std::vector<Span> found;
  for (const auto& token : analyser.analyse(text)) {
    if (terms.contains(std::string(token.term))) {
      found.push_back({token.begin_byte, token.end_byte});
    }
  }
  return found;
}

bool is_edge(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '.' || c == ',' ||
         c == '!' || c == '?';
}

bool is_inside(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::size_t left_edge(std::string_view text, std::size_t at) {
  for (std::size_t i = 0; i < kEdge && at > i; ++i) {
    if (is_edge(text[at - i - 1])) return at - i;
  }
  while (at > 0 && is_inside(text[at])) --at;
  return at;
}

std::size_t right_edge(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  for (std::size_t i = 0; i < kEdge && at + i < text.size(); ++i) {
    if (is_edge(text[at + i])) return at + i;
  }
  while (at < text.size() && is_inside(text[at])) ++at;
  return at;
}

std::string marked(std::string_view text, Span part,
                   const std::vector<Span>& found) {
  std::string out;
  std::size_t at = part.begin;
  for (const auto& hit : found) {
    if (hit.begin < part.begin || hit.end > part.end) continue;
    out += text.substr(at, hit.begin - at);
    out += "<mark>";
    out += text.substr(hit.begin, hit.end - hit.begin);
    out += "</mark>";
    at = hit.end;
  }
  out += text.substr(at, part.end - at);
  return out;
}

std::string beginning(std::string_view text, std::size_t bytes) {
  return std::string(text.substr(
      0, bytes >= text.size() ? text.size() : right_edge(text, bytes)));
}

struct Fragment {
  Span span;
  std::size_t hits = 0;
};

}  // namespace

std::unordered_set<std::string> terms_of(const TermSelection& terms,
                                         TextField field) {
  std::unordered_set<std::string> found;
  for (const auto& term : terms.terms) {
    if (term.field == field) found.insert(term.term);
  }
  return found;
}

std::string mark_title(std::string_view title,
                       const std::unordered_set<std::string>& terms) {
  const auto found = hits(title, terms);
  if (found.empty()) return beginning(title, kTitleCharacters);
  return marked(title, {0, title.size()}, found);
}

std::vector<std::string> mark_abstract(
    std::string_view text, const std::unordered_set<std::string>& terms) {
  const auto found = hits(text, terms);
  if (found.empty()) return {beginning(text, kFragment)};
  std::vector<Fragment> fragments;
  std::size_t free_from = 0;
  for (std::size_t i = 0; i < found.size();) {
    std::size_t last = i;
    while (last + 1 < found.size() &&
           found[last + 1].end <= found[i].begin + kFragment - 6)
      ++last;
    const std::size_t stretch = found[last].end - found[i].begin;
    const std::size_t before =
        stretch < kFragment ? (kFragment - stretch) / 2 : 0;
    std::size_t begin = found[i].begin > before ? found[i].begin - before : 0;
    begin = std::max(free_from, left_edge(text, begin));
    begin = std::min(begin, found[i].begin);
    const std::size_t end = right_edge(
        text, std::max(begin + std::max(kFragment, stretch), found[last].end));
    fragments.push_back({{begin, end}, last - i + 1});
    free_from = end;
    i = last + 1;
    while (i < found.size() && found[i].begin < end) ++i;
  }
  std::stable_sort(
      fragments.begin(), fragments.end(),
      [](const auto& a, const auto& b) { return a.hits > b.hits; });
  if (fragments.size() > kMostFragments) fragments.resize(kMostFragments);
  std::vector<std::string> out;
  for (const auto& fragment : fragments)
    out.push_back(marked(text, fragment.span, found));
  return out;
}

}  // namespace dmp::match
