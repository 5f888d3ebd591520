#pragma once

#include "fuzz/laws.h"
#include "storage/manifest.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace dmp::fuzz {

// A folder of this process, emptied on construction. TMPDIR says where.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("dmpworks-fuzz-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(const char* name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path_ / name;
  }
  std::filesystem::path stage() const { return path_ / "stage"; }

 private:
  std::filesystem::path path_;
};

// A stage over one input: refused with a reason of the input's, or finished
// with rows in = rows out + dropped + rejects.
inline void check_stage(const Result<storage::StageResult>& done,
                        const std::filesystem::path& stage_dir) {
  if (!done) {
    LAW(done.error().code == ErrorCode::corrupt_input ||
        done.error().code == ErrorCode::invalid_argument);
    LAW(is_utf8(done.error().message));
    LAW(!std::filesystem::exists(stage_dir / "manifest.json"));
    return;
  }
  const auto& manifest = done->manifest;
  std::int64_t others = 0;
  for (const auto& [rule, count] : manifest.dropped) others += count;
  for (const auto& [reason, count] : manifest.rejects) others += count;
  LAW(manifest.rows_in == manifest.rows_out + others);
  LAW(storage::verify_sizes(manifest, stage_dir));
}

}  // namespace dmp::fuzz
