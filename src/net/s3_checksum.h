#pragma once

#include "net/aws_session.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::net {

// The checksum an S3 server announced for an object, to be compared with the
// bytes that came. Source: the S3 user guide, "Checking object integrity": a
// CRC of all bytes, or ("composite", of an object sent in parts) the CRC of the
// CRCs of its parts. Threads: one at a time.
class S3Checksum {
 public:
  // From the headers (names in lower case) of an answer that holds all of an
  // object of `bytes` bytes: CRC32C, CRC64NVME and CRC32 of it, and composite
  // CRC32C when the object seems to be cut in parts of `part_bytes`. nullopt
  // when there is nothing that can be compared.
  static std::optional<S3Checksum> announced(const Headers& headers,
                                             std::uint64_t bytes,
                                             std::uint64_t part_bytes);

  // The bytes from `offset` on. Those of a part come in order, parts in any.
  void add(std::uint64_t offset, std::string_view bytes);

  // Whether all that was added, each byte once, is what was announced.
  bool matches() const;

 private:
  enum class Kind : std::uint8_t { crc32, crc32c, crc64nvme };

  S3Checksum() = default;
  std::uint64_t whole() const;

  Kind kind_ = Kind::crc32c;
  bool composite_ = false;
  std::string expected_;  // base64, without the count of parts
  std::uint64_t bytes_ = 0, part_bytes_ = 0;
  std::vector<std::uint64_t> parts_;  // CRC of each
};

}  // namespace dmp::net
