// text/clean_text.h: strip_markup, and text/markup.h under it.
#include "fuzz/laws.h"
#include "text/clean_text.h"
#include "text/markup.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text =
      dmp::text::to_valid_utf8(dmp::fuzz::text_of(data, size));
  const std::string stripped = dmp::text::strip_markup(text);
  LAW(dmp::fuzz::is_utf8(stripped));
  LAW(stripped.size() <= text.size());
  if (text.find('<') == std::string::npos) LAW(stripped == text);
  for (auto at = text.find('<'); at != std::string::npos;
       at = text.find('<', at + 1)) {
    const dmp::text::Tag tag = dmp::text::tag_at(text, at);
    if (tag.length == 0) continue;
    LAW(tag.length <= 4'096 && tag.length <= text.size() - at);
    LAW(text[at + tag.length - 1] == '>');
    LAW(!tag.local.empty() && tag.name.ends_with(tag.local));
    LAW(dmp::text::to_lower(tag.name) == tag.name);
  }
  return 0;
}
