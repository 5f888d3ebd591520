#include "ingest/packed_file.h"

#include "storage/files.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

namespace dmp::ingest {

PackedFile::PackedFile(const std::filesystem::path& path, Packing packing)
    : path_(path),
      file_(::gzopen(path.c_str(), packing == Packing::gzip ? "wb6" : "wbT")) {}

PackedFile::~PackedFile() {
  if (file_ != nullptr) ::gzclose(file_);
}

Status PackedFile::write(std::string_view bytes) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // zlib counts ints
  if (file_ == nullptr) return failed();
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kMostBytes);
    if (::gzwrite(file_, bytes.data(), static_cast<unsigned>(count)) !=
        static_cast<int>(count)) {
      return failed();
    }
    bytes.remove_prefix(count);
  }
  return {};
}

Status PackedFile::close() {
  if (file_ == nullptr) return failed();
  if (::gzclose(std::exchange(file_, nullptr)) != Z_OK) return failed();
  return {};
}

Error PackedFile::failed() const {
  return storage::write_error(path_);
}

}  // namespace dmp::ingest
