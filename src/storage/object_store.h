#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::storage {

struct ObjectInfo {
  std::string key;  // relative to the bucket, '/' between parts
  std::uint64_t bytes = 0;
  // Changes when the content does: S3's ETag; "size-mtime" in a folder.
  std::string etag;
};

// Where a project's data lies: objects under keys. Two implementations, a
// folder and an S3 bucket, keep this contract (tests/s3 runs it on both).
// An object is seen whole or not at all, whatever happens to its writer.
// Keys: not empty, no leading '/', no ".." part; else invalid_argument.
// Threads: all members may be called at once.
// Errors of all: not_found, invalid_argument (key, rights, credentials),
// unavailable (after retries), corrupt_input (other content than expected),
// io; the message names the object.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // "s3://bucket", or the folder.
  virtual std::string name() const = 0;
  // The folder when objects are files that can be read and written in place.
  virtual std::optional<std::filesystem::path> folder() const = 0;

  // Objects whose key begins with `prefix`, ascending by key; empty is an
  // answer. Leftovers of killed writers are not listed.
  virtual Result<std::vector<ObjectInfo>> list(
      std::string_view prefix) const = 0;
  virtual Result<ObjectInfo> stat(std::string_view key) const = 0;

  // `count` bytes from `offset`, fewer at the end, none behind it. With an
  // `etag` the object must still be that one (else corrupt_input).
  virtual Result<std::string> read(std::string_view key,
                                   std::uint64_t offset = 0,
                                   std::uint64_t count = UINT64_MAX,
                                   std::string_view etag = "") const = 0;
  virtual Result<ObjectInfo> write(std::string_view key,
                                   std::string_view bytes) const = 0;

  // To and from a file, any size in bounded memory. `download` leaves no file
  // when it fails.
  virtual Status download(std::string_view key,
                          const std::filesystem::path& file) const = 0;
  virtual Result<ObjectInfo> upload(const std::filesystem::path& file,
                                    std::string_view key) const = 0;

  // Removing what is not there is right too.
  virtual Status remove(std::string_view key) const = 0;
};

enum class BucketAccess : std::uint8_t {
  own,
  unsigned_requests,
  requester_pays
};

// Opens a bucket as users write it: `name` or `s3://name` is S3; a text with a
// '/' (but not s3://), or that begins with '.', '~' or "file:", is a folder.
// A folder need not exist yet. Source: spec cli.md 1 (bucket).
// Errors: invalid_argument (neither a bucket name nor a folder).
Result<std::unique_ptr<ObjectStore>> open_store(
    std::string_view bucket, BucketAccess access = BucketAccess::own);

// Of an S3 bucket with keys given out by somebody, in that region.
struct TemporaryKeys {
  std::string access_key_id, secret_access_key, session_token, region;
};
Result<std::unique_ptr<ObjectStore>> open_store(std::string_view bucket,
                                                const TemporaryKeys& keys);

// The folder a bucket text means; nullopt: it is an S3 bucket (or nothing).
std::optional<std::filesystem::path> bucket_folder(std::string_view bucket);
// The S3 name a bucket text means: 3-63 of [a-z0-9.-]; nullopt: it is none.
std::optional<std::string> bucket_name(std::string_view bucket);

std::unique_ptr<ObjectStore> open_folder(const std::filesystem::path& folder);

// Removes below a folder of such a store what killed writers left. Only while
// nobody writes there.
void remove_unfinished(const std::filesystem::path& folder);

// Whether `key` may be used. Errors: invalid_argument.
Status check_key(std::string_view key);

}  // namespace dmp::storage
