#pragma once

#include "synth/random.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dmp::synth {

// A person's name as the person writes it. `middle` is empty, one initial or a
// word.
struct Name {
  std::string given, middle, family;
  bool operator==(const Name&) const = default;
};

// A name from one of several cultures; common_names is the share of surnames
// from the list of common ones, the others are composed.
Name invented_name(Random random, double common_names);

// The parts of a display name: the last word, with particles before it, is the
// family name.
Name name_of_text(std::string_view text);

enum class NameForm : std::uint8_t { full, initials };

// "Ana M." or "A. M."; the middle name is shortened to its initial in the full
// form when `short_middle`.
std::string given_names(const Name& name, NameForm form, bool short_middle);
// given + blank + family.
std::string display_name(const Name& name, NameForm form, bool short_middle);

// Letters with diacritics of the Latin script without them.
std::string without_accents(std::string_view text);

}  // namespace dmp::synth
