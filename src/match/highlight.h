#pragma once

#include "match/options.h"
#include "match/text_score.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace dmp::match {

// Terms of the query whose top field is `field`.
std::unordered_set<std::string> terms_of(const TermSelection& terms,
                                         TextField field);

// The whole text with each occurrence of a term in <mark>…</mark>; without any,
// its first 500 characters plain. Encoding::html escapes & < > " outside the
// marks. Characters are code points. Source: search.md 7.
std::string mark_title(std::string_view title,
                       const std::unordered_set<std::string>& terms,
                       Encoding encoding = Encoding::plain);

// Up to two fragments of about 160 characters: most hits first, then in order
// of the text. Without any hit the first 160 or so, plain. Empty for no text.
std::vector<std::string> mark_abstract(
    std::string_view text, const std::unordered_set<std::string>& terms,
    Encoding encoding = Encoding::plain);

}  // namespace dmp::match
