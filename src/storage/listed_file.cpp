#include "storage/listed_file.h"

#include <system_error>

namespace dmp::storage {

namespace fs = std::filesystem;

namespace {

// Whether `file` was written to after `other` was; so if nobody knows.
bool written_since(const fs::path& file, const fs::path& other) {
  std::error_code error;
  const auto then = fs::last_write_time(other, error);
  if (error) return true;
  const auto written = fs::last_write_time(file, error);
  return error || written > then;
}

}  // namespace

Result<bool> is_as_listed(const fs::path& stage_dir, const ManifestFile& listed,
                          Proof proof) {
  const fs::path file = stage_dir / listed.path;
  std::error_code error;
  if (fs::file_size(file, error) != listed.bytes || error) return false;
  const bool believed = proof == Proof::since_published &&
                        !written_since(file, stage_dir / "manifest.json");
  if (believed || listed.sha256.empty()) return true;
  DMP_ASSIGN(const std::string sum, sha256_file(file));
  return sum == listed.sha256;
}

Error other_bytes(const std::string& name) {
  return Error{ErrorCode::corrupt_input,
               name + ": not the bytes its manifest lists"};
}

}  // namespace dmp::storage
