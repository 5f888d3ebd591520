#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dmp::text {

// How an element of JATS, HTML or MathML is taken out of a text.
enum class Element : unsigned char {
  transparent,  // the tag goes, nothing takes its place (sub, mml:mi)
  emphasis,     // the same, but a word beside a word stays one of its own (i)
  formula,      // the same (mml:math)
  raised,       // the same, but a number beside a number stays one (sup)
  block,        // the tag becomes a blank (p, title, br)
  dropped,      // the tag and its content go (script, tex-math)
};

// By lower-case local name, prefix (`jats:`, `mml:`) taken off.
Element element_of(std::string_view local_name);

// A tag at `at` (where text[at] is '<'); length 0 when it is none.
// Source: records.md 1.3, the grammar of a tag.
struct Tag {
  std::size_t length = 0;
  std::string name;   // lower case, with prefix
  std::string local;  // lower case, without prefix
  bool closing = false;
  bool self_closing = false;
};
Tag tag_at(std::string_view text, std::size_t at);

}  // namespace dmp::text
