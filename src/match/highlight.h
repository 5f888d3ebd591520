#pragma once

#include "match/options.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::match {

// Where a term stands in a text, in bytes.
struct Mark {
  std::size_t begin = 0, end = 0;
};

// The whole text with each mark, given in order, in <mark>…</mark>; without
// any, its first 500 characters plain. Encoding::html escapes & < > outside
// the marks. Characters are code points. Source: search.md 7.
std::string mark_title(std::string_view title, const std::vector<Mark>& marks,
                       Encoding encoding = Encoding::plain);

// Up to two fragments of about 160 characters: most hits first, then in order
// of the text. Without any hit the first 160 or so, plain. Empty for no text.
std::vector<std::string> mark_abstract(std::string_view text,
                                       const std::vector<Mark>& marks,
                                       Encoding encoding = Encoding::plain);

}  // namespace dmp::match
