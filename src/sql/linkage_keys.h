#pragma once

#include "model/author.h"
#include "model/work.h"
#include "text/analysis.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

// What names, award numbers and organisations are compared and counted by in
// the linkage model. One implementation for the statistics, which count a
// collection, and the matcher, which looks the counts up.

// A person's name folded for comparison: no case, no diacritics, letters only.
// Every part is empty when it is not known. Source: spec linkage.md 4.1.
struct NameKey {
  std::string surname;  // particles included, blanks and hyphens gone
  std::string given;    // first given name; an initial is not one
  std::string initial;  // of the first given name
  std::string second;   // first of the middle initials
  bool operator==(const NameKey&) const = default;
};
NameKey name_key(const text::PersonName& name);

// Lower case, diacritics folded, and only letters kept (of any script).
std::string folded_letters(std::string_view text);

// The parts of an award number that survive a funder's grammar: runs of at
// least 5 digits, two letters + 6 digits, one letter + 5-6 digits; upper case,
// sorted, unique. "5R01GM123456-03" gives 123456, GM123456.
// Source: linkage.md 4.5.
std::vector<std::string> award_cores(std::string_view award_id);

// The ROR, else the name's tokens (search.md 5.1) joined by a blank; empty when
// the organisation has neither.
std::string organisation_key(const model::Organisation& organisation,
                             text::Analyser& analyser);
std::string organisation_name_key(std::string_view name,
                                  text::Analyser& analyser);

// What a count is about. The values are part of the file format.
enum class CountKind : std::uint8_t {
  surname_given = 1,
  surname_initials = 2,  // two initials
  surname_initial = 3,
  surname = 4,
  award = 5,
  award_core = 6,
  funder = 7,
  institution = 8,
};

// The 64-bit key of a count. Parts may be empty; their borders matter.
std::uint64_t count_key(CountKind kind, std::string_view first,
                        std::string_view second = {},
                        std::string_view third = {});

// What a work adds to the counts of its collection: authors and institutions by
// slot, funders and awards once a work. Only what is in the work's hash
// (work_hash.h) has a part in it. Threads: one at a time.
class WorkKeys {
 public:
  // A key as often as it counts, in no order. Lives until the next call.
  const std::vector<std::uint64_t>& of(const model::Work& work);

 private:
  void take_names(const model::Work& work);
  void take_organisations(const model::Work& work);
  void take_awards(const model::Work& work);

  text::Analyser analyser_;
  std::vector<std::uint64_t> keys_;
};

// The rules by which keys are made: counts of other rules do not add up. Bump
// the number when a key of any work changes; the Unicode library folds too.
std::string count_key_rules();

}  // namespace dmp::sql
