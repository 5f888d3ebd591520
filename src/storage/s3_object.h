#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace dmp::storage {

// An object of an S3 bucket, as users write it: s3://BUCKET/KEY.
struct S3Object {
  std::string bucket, key;  // neither empty
};
// nullopt: the text is no such address.
std::optional<S3Object> s3_object(std::string_view address);

// The bytes of a small file, or of a small object where `place` is its address.
// Errors: those of read_file and of ObjectStore.
Result<std::string> read_file_or_object(const std::string& place);

}  // namespace dmp::storage
