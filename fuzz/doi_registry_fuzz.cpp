// text/doi.h: the DOI of a record's own field.
#include "fuzz/laws.h"
#include "text/doi.h"

using dmp::text::Doi;
using dmp::text::DoiStatus;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = dmp::fuzz::text_of(data, size);
  const Doi found = dmp::text::doi_registry(input);
  LAW(found.doi.empty() == !found.usable());
  if (!found.usable()) return 0;
  LAW(found.doi.size() <= 512);
  LAW(found.doi.starts_with("10."));
  LAW(found.doi.find('/') != std::string::npos);
  LAW(dmp::fuzz::is_tidy(found.doi));
  LAW(dmp::text::to_nfc(found.doi) == found.doi);
  const bool is_long = dmp::text::count_code_points(found.doi) > 255;
  LAW(is_long == (found.status == DoiStatus::over_255));
  const Doi again = dmp::text::doi_registry(found.doi);
  LAW(again.doi == found.doi && again.status == found.status);
  return 0;
}
