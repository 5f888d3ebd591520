#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace dmp::ingest {

// The bytes of a file, inflated when it is gzip. Threads: one at a time.
class ByteSource {
 public:
  // Errors: not_found, io.
  static Result<ByteSource> open(const std::filesystem::path& path);

  // Fills up to `capacity` bytes at `out`; 0 at the end.
  // Errors: corrupt_input (message has file and byte offset), io.
  Result<std::size_t> read(char* out, std::size_t capacity);

  // Bytes taken from the file so far.
  std::uint64_t offset_bytes() const;

  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;
  ~ByteSource();

 private:
  struct State;
  explicit ByteSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dmp::ingest
