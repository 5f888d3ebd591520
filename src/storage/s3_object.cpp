#include "storage/s3_object.h"

#include "storage/files.h"
#include "storage/object_store.h"

namespace dmp::storage {

std::optional<S3Object> s3_object(std::string_view address) {
  constexpr std::string_view kScheme = "s3://";
  if (!address.starts_with(kScheme)) return std::nullopt;
  address.remove_prefix(kScheme.size());
  const auto slash = address.find('/');
  if (slash == std::string_view::npos || slash == 0 ||
      slash + 1 == address.size()) {
    return std::nullopt;
  }
  return S3Object{std::string(address.substr(0, slash)),
                  std::string(address.substr(slash + 1))};
}

Result<std::string> read_file_or_object(const std::string& place) {
  const auto object = s3_object(place);
  if (!object) return read_file(place);
  DMP_ASSIGN(const auto bucket, open_store(object->bucket));
  return bucket->read(object->key);
}

}  // namespace dmp::storage
