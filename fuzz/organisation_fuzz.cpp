// text/organisation.h. First byte: flags; lines: type, given, family, name.
#include "fuzz/laws.h"
#include "text/organisation.h"

using dmp::text::NameHolder;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto lines =
      dmp::fuzz::lines_of(dmp::fuzz::text_of(data + 1, size - 1), 4);
  dmp::text::CreatorHint hint;
  hint.name_type = lines[0];
  hint.given = dmp::fuzz::part(lines, 1);
  hint.family = dmp::fuzz::part(lines, 2);
  hint.name = dmp::fuzz::part(lines, 3);
  hint.has_valid_orcid = (data[0] & 1) != 0;
  hint.has_org_identifier = (data[0] & 2) != 0;
  const NameHolder holder = dmp::text::classify_creator(hint);
  LAW(dmp::text::classify_creator(hint) == holder);
  hint.name_type = "ORGANIZATIONAL";
  LAW(dmp::text::classify_creator(hint) == NameHolder::organisation);
  hint.name_type = {};
  if (hint.has_valid_orcid)
    LAW(dmp::text::classify_creator(hint) == NameHolder::person);
  return 0;
}
