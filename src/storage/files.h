#pragma once

#include "base/result.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace dmp::storage {

// The bytes of a small file (at most 256 MiB).
// Errors: not_found, io, corrupt_input (larger).
Result<std::string> read_file(const std::filesystem::path& path);

// Files still being written end so; a folder that is a bucket lists none of
// them, and what a killed writer left is known by it.
inline constexpr std::string_view kUnfinishedEnding = ".unfinished";
// The name beside `path` that this process writes under before it renames.
std::filesystem::path unfinished_name(const std::filesystem::path& path);

// Changes when the content of a file does: its bytes and when it was written.
std::string file_tag(const struct ::stat& status);
// Errors: not_found, io.
Result<std::string> file_tag(const std::filesystem::path& path);

// fsync of a file or folder. Errors: io.
Status sync_to_disk(const std::filesystem::path& path);

// What to say of a file that a library could not write: `path`, and why, where
// errno tells. Call it at once.
Error write_error(const std::filesystem::path& path);

// The folder and those above it, made where they are missing. Errors: io.
Status make_folder(const std::filesystem::path& path);

// The folder with all that is in it; one that is not there is right too.
// Errors: io.
Status remove_folder(const std::filesystem::path& path);

// Keeps others from writing to a folder while this lives, in this process or
// another; a killed process lets go. Its file, .lock, stays.
class FolderLock {
 public:
  // Makes the folder. Errors: unavailable (another holds it), io.
  static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept
      : file_(std::exchange(other.file_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

// A file or folder of this attempt only, which need not exist: removed when
// this goes, whatever happens; what cannot be removed is logged. A killed
// process leaves it behind.
class Scratch {
 public:
  explicit Scratch(std::filesystem::path path) : path_(std::move(path)) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace dmp::storage
