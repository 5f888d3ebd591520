// text/names.h. Lines: given, family, suffix, full.
#include "fuzz/laws.h"
#include "text/names.h"

namespace {

// What is longer than every part of a name: two labels and a blank.
constexpr std::size_t kLongestCodePoints = 2'001;

void check(const std::optional<std::string>& part) {
  if (!part) return;
  LAW(dmp::fuzz::is_tidy(*part));
  LAW(dmp::text::count_code_points(*part) <= kLongestCodePoints);
}

void check(const dmp::text::NameParts& parts) {
  const auto name = dmp::text::parse_name(parts);
  LAW(name == dmp::text::parse_name_by_rules(parts));
  if (!name) return;
  LAW(name->full);
  check(name->full);
  check(name->first_initial);
  check(name->given_name);
  check(name->middle_initials);
  check(name->middle_names);
  check(name->surname);
  // Names of works and of plans meet by (surname, first initial).
  if (name->middle_initials && name->given_name) LAW(name->surname);
  LAW(dmp::text::parse_name(parts) == name);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = dmp::fuzz::text_of(data, size);
  const auto lines = dmp::fuzz::lines_of(text, 4);
  check({lines[0], dmp::fuzz::part(lines, 1), dmp::fuzz::part(lines, 2),
         dmp::fuzz::part(lines, 3)});
  check({{}, {}, {}, text});
  return 0;
}
