#pragma once

#include "fuzz/laws.h"

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace dmp::fuzz {

// A file in memory, for code that opens a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes)
      : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    LAW(file_ >= 0);
    LAW(::write(file_, bytes.data(), bytes.size()) ==
        static_cast<ssize_t>(bytes.size()));
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

}  // namespace dmp::fuzz
