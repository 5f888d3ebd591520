#include "match/highlight.h"

#include <algorithm>

namespace dmp::match {

namespace {

constexpr std::size_t kTitleCharacters = 500;
constexpr std::size_t kFragment = 160;
constexpr std::size_t kLead = 6;
constexpr std::size_t kEdge = 20;
constexpr std::size_t kMostFragments = 2;

// Places in characters of a Text.
struct Span {
  std::size_t begin, end;
};

// A text that is counted in characters. Refers to the bytes given.
class Text {
 public:
  explicit Text(std::string_view bytes) : bytes_(bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if ((static_cast<unsigned char>(bytes[at]) & 0xC0) != 0x80)
        starts_.push_back(at);
    }
    size_ = starts_.size();
    starts_.push_back(bytes.size());
  }
  std::size_t size() const { return size_; }
  char at(std::size_t character) const { return bytes_[starts_[character]]; }
  std::string_view part(Span span) const {
    return bytes_.substr(starts_[span.begin],
                         starts_[span.end] - starts_[span.begin]);
  }
  // The character that begins at this byte, or the next.
  std::size_t character_at(std::size_t byte) const {
    return static_cast<std::size_t>(
        std::lower_bound(starts_.begin(), starts_.end(), byte) -
        starts_.begin());
  }

 private:
  std::string_view bytes_;
  std::vector<std::size_t> starts_;
  std::size_t size_ = 0;
};

std::vector<Span> hits(const Text& text, const std::vector<Mark>& marks) {
  std::vector<Span> found;
  found.reserve(marks.size());
  for (const auto& mark : marks)
    found.push_back(
        {text.character_at(mark.begin), text.character_at(mark.end)});
  return found;
}

bool is_edge(char c) {
  return std::string_view(" \t\n.,!?").find(c) != std::string_view::npos;
}

std::size_t left_edge(const Text& text, std::size_t at) {
  for (std::size_t i = 0; i < kEdge && at > i; ++i) {
    if (is_edge(text.at(at - i - 1))) return at - i;
  }
  return at > kEdge ? at : 0;
}

std::size_t right_edge(const Text& text, std::size_t at) {
  for (std::size_t i = 0; i < kEdge && at + i < text.size(); ++i) {
    if (is_edge(text.at(at + i))) return at + i;
  }
  return at + kEdge < text.size() ? at : text.size();
}

void append(std::string& out, std::string_view part, Encoding encoding) {
  if (encoding == Encoding::plain) {
    out += part;
    return;
  }
  for (const char c : part) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
}

std::string marked(const Text& text, Span part, const std::vector<Span>& found,
                   Encoding encoding) {
  std::string out;
  std::size_t at = part.begin;
  for (const auto& hit : found) {
    if (hit.begin < at || hit.end > part.end) continue;
    append(out, text.part({at, hit.begin}), encoding);
    out += "<mark>";
    append(out, text.part(hit), encoding);
    out += "</mark>";
    at = hit.end;
  }
  append(out, text.part({at, part.end}), encoding);
  return out;
}

struct Fragment {
  Span span;
  std::size_t hits = 0;
};

// The fragment of hits[first …], not before `free_from`.
Fragment fragment_at(const Text& text, const std::vector<Span>& found,
                     std::size_t first, std::size_t free_from) {
  std::size_t last = first;
  while (last + 1 < found.size() &&
         found[last + 1].end + kLead <= found[first].begin + kFragment)
    ++last;
  const std::size_t stretch = found[last].end - found[first].begin;
  const std::size_t before =
      stretch < kFragment ? (kFragment - stretch) / 2 : 0;
  const std::size_t start = std::max(
      free_from, found[first].begin - std::min(found[first].begin, before));
  const std::size_t begin = std::max(free_from, left_edge(text, start));
  const std::size_t wanted = start + std::max(kFragment, stretch);
  const std::size_t end =
      wanted >= text.size() ? text.size() : right_edge(text, wanted);
  return {{begin, end}, last - first + 1};
}

}  // namespace

std::string mark_title(std::string_view title, const std::vector<Mark>& marks,
                       Encoding encoding) {
  const Text text(title);
  const auto found = hits(text, marks);
  const std::size_t end =
      found.empty() ? std::min(text.size(), kTitleCharacters) : text.size();
  return marked(text, {0, end}, found, encoding);
}

std::vector<std::string> mark_abstract(std::string_view abstract_text,
                                       const std::vector<Mark>& marks,
                                       Encoding encoding) {
  const Text text(abstract_text);
  if (text.size() == 0) return {};
  const auto found = hits(text, marks);
  if (found.empty()) {
    const std::size_t end =
        text.size() <= kFragment ? text.size() : right_edge(text, kFragment);
    return {marked(text, {0, end}, found, encoding)};
  }
  std::vector<Fragment> fragments;
  std::size_t free_from = 0;
  for (std::size_t i = 0; i < found.size();) {
    fragments.push_back(fragment_at(text, found, i, free_from));
    free_from = fragments.back().span.end;
    while (i < found.size() && found[i].begin < free_from) ++i;
  }
  std::stable_sort(
      fragments.begin(), fragments.end(),
      [](const auto& a, const auto& b) { return a.hits > b.hits; });
  if (fragments.size() > kMostFragments) fragments.resize(kMostFragments);
  std::vector<std::string> out;
  out.reserve(fragments.size());
  for (const auto& fragment : fragments)
    out.push_back(marked(text, fragment.span, found, encoding));
  return out;
}

}  // namespace dmp::match
