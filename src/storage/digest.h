#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace dmp::storage {

// A digest as users write it: [algo:]hex, algo md5, sha1, sha256 or sha512;
// without it the number of hex digits decides. Source: spec cli.md 1 (digest).
struct Digest {
  std::string algorithm;
  std::string hex;  // lower case
};
// Errors: invalid_argument.
Result<Digest> parse_digest(std::string_view text);

// Errors: corrupt_input (the file has another digest; both are named), io.
Status verify_digest(const std::filesystem::path& file, const Digest& digest);

}  // namespace dmp::storage
