// text/identifiers.h: classify_org_id. First line: the hint; the rest: the id.
#include "fuzz/laws.h"
#include "text/identifiers.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = dmp::fuzz::lines_of(dmp::fuzz::text_of(data, size), 2);
  const auto hint = parts[0];
  const auto id = dmp::text::classify_org_id(dmp::fuzz::part(parts, 1), hint);
  LAW(!dmp::text::org_id_type_name(id.type).empty());
  if (id.type != dmp::text::OrgIdType::other) LAW(!id.identifier.empty());
  const auto again = dmp::text::classify_org_id(id.identifier, hint);
  LAW(again.type == id.type);
  LAW(again.identifier == id.identifier);
  return 0;
}
