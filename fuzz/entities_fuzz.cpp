// text/clean_text.h: decode_entities.
#include "fuzz/laws.h"
#include "text/clean_text.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text =
      dmp::text::to_valid_utf8(dmp::fuzz::text_of(data, size));
  const std::string decoded = dmp::text::decode_entities(text);
  LAW(dmp::fuzz::is_utf8(decoded));
  LAW(decoded.size() <= 2 * text.size());
  if (text.find('&') == std::string::npos) LAW(decoded == text);
  return 0;
}
