#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

struct gzFile_s;

namespace dmp::ingest {

enum class Packing : std::uint8_t { as_is, gzip };

// A file written plainly or through gzip, with the same bytes each time. What
// is not closed by close() may be cut off.
// Errors of both: io.
class PackedFile {
 public:
  PackedFile(const std::filesystem::path& path, Packing packing);
  PackedFile(const PackedFile&) = delete;
  PackedFile& operator=(const PackedFile&) = delete;
  ~PackedFile();

  Status write(std::string_view bytes);
  Status close();

 private:
  Error failed() const;

  std::filesystem::path path_;
  gzFile_s* file_;  // of zlib; null: could not be opened
};

}  // namespace dmp::ingest
