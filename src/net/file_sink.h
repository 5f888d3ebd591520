#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace dmp::net {

// A file that arrives in pieces, in any order. It is removed again unless
// finish() said that all of it is there. Threads: one at a time.
class FileSink {
 public:
  // Makes the file, or empties it. Errors: io.
  static Result<std::unique_ptr<FileSink>> create(
      const std::filesystem::path& path);
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink();

  // Errors: io; every later call and finish() then fail with the same.
  Status write_at(std::uint64_t offset, std::string_view bytes);

  // Makes the file `bytes` long and takes the room for it, where the file
  // system can. Errors: io (no room, too large), as write_at.
  Status reserve(std::uint64_t bytes);

  // The first failure of write_at or reserve, if any.
  const Status& state() const { return state_; }

  // Closes the file, which stays. Errors: io.
  Status finish();

 private:
  FileSink(std::filesystem::path path, int file)
      : path_(std::move(path)), file_(file) {}

  std::filesystem::path path_;
  int file_;
  Status state_;
  bool keep_ = false;
};

}  // namespace dmp::net
