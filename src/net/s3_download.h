#pragma once

#include "base/result.h"
#include "net/aws_session.h"
#include "net/file_sink.h"
#include "net/http.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dmp::net {

struct S3DownloadOptions {
  const AwsSession* session = nullptr;  // outlives the downloads
  std::string url;                      // of the bucket, no '/' at the end
  bool is_signed = true;
  Headers headers;  // of every request
  // What one request asks for; a multiple of part_bytes. A server sends an
  // object that is asked for as a whole the fastest way it has.
  std::uint64_t range_bytes = std::uint64_t{64} << 20;
  std::uint64_t part_bytes = std::uint64_t{8}
                             << 20;  // of objects sent in parts
  RetryPolicy retries{6, std::chrono::milliseconds{500}};  // of each range
};

// Objects of one bucket, streamed to files: what a connection brings is written
// at once. An object is asked for in ranges, up to 8 at once, of all objects
// together about 32. A range that breaks off goes on where it was while the
// others go on. Connections are kept for the next object. The checksum of the
// object is compared, where the server has one (net/s3_checksum.h); of an
// object of several ranges a HEAD asks for it. Memory: 1 MiB a connection.
// Threads: get() may be called by many at once.
class S3Downloads {
 public:
  explicit S3Downloads(S3DownloadOptions options);
  ~S3Downloads();

  // Writes the object to `sink`, which is not finished. `etag` not empty: of
  // that object only. Errors, not naming the object: not_found,
  // invalid_argument (credentials, rights), corrupt_input (another object than
  // `etag` says), unavailable (after all attempts; changed or spoilt on the
  // way), io (of the sink).
  Status get(std::string_view key, std::string_view etag, FileSink& sink) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dmp::net
