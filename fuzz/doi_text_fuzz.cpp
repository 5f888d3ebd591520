// text/doi.h: a DOI in free text or in a URL.
#include "fuzz/laws.h"
#include "text/doi.h"

using dmp::text::Doi;
using dmp::text::DoiField;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = dmp::fuzz::text_of(data, size);
  for (const auto field : {DoiField::typed, DoiField::untyped}) {
    const Doi found = dmp::text::doi_text(input, field);
    LAW(found.doi.empty() == !found.usable());
    LAW(found.doi == dmp::text::doi_text_by_rules(input, field).doi);
    if (!found.usable()) continue;
    LAW(found.doi.size() <= 512);
    LAW(found.doi.starts_with("10."));
    LAW(dmp::fuzz::is_tidy(found.doi));
    LAW(dmp::text::to_nfc(found.doi) == found.doi);
    LAW(dmp::text::doi_text(found.doi, field).doi == found.doi);
    // A DOI that was found is a DOI: the stricter rule leaves it as it is.
    LAW(dmp::text::doi_registry(found.doi).doi == found.doi);
  }
  return 0;
}
