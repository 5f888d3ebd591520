#pragma once

#include "base/result.h"
#include "ingest/packed_file.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dmp::ingest {

// A file in an archive. Names are checked: relative, no "..", a plain file.
struct Member {
  std::string name;
  std::uint64_t header_offset = 0;  // of its header in the archive, bytes
};

// A ZIP or tar read member by member, each as a stream, from a file or from
// whatever `more` gives: the archive is never whole in memory or on disk.
// Members that are no plain files are passed over; those with a link, an
// absolute name or ".." make the archive corrupt_input (P131).
// Threads: one at a time.
class ArchiveReader {
 public:
  // The next bytes of the archive; empty at its end.
  using More = std::function<Result<std::string>()>;

  // A ZIP. Errors: corrupt_input, io.
  static Result<ArchiveReader> open_zip(const std::filesystem::path& path);
  // `name` for messages. Only tar, which needs no seeking.
  static Result<ArchiveReader> open_tar(const std::string& name, More more);

  // The next file, or nullopt at the end: of a tar that is the end marker, so
  // a cut-off one is corrupt_input. Errors: also those of `more`.
  Result<std::optional<Member>> next();
  // Bytes of the present member; 0 at its end. Errors: as next().
  Result<std::size_t> read(char* out, std::size_t capacity);

  ArchiveReader(ArchiveReader&&) noexcept;
  ~ArchiveReader();

 private:
  struct State;
  explicit ArchiveReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The present member as a file, as it is or as gzip. At most `most_bytes`
// unpacked (else corrupt_input). Returns the bytes unpacked.
Result<std::uint64_t> write_member(ArchiveReader& reader,
                                   const std::filesystem::path& file,
                                   Packing packing, std::uint64_t most_bytes);

// Whether the file begins as a gzip file does.
bool is_gzip(const std::filesystem::path& file);

// Reads a gzip file to its end: lines in it, with every checksum verified.
// Errors: corrupt_input (what and where; it is no gzip file), io.
Result<std::int64_t> count_gzip_lines(const std::filesystem::path& file);

// A file as gzip. Errors: io.
Status gzip_file(const std::filesystem::path& from,
                 const std::filesystem::path& to);

}  // namespace dmp::ingest
