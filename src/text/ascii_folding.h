#pragma once

#include <string>
#include <string_view>

namespace dmp::text {

// Latin letters with diacritics and typographic punctuation become ASCII
// (é e, ø o, æ ae, þ th, ’ '); Greek, Cyrillic and the rest stay.
// Input: lower case, NFKC_Casefold. Source: search.md 5.1 step 6 (Lucene's
// ASCIIFoldingFilter).
std::string fold_to_ascii(std::string_view text);

}  // namespace dmp::text
