#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::text {

// The classes of tokens names are made of. Source: spec records.md 1.6.

// What a token's class may depend on: case and length of the whole name.
struct WholeName {
  bool mixed_case = false;     // has a lower-case letter
  std::size_t word_count = 0;  // tokens that are certainly no initials
};
WholeName whole_name(const std::vector<std::string_view>& tokens);

// One letter; letters each with a dot; hyphenated initials; 2-3 letters and a
// dot (an abbreviation); 2-3 capitals in a name of mixed case when another
// token can serve as surname.
bool is_initials(std::string_view token, WholeName whole);
// Yu. | Md. | YU. in a name of capitals: stands for its first letter alone.
bool is_abbreviation(std::string_view token, WholeName whole);
bool is_particle(std::string_view token);
// A particle, or a word that begins with one (d'Arcy, al-Qader) or ends with
// one behind a hyphen (Jansen-van).
bool starts_surname(std::string_view token);
// How many of the last given names are particles that belong to the surname
// (`Gac, R. Le`, `Silva, Ana da`); at least one given name is left. In capitals
// only such as are no names themselves, unless nothing but initials is before.
std::size_t count_trailing_particles(const std::vector<std::string_view>& given,
                                     WholeName whole);
bool is_conjunction(std::string_view token);
bool is_title(std::string_view token);
bool is_post_nominal(std::string_view token);
bool is_generation(std::string_view token);
bool is_patronymic(std::string_view token);

// All letters are Han, Kana or Hangul (and there is one).
bool is_cjk(std::string_view text);
// Bytes of the surname at the front of an unbroken CJK name; 0: not known.
std::size_t cjk_surname_bytes(std::string_view text);

// Views into the text.
std::vector<std::string_view> split_words(std::string_view text);  // at blanks
// At blanks and behind the dot of an initial glued to a word (N.RAMAMOORTHY).
std::vector<std::string_view> split_name(std::string_view text);
// At blanks and behind every dot.
std::vector<std::string_view> split_given(std::string_view text);

struct CommaParts {
  std::vector<std::string_view> kept;  // titles, generations, years removed
  bool leading_empty = false;
};
CommaParts comma_parts(std::string_view text);

// The letters of initials, upper case, without dots and hyphens.
std::string letters_of(std::string_view token);
// First letters of a word's hyphenated parts, upper case; none for Han, Kana
// and Hangul.
std::string unit_initials(std::string_view token);

// Dashes and apostrophes made plain.
std::string prepared_name(std::string text);
// Without bracketed parts (closed or not) and quoted nicknames.
std::string parsing_form(std::string_view text);
// Without brackets that hold nothing but digits.
std::string without_digit_brackets(std::string_view text);
// One token, or particles and one word.
bool is_family_alone(std::string_view text);

bool has_lower(std::string_view text);
bool has_upper(std::string_view text);
std::size_t count_letters(std::string_view text);
std::string title_cased(std::string_view text);

}  // namespace dmp::text
