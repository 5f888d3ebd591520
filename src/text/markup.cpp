#include "text/markup.h"

#include "text/clean_text.h"
#include "text/unicode.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace dmp::text {

namespace {

constexpr std::size_t kLongestTag = 4'096;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// A cursor that reads a tag and never past kLongestTag bytes.
class TagReader {
 public:
  TagReader(std::string_view text, std::size_t at)
      : text_(text.substr(at, kLongestTag)) {}

  Tag read() {
    Tag tag;
    ++at_;  // '<'
    tag.closing = take('/');
    if (!name(tag)) return {};
    for (;;) {
      const bool blank = skip_blanks();
      if (take('/')) {
        skip_blanks();
        tag.self_closing = true;
        if (!take('>')) return {};
        break;
      }
      if (take('>')) break;
      if (!blank || !attribute()) return {};
    }
    tag.length = at_;
    return tag;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool skip_blanks() {
    const std::size_t start = at_;
    while (is_blank(peek())) ++at_;
    return at_ > start;
  }
  bool name(Tag& tag) {
    const std::size_t start = at_;
    if (!is_letter(peek())) return false;
    while (is_name(peek())) ++at_;
    while ((peek() == ':' || peek() == '.' || peek() == '_' || peek() == '-') &&
           at_ + 1 < text_.size() && is_name(text_[at_ + 1])) {
      ++at_;
      while (is_name(peek())) ++at_;
    }
    tag.name.assign(text_.substr(start, at_ - start));
    std::transform(tag.name.begin(), tag.name.end(), tag.name.begin(), lower);
    tag.local = tag.name.substr(tag.name.rfind(':') + 1);
    return true;
  }
  // name="…", name='…' or name=bare
  bool attribute() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !is_blank(peek()) && peek() != '=' &&
           peek() != '>' && peek() != '<' && peek() != '/' && peek() != '"') {
      ++at_;
    }
    if (at_ == start) return false;
    skip_blanks();
    if (!take('=')) return false;
    skip_blanks();
    const char quote = peek();
    if (quote == '"' || quote == '\'') {
      const auto end = text_.find(quote, at_ + 1);
      if (end == std::string_view::npos) return false;
      at_ = end + 1;
      return true;
    }
    const std::size_t value = at_;
    while (at_ < text_.size() && !is_blank(peek()) && peek() != '>' &&
           peek() != '<') {
      ++at_;
    }
    return at_ > value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_math(const Tag& tag) {
  return tag.name.starts_with("mml:") || tag.name.starts_with("m:") ||
         tag.local == "math" || tag.local == "mi" || tag.local == "mo" ||
         tag.local == "mn" || tag.local.starts_with("mrow") ||
         tag.local.starts_with("msu") || tag.local.starts_with("mfrac") ||
         tag.local == "mtext" || tag.local == "mstyle" ||
         tag.local == "semantics";
}

// ------------------------------------------------------- words beside words
// Many publishers leave out the blanks around what they mark:
// `of<i>Chlamydia</i>Infection`, `a set for<mml:math>…</mml:math>`.

bool is_letter_point(char32_t c) {
  return c < 0x80 ? is_letter(static_cast<char>(c))
                  : u_isalpha(static_cast<UChar32>(c)) != 0;
}

char32_t first_point(std::string_view text) {
  std::size_t at = 0;
  return text.empty() ? 0 : next_code_point(text, at);
}

std::string_view last_character(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[--at]) & 0xC0) == 0x80) {
  }
  return text.substr(at);
}

bool begins_with_letters(std::string_view text, int count) {
  for (std::size_t at = 0; count > 0; --count) {
    if (at == text.size() || !is_letter_point(next_code_point(text, at)))
      return false;
  }
  return true;
}

bool ends_with_letters(std::string_view text, int count) {
  for (; count > 0; --count) {
    const std::string_view last = last_character(text);
    if (!is_letter_point(first_point(last))) return false;
    text.remove_suffix(last.size());
  }
  return true;
}

bool ends_with_digit(std::string_view text) {
  return !text.empty() && text.back() >= '0' && text.back() <= '9';
}

bool ends_a_clause(std::string_view text) {
  constexpr std::string_view kMarks = ".,:;)?!";
  return !text.empty() && kMarks.find(text.back()) != std::string_view::npos;
}

// No letter or symbol with an accent, unit or index: `<i>p</i>H` is one word.
bool is_wordy(std::string_view text) {
  constexpr int kLeastLetters = 3;
  int letters = 0;
  for (std::size_t at = 0; at < text.size() && letters < kLeastLetters;) {
    if (is_letter_point(next_code_point(text, at))) ++letters;
  }
  return letters == kLeastLetters;
}

// A single letter outside is part of the marked word: `<i>Agrobacteria</i>s`.
constexpr int kLeastOutside = 2;

bool ends_with_article(std::string_view text) {
  return !text.empty() && lower(text.back()) == 'a' &&
         (text.size() == 1 || is_blank(text[text.size() - 2]));
}

bool parted_before(Element kind, std::string_view before,
                   std::string_view inside) {
  const bool word = begins_with_letters(inside, 1);
  switch (kind) {
    case Element::emphasis:
      return word && is_wordy(inside) &&
             (ends_with_letters(before, kLeastOutside) ||
              ends_with_article(before) || ends_with_digit(before) ||
              ends_a_clause(before));
    case Element::formula:
      return word && ends_with_letters(before, kLeastOutside);
    case Element::raised:
      return ends_with_digit(before) && !inside.empty() &&
             inside.find_first_not_of("0123456789") == std::string_view::npos;
    default:
      return false;
  }
}

bool parted_behind(Element kind, std::string_view inside,
                   std::string_view behind) {
  if (!begins_with_letters(behind, kLeastOutside)) return false;
  switch (kind) {
    case Element::emphasis:
      return is_wordy(inside) &&
             (ends_with_letters(inside, 1) || ends_a_clause(inside));
    case Element::formula:
      return ends_with_letters(inside, 1) || ends_with_digit(inside);
    default:
      return false;
  }
}

// Strips one text, left to right, in one pass. End tags of dropped elements
// that were searched for in vain are remembered, so that many of them cost no
// more than one search each.
class Stripper {
 public:
  explicit Stripper(std::string_view text) : text_(text) {
    out_.reserve(text.size());
  }

  std::string run() {
    while (at_ < text_.size()) {
      const auto open = text_.find('<', at_);
      if (open == std::string_view::npos) {
        out_.append(text_.substr(at_));
        break;
      }
      if (open > at_) {
        const std::string_view between = text_.substr(at_, open - at_);
        pending_math_ = after_math_ ? blank_only(between) : std::nullopt;
        out_.append(between);
        if (!pending_math_) after_math_ = false;
      }
      at_ = open;
      if (!construct()) {
        out_ += '<';
        ++at_;
        after_math_ = false;
      }
      pending_math_.reset();
    }
    return std::move(out_);
  }

 private:
  static std::optional<std::size_t> blank_only(std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), is_blank)) return std::nullopt;
    return text.size();
  }

  // Skips to behind `end` and reports whether it occurs.
  bool skip_past(std::string_view end, std::size_t from, bool& known_absent) {
    if (known_absent) return false;
    const auto found = text_.find(end, from);
    if (found == std::string_view::npos) {
      known_absent = true;
      return false;
    }
    at_ = found + end.size();
    return true;
  }

  bool construct() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!--")) return skip_past("-->", at_ + 4, no_comment_);
    if (rest.starts_with("<![CDATA[")) return cdata();
    if (rest.size() > 9 && rest[1] == '!' &&
        std::equal(rest.begin() + 2, rest.begin() + 9, "doctype",
                   [](char a, char b) { return lower(a) == b; })) {
      return skip_past(">", at_, no_close_);
    }
    if (rest.starts_with("<?")) return skip_past(">", at_ + 2, no_close_);
    return tag();
  }

  bool cdata() {
    const std::size_t start = at_ + 9;
    bool& absent = no_cdata_end_;
    if (!skip_past("]]>", start, absent)) return false;
    out_.append(text_.substr(start, at_ - 3 - start));
    return true;
  }

  bool tag() {
    const Tag tag = tag_at(text_, at_);
    if (tag.length == 0) return false;
    const bool math = is_math(tag);
    if (math && pending_math_) out_.resize(out_.size() - *pending_math_);
    after_math_ = math;
    at_ += tag.length;
    const Element element = element_of(tag.local);
    switch (element) {
      case Element::emphasis:
      case Element::formula:
      case Element::raised:
        mark(tag, element);
        break;
      case Element::block:
        out_ += ' ';
        break;
      case Element::dropped:
        if (!tag.closing && !tag.self_closing) drop_content(tag.name);
        break;
      case Element::transparent:
        break;
    }
    return true;
  }

  // Parts the marked words from their neighbours where the mark ends. Of marks
  // inside one another the innermost counts.
  void mark(const Tag& tag, Element element) {
    if (!tag.closing) {
      mark_ = element;
      mark_start_ = out_.size();
      return;
    }
    if (mark_ != element) return;
    mark_ = Element::transparent;
    const std::string_view out = out_;
    const std::string_view inside = out.substr(mark_start_);
    const bool behind = parted_behind(element, inside, text_.substr(at_));
    if (parted_before(element, out.substr(0, mark_start_), inside))
      out_.insert(mark_start_, 1, ' ');
    if (behind) out_ += ' ';
  }

  // Moves behind the matching end tag, if there is one.
  void drop_content(const std::string& name) {
    if (no_end_.contains(name)) return;
    int depth = 1;
    for (auto at = text_.find('<', at_); at != std::string_view::npos;
         at = text_.find('<', at + 1)) {
      if (at + 1 >= text_.size() ||
          (text_[at + 1] != '/' && lower(text_[at + 1]) != name[0])) {
        continue;
      }
      const Tag inner = tag_at(text_, at);
      if (inner.length == 0 || inner.name != name || inner.self_closing) {
        continue;
      }
      depth += inner.closing ? -1 : 1;
      if (depth == 0) {
        at_ = at + inner.length;
        return;
      }
    }
    no_end_.insert(name);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  bool after_math_ = false;
  std::optional<std::size_t> pending_math_;
  Element mark_ = Element::transparent;  // that is open, if one is
  std::size_t mark_start_ = 0;
  bool no_comment_ = false, no_close_ = false, no_cdata_end_ = false;
  std::unordered_set<std::string> no_end_;
};

// ------------------------------------------------------------------ entities

struct NamedEntity {
  std::string_view name, utf8;
};

constexpr NamedEntity kEntities[] = {
#include "text/html_entities.inc"
};

std::string_view entity_named(std::string_view name) {
  const auto* end = std::end(kEntities);
  const auto* found =
      std::lower_bound(std::begin(kEntities), end, name,
                       [](const NamedEntity& entity, std::string_view wanted) {
                         return entity.name < wanted;
                       });
  return found != end && found->name == name ? found->utf8 : std::string_view();
}

// 128-159 mean Windows-1252 in HTML5; 0 keeps the code point.
constexpr std::array<char16_t, 32> kWindows1252{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

char32_t numeric_value(char32_t c) {
  if (c >= 128 && c <= 159 && kWindows1252[c - 128] != 0) {
    return kWindows1252[c - 128];
  }
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0xFFFD;
  return c;
}

// `#123` or `#x1F`; false when it is neither.
bool append_numeric(std::string_view body, std::string& out) {
  body.remove_prefix(1);
  const bool hex = !body.empty() && lower(body[0]) == 'x';
  if (hex) body.remove_prefix(1);
  if (body.empty()) return false;
  char32_t value = 0;
  for (const char c : body) {
    const char l = lower(c);
    unsigned digit = 99;
    if (l >= '0' && l <= '9') digit = static_cast<unsigned>(l - '0');
    if (hex && l >= 'a' && l <= 'f')
      digit = static_cast<unsigned>(l - 'a') + 10;
    if (digit == 99) return false;
    value = std::min<char32_t>(value * (hex ? 16 : 10) + digit, 0x110000);
  }
  append_utf8(out, numeric_value(value));
  return true;
}

constexpr std::size_t kLongestEntity = 40;

}  // namespace

Element element_of(std::string_view local_name) {
  static const std::unordered_map<std::string_view, Element> kElements = [] {
    std::unordered_map<std::string_view, Element> elements;
    for (const std::string_view name :
         {"script", "style", "tex-math", "annotation", "annotation-xml"}) {
      elements[name] = Element::dropped;
    }
    for (const std::string_view name :
         {"p",       "br",         "div",          "sec",        "title",
          "label",   "list",       "list-item",    "li",         "ul",
          "ol",      "dl",         "dt",           "dd",         "tr",
          "td",      "th",         "table",        "caption",    "h1",
          "h2",      "h3",         "h4",           "h5",         "h6",
          "hr",      "blockquote", "disp-formula", "disp-quote", "section",
          "article", "abstract",   "fig"}) {
      elements[name] = Element::block;
    }
    for (const std::string_view name :
         {"i", "em", "italic", "emph", "b", "bold", "strong"}) {
      elements[name] = Element::emphasis;
    }
    elements["math"] = Element::formula;
    elements["sup"] = Element::raised;
    return elements;
  }();
  const auto found = kElements.find(local_name);
  return found == kElements.end() ? Element::transparent : found->second;
}

Tag tag_at(std::string_view text, std::size_t at) {
  return TagReader(text, at).read();
}

std::string strip_markup(std::string_view text) {
  if (text.find('<') == std::string_view::npos) return std::string(text);
  return Stripper(text).run();
}

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const auto amp = text.find('&', at);
    if (amp == std::string_view::npos) break;
    out.append(text.substr(at, amp - at));
    at = amp;
    const std::string_view ahead = text.substr(amp + 1, kLongestEntity);
    const auto end = ahead.find(';');
    if (end != std::string_view::npos && end > 0) {
      const std::string_view body = ahead.substr(0, end);
      const std::string_view named =
          body[0] == '#' ? std::string_view() : entity_named(body);
      if (!named.empty() || (body[0] == '#' && append_numeric(body, out))) {
        out.append(named);
        at = amp + end + 2;
        continue;
      }
    }
    out += '&';
    ++at;
  }
  if (at < text.size()) out.append(text.substr(at));
  return out;
}

}  // namespace dmp::text
