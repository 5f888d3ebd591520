#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::text {

// Why a text gave no DOI, or what is odd about the one it gave.
enum class DoiStatus : std::uint8_t {
  ok,
  over_255,  // usable, longer than 255 code points: counted `doi_over_255`
  none,      // the text holds no DOI; an answer, not an error
  too_long,  // more than 512 bytes of UTF-8: counted `doi_too_long`
};

// A normalised DOI: no scheme or resolver, lower case (simple Unicode mapping),
// NFC, valid UTF-8, at most 512 bytes. `doi` is empty unless usable().
struct Doi {
  DoiStatus status = DoiStatus::none;
  std::string doi;

  bool usable() const {
    return status == DoiStatus::ok || status == DoiStatus::over_255;
  }
};

// The DOI of a record's own identifier field. Falls back to doi_text.
// Idempotent. Source: spec records.md 1.2, `doi_registry`.
Doi doi_registry(std::string_view input);

// Whether the field that held the text says that it holds a DOI.
enum class DoiField : std::uint8_t { typed, untyped };

// The first DOI in free text or in a URL.
// Idempotent. Source: spec records.md 1.2, `doi_text`.
Doi doi_text(std::string_view input, DoiField field);

// The same without the short cut for a bare, settled DOI.
Doi doi_text_by_rules(std::string_view input, DoiField field);

// Partition of a normalised DOI: top 8 bits of XXH3-64, seed 0.
// Source: works-index.md 9.
std::uint8_t doi_bucket(std::string_view normalised_doi);

}  // namespace dmp::text
