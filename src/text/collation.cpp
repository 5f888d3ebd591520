#include "text/collation.h"

#include "text/unicode.h"

#include <unicode/coll.h>
#include <unicode/unistr.h>
#include <unicode/uversion.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace dmp::text {

namespace {

// ICU's root collator at primary strength; without ICU's data key() stands in.
class RootCollator {
 public:
  RootCollator() {
    UErrorCode status = U_ZERO_ERROR;
    collator_.reset(
        icu::Collator::createInstance(icu::Locale::getRoot(), status));
    if (U_FAILURE(status)) collator_.reset();
    if (collator_) collator_->setStrength(icu::Collator::PRIMARY);
  }

  std::string key_of(std::string_view text) const {
    if (!collator_) return key(text);
    const auto units = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    std::string bytes(text.size() * 2 + 8, '\0');
    const std::size_t size = fill(units, bytes);
    const bool fitted = size <= bytes.size();
    bytes.resize(size);
    if (!fitted) fill(units, bytes);
    if (!bytes.empty()) bytes.pop_back();  // ends in a zero byte
    return bytes;
  }

  std::string version() const {
    if (!collator_) return "key";
    UVersionInfo version{};
    std::array<char, U_MAX_VERSION_STRING_LENGTH> text{};
    collator_->getVersion(version);
    u_versionToString(version, text.data());
    return std::string("icu ") + text.data();
  }

 private:
  // The bytes that the whole key takes.
  std::size_t fill(const icu::UnicodeString& units, std::string& bytes) const {
    return static_cast<std::size_t>(
        collator_->getSortKey(units, reinterpret_cast<uint8_t*>(bytes.data()),
                              static_cast<int32_t>(bytes.size())));
  }

  std::unique_ptr<icu::Collator> collator_;
};

}  // namespace

std::string collation_key(std::string_view text) {
  thread_local RootCollator collator;  // may not be shared
  return collator.key_of(text);
}

const std::string& collation_version() {
  static const std::string kVersion = RootCollator().version();
  return kVersion;
}

}  // namespace dmp::text
