#pragma once

#include "model/work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::sql {

// Canonical bytes of a works-index row: tag, length, value; independent of any
// printer. Source: spec works-index.md 5.2.
class CanonicalBytes {
 public:
  CanonicalBytes() { bytes_ += '\x01'; }  // format version

  void null() { bytes_ += '\0'; }
  void text(std::string_view text);
  void maybe(const std::optional<std::string>& maybe);
  void date(const std::optional<std::int32_t>& day);
  void boolean(bool value);
  void list(std::size_t count);
  void structure() { bytes_ += '\x05'; }

  // MD5, 32 lower-case hex digits.
  std::string md5() const;

 private:
  void u32(std::uint32_t value);
  std::string bytes_;
};

struct Contributor {
  model::Author author;
  std::optional<std::string> type;
};

// What is hashed beside model::Work.
struct HashedExtras {
  std::vector<Contributor> contributors;
  std::optional<std::string> language;
  bool is_xpac = false;
};

// All content but doi, updated_date and the hashes themselves.
std::string work_hash(const model::Work& work, const HashedExtras& extras);
// The same without relations, contributors, language, is_xpac and the funders
// of awards.
std::string version_hash(const model::Work& work);

}  // namespace dmp::sql
