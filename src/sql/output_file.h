#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace dmp::sql {

// A new file, written from front to end through a buffer. Threads: one at a
// time.
class OutputFile {
 public:
  // Errors: io (the file exists, no permission, no such folder).
  static Result<OutputFile> create(const std::filesystem::path& path);

  // Errors: io (full disk).
  Status append(std::string_view bytes);
  // How many bytes were appended.
  std::int64_t size() const { return size_; }
  // Writes what is held, and waits until it is on the disk. The last call.
  Status finish();

  OutputFile(OutputFile&& other) noexcept
      : path_(std::move(other.path_)),
        file_(std::exchange(other.file_, -1)),
        held_(std::move(other.held_)),
        size_(other.size_) {}
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

 private:
  OutputFile(std::filesystem::path path, int file)
      : path_(std::move(path)), file_(file) {}
  Status write(std::string_view bytes);

  std::filesystem::path path_;
  int file_;
  std::string held_;
  std::int64_t size_ = 0;
};

}  // namespace dmp::sql
