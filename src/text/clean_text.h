#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::text {

enum class TextKind : std::uint8_t { title, abstract, label };

// What cleaning did beyond the ordinary; for counters.
struct CleanNotes {
  bool truncated = false;  // cut at the limit of the kind
};

// Markup stripped, entities decoded, misread punctuation mended, controls
// dropped, white space collapsed, NFC, headings and placeholders removed, cut
// to the limit of `kind`.
// nullopt when nothing is left or it is a placeholder. The result is valid
// UTF-8 whatever the input. Linear in the input.
// Source: spec records.md 1.3; what is mended, docs/formats.md.
std::optional<std::string> clean_text(std::string_view raw, TextKind kind,
                                      CleanNotes* notes = nullptr);

// True for the placeholder list of `kind` (compared case-folded, without
// trailing dots and surrounding brackets).
bool is_placeholder(std::string_view cleaned, TextKind kind);

// The two inner steps, for tests and for the DMP side.
std::string strip_markup(std::string_view text);
std::string decode_entities(std::string_view text);

}  // namespace dmp::text
