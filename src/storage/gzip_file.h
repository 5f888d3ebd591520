#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace dmp::storage {

// A text as one gzip member, as GzipFile would write it.
std::string gzip_member(std::string_view text);

// A gzip file being written: no name and no time in its header. ISA-L level 1:
// its match finder is the same code on every x86-64 CPU with AVX2, so equal
// text gives equal bytes. Text is handed on in fixed blocks, so the sizes of
// the pieces written do not show.
class GzipFile {
 public:
  // Makes the folder too. Errors: io.
  static Result<GzipFile> create(const std::filesystem::path& path);

  Status write(std::string_view text);
  // Ends this gzip member and begins another. Errors: io.
  Status next_member();
  // Ends the file; gives its size in bytes. Errors: io.
  Result<std::uint64_t> finish();

  GzipFile(GzipFile&&) noexcept;
  GzipFile& operator=(GzipFile&&) noexcept;
  ~GzipFile();

 private:
  struct State;
  explicit GzipFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dmp::storage
