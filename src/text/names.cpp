#include "text/names.h"

#include "text/clean_text.h"
#include "text/name_tokens.h"
#include "text/plain_names.h"
#include "text/unicode.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace dmp::text {

namespace {

using Tokens = std::vector<std::string_view>;

std::string join(const Tokens& tokens, std::size_t begin, std::size_t end) {
  std::string out;
  for (std::size_t i = begin; i < end; ++i) {
    if (!out.empty()) out += ' ';
    out += tokens[i];
  }
  return out;
}

void set(std::optional<std::string>& part, std::string text) {
  if (!text.empty()) part = std::move(text);
}

// `Rakhi.` is Rakhi.
std::string_view without_dot(std::string_view word) {
  if (word.ends_with('.')) word.remove_suffix(1);
  return word;
}

// Step G: the given part. `mixed_case` is that of the whole name.
void parse_given(std::string_view given, WholeName whole, PersonName& name) {
  std::string initials;
  std::string middle;
  bool first_unit = true;
  for (const std::string_view token : split_given(given)) {
    const bool initials_only = is_initials(token, whole);
    const std::string units = initials_only && !is_abbreviation(token, whole)
                                  ? letters_of(token)
                                  : unit_initials(token);
    if (!initials_only && name.given_name) {
      if (!middle.empty()) middle += ' ';
      middle += without_dot(token);
    } else if (!initials_only) {
      name.given_name = without_dot(token);
    }
    for (std::size_t at = 0; at < units.size();) {
      const std::size_t start = at;
      next_code_point(units, at);
      const std::string unit = units.substr(start, at - start);
      if (first_unit) {
        name.first_initial = unit;
      } else {
        initials += unit;
      }
      first_unit = false;
    }
    // A first unit without a letter of its own (Han, Kana) is still the first.
    if (units.empty()) first_unit = false;
  }
  set(name.middle_initials, std::move(initials));
  set(name.middle_names, std::move(middle));
}

// Drops titles in front and post-nominals or generations behind, never below
// two tokens.
void drop_decorations(Tokens& tokens) {
  while (tokens.size() > 2 && is_title(tokens.front())) {
    tokens.erase(tokens.begin());
  }
  while (tokens.size() > 2 &&
         (is_post_nominal(tokens.back()) || is_generation(tokens.back()))) {
    tokens.pop_back();
  }
}

// Steps C3 to C9: a text without comma. Sets surname and the given part.
class UncommaedName {
 public:
  UncommaedName(Tokens tokens, PersonName& name)
      : tokens_(std::move(tokens)), name_(name) {}

  void parse() {
    if (tokens_.size() < 2) return;
    if (patronymic() || trailing_initials()) return;
    const std::size_t start = surname_start();
    const std::size_t end = surname_end(start);
    Tokens given(tokens_.begin(),
                 tokens_.begin() + static_cast<std::ptrdiff_t>(start));
    for (std::size_t i = end; i < tokens_.size(); ++i) {
      given.push_back(tokens_[i]);
    }
    set_parts(join(tokens_, start, end), given);
  }

 private:
  WholeName whole() const { return whole_name(tokens_); }

  void set_parts(std::string surname, const Tokens& given) {
    set(name_.surname, std::move(surname));
    parse_given(join(given, 0, given.size()), whole(), name_);
  }

  // C4: three Cyrillic tokens, one of them a patronymic.
  bool patronymic() {
    if (tokens_.size() != 3) return false;
    if (is_patronymic(tokens_[2])) {
      set_parts(std::string(tokens_[0]), {tokens_[1], tokens_[2]});
      return true;
    }
    if (is_patronymic(tokens_[1])) {
      set_parts(std::string(tokens_[2]), {tokens_[0], tokens_[1]});
      return true;
    }
    return false;
  }

  // C5: one word (with particles) followed only by initials.
  bool trailing_initials() {
    std::size_t words = 0;
    std::size_t at = 0;
    while (at < tokens_.size() && !is_initials(tokens_[at], whole())) {
      if (!is_particle(tokens_[at])) ++words;
      ++at;
    }
    if (words != 1 || at == tokens_.size() || at == 0) return false;
    for (std::size_t i = at; i < tokens_.size(); ++i) {
      if (!is_initials(tokens_[i], whole())) return false;
    }
    set_parts(join(tokens_, 0, at),
              Tokens(tokens_.begin() + static_cast<std::ptrdiff_t>(at),
                     tokens_.end()));
    return true;
  }

  std::size_t surname_start() const {
    const std::size_t count = tokens_.size();
    // C6: the word before a conjunction.
    for (std::size_t i = 2; i + 1 < count; ++i) {
      if (is_conjunction(tokens_[i]) && !is_initials(tokens_[i - 1], whole()) &&
          !is_initials(tokens_[i + 1], whole())) {
        return i - 1;
      }
    }
    // C7: the first particle that a word follows.
    for (std::size_t i = 1; i + 1 < count; ++i) {
      if (starts_surname(tokens_[i]) && !is_initials(tokens_[i + 1], whole())) {
        return i;
      }
    }
    // C8: the last token that is no initial.
    for (std::size_t i = count; i-- > 1;) {
      if (!is_initials(tokens_[i], whole())) return i;
    }
    return count - 1;
  }

  // Initials after the surname belong to the given part.
  std::size_t surname_end(std::size_t start) const {
    std::size_t end = tokens_.size();
    while (end > start + 1 && is_initials(tokens_[end - 1], whole())) --end;
    return end;
  }

  Tokens tokens_;
  PersonName& name_;
};

// Han, Kana or Hangul: family first unless a comma says otherwise.
void parse_cjk(std::string_view text, PersonName& name) {
  const auto blank = text.find(' ');
  if (blank != std::string_view::npos) {
    set(name.surname, std::string(text.substr(0, blank)));
    set(name.given_name, std::string(trim(text.substr(blank))));
    return;
  }
  const std::size_t split = cjk_surname_bytes(text);
  if (split == 0) return;
  set(name.surname, std::string(text.substr(0, split)));
  set(name.given_name, std::string(text.substr(split)));
}

// Surname and given names of a name whose parts are told apart.
void set_parted(Tokens surname, Tokens given, WholeName whole,
                PersonName& name) {
  const auto particles =
      static_cast<std::ptrdiff_t>(count_trailing_particles(given, whole));
  surname.insert(surname.begin(), given.end() - particles, given.end());
  given.erase(given.end() - particles, given.end());
  set(name.surname, join(surname, 0, surname.size()));
  parse_given(join(given, 0, given.size()), whole, name);
}

// C: one text. False: it is no person's name (address text).
bool parse_text(std::string_view text, PersonName& name) {
  // Several people in one field: the first of them.
  if (const auto end = text.find(';'); end != std::string_view::npos) {
    const std::string_view first = trim(text.substr(0, end));
    if (!first.empty()) return parse_text(first, name);
  }
  const bool cjk = is_cjk(text);
  if (text.find(',') != std::string_view::npos) {
    const CommaParts parts = comma_parts(text);
    if (parts.leading_empty) return false;
    if (parts.kept.size() >= 2) {
      if (cjk) {
        set(name.surname, std::string(parts.kept[0]));
        set(name.given_name, std::string(parts.kept[1]));
        return true;
      }
      set_parted(split_words(parts.kept[0]), split_words(parts.kept[1]),
                 whole_name(split_words(text)), name);
      return true;
    }
    if (parts.kept.empty()) return true;
    return parse_text(parts.kept[0], name);
  }
  if (cjk) {
    parse_cjk(text, name);
    return true;
  }
  Tokens tokens = split_name(text);
  std::erase_if(tokens, [](auto token) { return count_letters(token) == 0; });
  drop_decorations(tokens);
  UncommaedName(std::move(tokens), name).parse();
  return true;
}

// The words of a part, without what only decorates them and without commas.
Tokens plain_words(std::string_view part) {
  Tokens tokens = split_words(part);
  while (tokens.size() > 1 &&
         (is_post_nominal(tokens.back()) || is_generation(tokens.back()))) {
    tokens.pop_back();
  }
  while (!tokens.empty()) {
    std::string_view& last = tokens.back();
    while (last.ends_with(',')) last.remove_suffix(1);
    if (!last.empty()) break;
    tokens.pop_back();
  }
  return tokens;
}

// A: both parts are there. False: one of them is nothing but decoration.
bool parse_both(std::string_view given, std::string_view family,
                PersonName& name) {
  const Tokens surname = plain_words(family);
  const Tokens first = plain_words(given);
  if (surname.empty() || first.empty()) return false;
  if (is_cjk(given)) {
    set(name.surname, join(surname, 0, surname.size()));
    set(name.given_name, join(first, 0, first.size()));
    return true;
  }
  Tokens whole = first;
  whole.insert(whole.end(), surname.begin(), surname.end());
  set_parted(surname, first, whole_name(whole), name);
  return true;
}

// No Korean surname has three syllables.
bool is_whole_hangul(std::string_view family) {
  constexpr std::size_t kLeastSyllables = 3;
  std::size_t at = 0;
  if (family.empty() || count_code_points(family) < kLeastSyllables)
    return false;
  const char32_t first = next_code_point(family, at);
  return first >= 0xAC00 && first <= 0xD7A3 && cjk_surname_bytes(family) > 0;
}

// B, C: the whole in one text, or one part alone. False: no person's name.
bool parse_one(const std::string& given, const std::string& family,
               const std::string& full, PersonName& name) {
  if (!full.empty()) return parse_text(parsing_form(full), name);
  if (plain_words(family).empty()) return parse_text(given, name);
  if (!is_family_alone(family) || is_whole_hangul(family))
    return parse_text(family, name);
  name.surname = family;
  return true;
}

// Four letters or more, none of them small but in particles: `De CARVALHO`.
bool is_shouted(std::string_view surname) {
  std::size_t letters = 0;
  for (const std::string_view word : split_words(surname)) {
    if (is_particle(word)) continue;
    if (has_lower(word)) return false;
    letters += count_letters(word);
  }
  return letters >= 4;
}

// Case: names that are all capitals or all small are title-cased.
void mend_case(PersonName& name) {
  const std::array<std::optional<std::string>*, 3> parts{
      &name.surname, &name.given_name, &name.middle_names};
  bool lower = false;
  bool upper = false;
  std::size_t letters = 0;
  for (const auto* part : parts) {
    if (!*part) continue;
    lower = lower || has_lower(**part);
    upper = upper || has_upper(**part);
    letters += count_letters(**part);
  }
  const bool capitals = !lower && letters > 3;
  const bool small = lower && !upper;
  if (capitals || small) {
    for (auto* part : parts) {
      if (*part) *part = title_cased(**part);
    }
  } else if (name.surname && is_shouted(*name.surname)) {
    name.surname = title_cased(*name.surname);
  }
}

// The text as it will be shown: brackets that hold only digits are dropped.
std::string shown(std::string_view text) {
  return without_digit_brackets(text);
}

std::string full_of(const NameParts& parts) {
  if (!trim(parts.full).empty()) return shown(parts.full);
  std::string full(trim(parts.given));
  if (!full.empty() && !trim(parts.family).empty()) full += ' ';
  full += trim(parts.family);
  return shown(full);
}

std::string cleaned(std::string_view part) {
  if (part.empty()) return {};
  return clean_text(part, TextKind::label).value_or(std::string());
}

// A part beside the other one. `A.` and `Na` stand for nothing as a label, but
// beside the other part of a name they are an initial and a name.
std::string part_of_name(std::string_view part, std::string_view other) {
  const std::string_view word = trim(part);
  std::string_view bare = word;
  if (bare.ends_with('.')) bare.remove_suffix(1);
  if ((equals_in_lower(bare, "a") || equals_in_lower(bare, "na")) &&
      !cleaned(other).empty()) {
    return std::string(word);
  }
  return cleaned(part);
}

bool is_no_name(std::string_view full) {
  return equals_in_lower(full, "et al") || equals_in_lower(full, "et al.") ||
         is_placeholder(full, TextKind::label) || count_letters(full) == 0;
}

}  // namespace

std::optional<PersonName> parse_name(const NameParts& parts) {
  if (auto name = plain_name(parts)) return name;
  return parse_name_by_rules(parts);
}

std::optional<PersonName> parse_name_by_rules(const NameParts& raw) {
  const std::string given = prepared_name(part_of_name(raw.given, raw.family));
  const std::string family = prepared_name(part_of_name(raw.family, raw.given));
  const std::string full_text = prepared_name(cleaned(raw.full));
  PersonName name;
  const std::string full = full_of({given, family, {}, full_text});
  if (is_no_name(full)) return std::nullopt;
  name.full = full;

  const auto part_of = [](std::string_view part) {
    std::string form = parsing_form(part);
    if (form.find_first_not_of(", ") == std::string::npos) form.clear();
    return form;
  };
  const std::string first = part_of(given);
  const std::string last = part_of(family);
  const bool both =
      !first.empty() && !last.empty() && parse_both(first, last, name);
  if (!both && !parse_one(first, last, full_text, name)) return std::nullopt;
  mend_case(name);
  return name;
}

}  // namespace dmp::text
