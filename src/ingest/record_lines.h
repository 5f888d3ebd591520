#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace dmp::ingest {

// One record of a source file, as bytes.
struct RawRecord {
  std::string_view json;     // kPaddingBytes more may be read behind it
  std::uint64_t line = 0;    // 1-based; in a document, the member's number
  std::uint64_t offset = 0;  // of its first byte, in the inflated file
  bool too_long = false;     // over max_record_bytes: json is its beginning
};

// Reads a file as records: JSON lines (LF or CRLF, blank lines skipped, BOM
// skipped), a JSON array, or a document whose member `items` is an array. Gzip
// is known by its first bytes; all members of a file are read and checked.
// Order: as in the file. Memory: a window that grows to the longest record, at
// most max_record_bytes. Threads: one at a time.
// Sources: records.md 1.1; RFC 1952.
class RecordLines {
 public:
  struct Options {
    std::size_t max_record_bytes = std::size_t{256} << 20;
    std::size_t window_bytes = std::size_t{4} << 20;
  };
  static constexpr std::size_t kPaddingBytes = 64;

  // Errors: not_found, io.
  static Result<RecordLines> open(const std::filesystem::path& path,
                                  const Options& options);
  static Result<RecordLines> open(const std::filesystem::path& path) {
    return open(path, Options{});
  }

  // The next record, or nullopt at the end. Its view lives until the next call.
  // Errors: corrupt_input (checksum, truncation: with the byte offset in the
  // compressed file), io.
  Result<std::optional<RawRecord>> next();

  // Compressed bytes consumed so far.
  std::uint64_t offset_bytes() const;

  RecordLines(RecordLines&&) noexcept;
  RecordLines& operator=(RecordLines&&) noexcept;
  ~RecordLines();

 private:
  struct State;
  explicit RecordLines(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dmp::ingest
