#pragma once

#include "base/result.h"
#include "net/aws_session.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::net {

enum class S3Access : std::uint8_t {
  signed_requests,
  unsigned_requests,  // public buckets
  requester_pays,     // signed, x-amz-request-payer on every call
};

struct S3Options {
  std::string bucket;
  S3Access access = S3Access::signed_requests;
  std::string region;           // empty: as AwsSessionOptions
  std::string endpoint;         // empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL,
                                // else AWS; path-style when set
  std::optional<AwsKeys> keys;  // instead of the chain
};

struct S3Object {
  std::string key;
  std::uint64_t bytes = 0;
  std::string etag;  // without quotes
};

// One bucket of S3, by the AWS C S3 client, but downloads to files, which
// net/s3_download.h streams in ranges of 64 MiB. The rest is cut in parts of
// 8 MiB that go in parallel, each retried by itself (5 times); uploads carry
// CRC32C checksums the server verifies, what is read is compared with those the
// server has. Memory: part buffers, at most 1 GiB. Threads: all members may be
// called at once; a call returns when its transfer is done.
// Errors of all members: not_found (no such key or bucket), invalid_argument
// (credentials, rights), unavailable (throttled, timed out, connection lost,
// after retries; expired credentials; cut off, checksum, changed on the way),
// io (local file), corrupt_input (another object than `etag` says), each naming
// s3://bucket/key.
class S3Client {
 public:
  static Result<std::unique_ptr<S3Client>> open(const S3Options& options);
  ~S3Client();

  const std::string& bucket() const;

  // Everything below `prefix`, ascending by key (bytes).
  Result<std::vector<S3Object>> list(std::string_view prefix) const;
  Result<S3Object> head(std::string_view key) const;

  // `count` bytes from `offset`, fewer at the end of the object; all of it with
  // the default. `etag` not empty: fails with corrupt_input when the object is
  // another by now.
  Result<std::string> get(std::string_view key, std::uint64_t offset = 0,
                          std::uint64_t count = UINT64_MAX,
                          std::string_view etag = "") const;
  Status get_file(std::string_view key, const std::filesystem::path& file,
                  std::string_view etag = "") const;

  Result<S3Object> put(std::string_view key, std::string_view bytes) const;
  Result<S3Object> put_file(const std::filesystem::path& file,
                            std::string_view key) const;
  // Also right when there is no such object.
  Status remove(std::string_view key) const;

 private:
  struct Impl;
  explicit S3Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A page of ListObjectsV2.
struct S3Listing {
  std::vector<S3Object> objects;
  std::string next;  // continuation token; empty: the last page
};
// Errors: corrupt_input (not such a document, cut off).
Result<S3Listing> parse_listing(std::string_view xml);

// `text` with all but A-Z a-z 0-9 - . _ ~ (and `/` where asked) as %XX.
std::string uri_encoded(std::string_view text, bool keep_slashes);

}  // namespace dmp::net
