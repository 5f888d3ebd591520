#include "sql/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dmp::sql {

namespace {

constexpr std::size_t kHeldBytes = std::size_t{1} << 20;

Error refused(const std::filesystem::path& path) {
  return {ErrorCode::io, path.string() + ": " + std::strerror(errno)};
}

}  // namespace

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return refused(path);
  return OutputFile(path, file);
}

OutputFile::~OutputFile() {
  if (file_ >= 0) ::close(file_);
}

Status OutputFile::append(std::string_view bytes) {
  size_ += static_cast<std::int64_t>(bytes.size());
  if (held_.size() + bytes.size() > kHeldBytes) {
    DMP_TRY(write(held_));
    held_.clear();
    if (bytes.size() > kHeldBytes / 2) return write(bytes);
  }
  held_ += bytes;
  return {};
}

Status OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return refused(path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status OutputFile::finish() {
  DMP_TRY(write(held_));
  held_.clear();
  if (::fsync(file_) != 0) return refused(path_);
  if (::close(std::exchange(file_, -1)) != 0) return refused(path_);
  return {};
}

}  // namespace dmp::sql
