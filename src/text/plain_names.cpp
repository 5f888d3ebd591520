// A plain word is `Maria`, `José`, `McDonald`, `O'Brien` or `Jean-Pierre`;
// initials are `J`, `J.` or `J.R.`. Whatever looks like a particle, title,
// post-nominal, generation or placeholder is left to the rules.
#include "text/plain_names.h"

#include "text/clean_text.h"
#include "text/name_tokens.h"
#include "text/unicode.h"

#include <array>
#include <cstdint>

namespace dmp::text {

namespace {

enum Class : std::uint8_t { other, upper, lower };

constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> table{};
  for (std::size_t c = 'A'; c <= 'Z'; ++c) table[c] = upper;
  for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = lower;
  return table;
}();

Class class_of(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}
char to_upper(char c) {
  return class_of(c) == lower ? static_cast<char>(c - 32) : c;
}

// U+00C0 to U+017F, two bytes each. They stay as they are in NFC, unless a mark
// follows, which is no plain letter. What has no single letter of the other
// case stays `other`.
constexpr std::size_t kFirstTwoByteLetter = 0xC0;
constexpr std::array<Class, 0x180 - kFirstTwoByteLetter> kTwoByteClasses = [] {
  std::array<Class, 0x180 - kFirstTwoByteLetter> table{};
  const auto at = [&](std::size_t c) -> Class& {
    return table[c - kFirstTwoByteLetter];
  };
  for (std::size_t c = 0xC0; c <= 0xDE; ++c) at(c) = upper;
  for (std::size_t c = 0xE0; c <= 0xFF; ++c) at(c) = lower;
  for (std::size_t c = 0x100; c <= 0x137; ++c) at(c) = c % 2 ? lower : upper;
  for (std::size_t c = 0x139; c <= 0x148; ++c) at(c) = c % 2 ? upper : lower;
  for (std::size_t c = 0x14A; c <= 0x177; ++c) at(c) = c % 2 ? lower : upper;
  at(0x178) = upper;
  for (std::size_t c = 0x179; c <= 0x17E; ++c) at(c) = c % 2 ? upper : lower;
  for (const std::size_t c :
       {0xD7, 0xF7, 0x130, 0x131, 0x132, 0x133, 0x13F, 0x140})
    at(c) = other;
  return table;
}();

struct Letter {
  Class letter_class = other;
  std::size_t bytes = 1;
};

// Of the character that begins at `at`.
Letter letter_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {kClasses[first], 1};
  if (first < 0xC3 || first > 0xC5 || at + 1 == text.size()) return {};
  const auto second = static_cast<unsigned char>(text[at + 1]);
  if ((second & 0xC0) != 0x80) return {};
  const std::size_t point = (first & 0x1FU) << 6 | (second & 0x3FU);
  return {kTwoByteClasses[point - kFirstTwoByteLetter], 2};
}

enum class Shape : std::uint8_t { unknown, word, initials, small };

// (X.)+ or X
Shape shape_of_initials(std::string_view token) {
  if (token.size() == 1) return Shape::initials;
  if (token.size() % 2 != 0) return Shape::unknown;
  for (std::size_t i = 0; i < token.size(); i += 2) {
    if (class_of(token[i]) != upper || token[i + 1] != '.')
      return Shape::unknown;
  }
  return Shape::initials;
}

// A capital first and a small letter in it; parts between hyphens begin with
// two letters (the first part may have an apostrophe there), the later ones
// with a letter of ASCII or a capital.
Shape shape_of_word(std::string_view token) {
  bool has_lower = false;
  std::size_t part = 0;  // characters of this part so far
  for (std::size_t i = 0; i < token.size();) {
    const char c = token[i];
    const Letter letter = letter_at(token, i);
    if (letter.letter_class != other) {
      if (part == 0 && letter.letter_class == lower && letter.bytes > 1)
        return Shape::unknown;
      has_lower = has_lower || letter.letter_class == lower;
      ++part;
    } else if (c == '\'' && part > 0 && i + 1 < token.size()) {
      ++part;
    } else if (c == '-' && part >= 2) {
      part = 0;
    } else {
      return Shape::unknown;
    }
    i += letter.bytes;
  }
  return has_lower && part >= 2 ? Shape::word : Shape::unknown;
}

Shape shape_of(std::string_view token) {
  if (token.empty()) return Shape::unknown;
  if (class_of(token[0]) == lower) {
    for (const char c : token) {
      if (class_of(c) != lower) return Shape::unknown;
    }
    return Shape::small;
  }
  if (letter_at(token, 0).letter_class != upper) return Shape::unknown;
  if (token.size() == 1 || token[1] == '.') return shape_of_initials(token);
  return shape_of_word(token);
}

// Takes the text up to the next blank; an empty token stands for a blank too
// many and has no shape.
std::string_view take_token(std::string_view& text) {
  const auto end = text.find(' ');
  const std::string_view token = text.substr(0, end);
  text =
      end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return token;
}

constexpr std::size_t kLongestDecoration = 10;  // "professor."

bool may_be_decoration(std::string_view token) {
  return token.size() <= kLongestDecoration &&
         (is_title(token) || is_post_nominal(token) || is_generation(token));
}

// Longest placeholder of letters in a label is "not available"; they begin
// with a, n, s or u.
bool may_be_placeholder(std::string_view text) {
  constexpr std::size_t kLongest = 20;
  constexpr std::string_view kFirstLetters = "AaNnSsUu";
  return text.size() <= kLongest &&
         kFirstLetters.find(text[0]) != std::string_view::npos &&
         is_placeholder(text, TextKind::label);
}

// Adds given names and initials token by token. Step G of the rules.
class GivenParts {
 public:
  explicit GivenParts(PersonName& name) : name_(name) {}

  void add(std::string_view token, Shape shape) {
    if (shape == Shape::initials) {
      for (const char c : token) {
        if (c != '.') unit({&c, 1});
      }
      return;
    }
    std::size_t at = 0;
    do {
      const Letter first = letter_at(token, at);
      if (first.bytes == 1) {
        const char letter = to_upper(token[at]);
        unit({&letter, 1});
      } else {
        unit(token.substr(at, first.bytes));
      }
      at = token.find('-', at) + 1;
    } while (at != 0);
    if (!name_.given_name) {
      name_.given_name.emplace(token);
    } else if (!name_.middle_names) {
      name_.middle_names.emplace(token);
    } else {
      *name_.middle_names += ' ';
      *name_.middle_names += token;
    }
  }

 private:
  void unit(std::string_view letter) {
    if (!name_.first_initial) {
      name_.first_initial.emplace(letter);
    } else if (!name_.middle_initials) {
      name_.middle_initials.emplace(letter);
    } else {
      *name_.middle_initials += letter;
    }
  }

  PersonName& name_;
};

// Words and initials, each added; false: something else is there, or the last
// of several may be a post-nominal, a generation or part of the surname.
bool add_given(std::string_view text, PersonName& name) {
  GivenParts parts(name);
  for (bool first = true;; first = false) {
    const bool last = text.find(' ') == std::string_view::npos;
    const std::string_view token = take_token(text);
    const Shape shape = shape_of(token);
    if (shape != Shape::word && shape != Shape::initials) return false;
    if (last && !first && (may_be_decoration(token) || is_particle(token))) {
      return false;
    }
    parts.add(token, shape);
    if (last) return true;
  }
}

// Small or plain words, the last one plain.
bool is_plain_family(std::string_view text) {
  for (bool first = true;; first = false) {
    const bool last = text.find(' ') == std::string_view::npos;
    const std::string_view token = take_token(text);
    const Shape shape = shape_of(token);
    if (last) {
      return shape == Shape::word && (first || !may_be_decoration(token));
    }
    if (shape != Shape::word && shape != Shape::small) return false;
  }
}

bool plain_parts(std::string_view given, std::string_view family,
                 PersonName& name) {
  if (!is_plain_family(family) || may_be_placeholder(family) ||
      may_be_placeholder(given) || !add_given(given, name)) {
    return false;
  }
  std::string full;
  full.reserve(given.size() + 1 + family.size());
  full.append(given).append(1, ' ').append(family);
  if (equals_in_lower(full, "et al") || may_be_placeholder(full)) return false;
  name.full = std::move(full);
  name.surname.emplace(family);
  return true;
}

// `Family, Given`
bool plain_inverted(std::string_view text, std::size_t comma,
                    PersonName& name) {
  const std::string_view family = text.substr(0, comma);
  if (comma + 2 >= text.size() || text[comma + 1] != ' ') return false;
  const std::string_view given = text.substr(comma + 2);
  // A part of decorations only is no given name; one plain word is enough.
  std::string_view rest = given;
  const std::string_view first = take_token(rest);
  if (may_be_decoration(first) || equals_in_lower(first, "v") ||
      equals_in_lower(first, "v.")) {
    return false;
  }
  if (!is_plain_family(family) || !add_given(given, name)) return false;
  name.full.emplace(text);
  name.surname.emplace(family);
  return true;
}

// `Given Family`: the last word is the surname if nothing before it begins one.
bool plain_direct(std::string_view text, PersonName& name) {
  const auto blank = text.rfind(' ');
  if (blank == std::string_view::npos || blank == 0 || text[blank - 1] == ' ')
    return false;
  const std::string_view surname = text.substr(blank + 1);
  if (shape_of(surname) != Shape::word || may_be_decoration(surname) ||
      equals_in_lower(text, "et al") || may_be_placeholder(text)) {
    return false;
  }
  std::string_view given = text.substr(0, blank);
  GivenParts parts(name);
  for (bool first = true; !given.empty(); first = false) {
    const std::string_view token = take_token(given);
    const Shape shape = shape_of(token);
    if (shape != Shape::word && shape != Shape::initials) return false;
    if (first ? may_be_decoration(token) : starts_surname(token)) return false;
    parts.add(token, shape);
  }
  name.full.emplace(text);
  name.surname.emplace(surname);
  return true;
}

constexpr std::size_t kLongestText = 200;

}  // namespace

std::optional<PersonName> plain_name(const NameParts& parts) {
  if (parts.given.size() > kLongestText || parts.family.size() > kLongestText ||
      parts.full.size() > kLongestText) {
    return std::nullopt;
  }
  PersonName name;
  if (parts.full.empty()) {
    if (parts.given.empty() || parts.family.empty()) return std::nullopt;
    if (!plain_parts(parts.given, parts.family, name)) return std::nullopt;
    return name;
  }
  if (!parts.given.empty() || !parts.family.empty()) return std::nullopt;
  const auto comma = parts.full.find(',');
  const bool done = comma == std::string_view::npos
                        ? plain_direct(parts.full, name)
                        : plain_inverted(parts.full, comma, name);
  if (!done) return std::nullopt;
  return name;
}

}  // namespace dmp::text
