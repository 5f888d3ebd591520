#pragma once

#include "base/result.h"

#include <optional>
#include <string>

namespace dmp::net {

// What an S3 server said instead of doing what it was asked. Source: the S3
// API's "Error responses".
struct S3Refusal {
  int status = 0;    // of HTTP; 0: there was no answer
  std::string body;  // XML, or nothing

  std::string code() const;  // <Code>, "" when the body has none

  // Throttled, out of order, keys that have expired.
  bool is_temporary() const;

  // not_found, unavailable, corrupt_input (another object than was asked for),
  // invalid_argument (rights, names); nullopt when it is no refusal.
  std::optional<ErrorCode> kind() const;

  // "NoSuchKey (The key does not exist.)", "HTTP 403, keys or rights refused";
  // `otherwise` when it is no refusal.
  std::string text(const std::string& otherwise) const;
};

}  // namespace dmp::net
