// text/identifiers.h: persons, works and organisations, one id each.
#include "fuzz/laws.h"
#include "text/identifiers.h"

namespace text = dmp::text;

namespace {

template <class Normalise>
void check(std::string_view input, std::size_t length, Normalise normalise) {
  const auto id = normalise(input);
  if (!id) return;
  LAW(dmp::fuzz::is_tidy(*id));
  LAW(length == 0 || id->size() == length);
  for (const char c : *id) LAW(c > ' ' && c <= '~');
  LAW(normalise(*id) == id);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = dmp::fuzz::text_of(data, size);
  check(input, 9, text::normalise_ror);
  check(input, 19, text::normalise_orcid);
  check(input, 16, text::normalise_isni);
  check(input, 0, text::normalise_grid);
  check(input, 0, text::normalise_wikidata);
  check(input, 0, text::normalise_pmid);
  check(input, 0, text::normalise_pmcid);
  check(input, 0, text::normalise_mag);
  for (const char* hint : {"", "Crossref Funder ID", "fundref"}) {
    check(input, 0, [&](std::string_view one) {
      return text::normalise_fundref(one, hint);
    });
  }
  for (const char* letters : {"W", "F", "WFGAI"}) {
    check(input, 0, [&](std::string_view one) {
      return text::normalise_openalex(one, letters);
    });
  }
  if (text::normalise_ror(input)) LAW(text::has_ror_form(input));
  if (text::normalise_orcid(input)) LAW(text::has_orcid_form(input));
  if (text::normalise_isni(input)) LAW(text::has_isni_form(input));
  return 0;
}
