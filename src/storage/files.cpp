#include "storage/files.h"

#include "base/log.h"
#include "storage/manifest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <system_error>
#include <vector>

namespace dmp::storage {

namespace fs = std::filesystem;

namespace {

Error system_error(const fs::path& path) {
  const int number = errno;
  const ErrorCode code = number == ENOENT || number == ENOTDIR
                             ? ErrorCode::not_found
                             : ErrorCode::io;
  return Error{code, path.string() + ": " + std::strerror(number)};
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return number_; }
  int close() {
    if (number_ < 0) return 0;
    const int result = ::close(number_);
    number_ = -1;
    return result;
  }

 private:
  int number_;
};

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void add(const void* bytes, std::size_t count) {
    EVP_DigestUpdate(context_.get(), bytes, count);
  }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
      text += kDigits[digest[i] >> 4];
      text += kDigits[digest[i] & 15];
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

Status write_all(int descriptor, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

constexpr std::size_t kLargestRead = std::size_t{256} << 20;

}  // namespace

Result<std::string> read_file(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error(path);
  std::string text;
  std::vector<char> buffer(std::size_t{64} << 10);
  for (;;) {
    const auto count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(path);
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kLargestRead) {
      return Error{ErrorCode::corrupt_input, path.string() + ": over 256 MiB"};
    }
  }
}

fs::path unfinished_name(const fs::path& path) {
  fs::path unfinished = path;
  unfinished += fmt::format(".{}{}", ::getpid(), kUnfinishedEnding);
  return unfinished;
}

std::string file_tag(const struct ::stat& status) {
  return fmt::format("{:x}-{:x}{:08x}", status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

Result<std::string> file_tag(const fs::path& path) {
  struct ::stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_error(path);
  return file_tag(status);
}

Status sync_to_disk(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) return system_error(path);
  return {};
}

Error write_error(const fs::path& path) {
  const int number = errno;
  const std::string said = path.string() + ": cannot be written";
  // Libraries leave others behind, of calls that did not matter.
  const std::set<int> telling{ENOSPC, EDQUOT, EFBIG,  EIO,    EROFS,
                              EACCES, EPERM,  ENOENT, EISDIR, ENOTDIR};
  if (!telling.contains(number)) return Error{ErrorCode::io, said};
  return Error{ErrorCode::io, said + ": " + std::strerror(number)};
}

Status remove_folder(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error)
    return Error{ErrorCode::io, path.string() + ": " + error.message()};
  return {};
}

Status make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    return Error{ErrorCode::io, path.string() + ": " + error.message()};
  return {};
}

Result<FolderLock> FolderLock::take(const fs::path& folder) {
  DMP_TRY(make_folder(folder));
  const fs::path path = folder / ".lock";
  FolderLock lock(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666));
  if (lock.file_ < 0) return write_error(path);
  // A file system without locks does without.
  if (::flock(lock.file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return Error{ErrorCode::unavailable,
                 folder.string() +
                     ": another run is writing to it; hint: wait for it, or "
                     "name a folder of its own"};
  }
  return lock;
}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

Scratch::~Scratch() {
  std::error_code error;
  fs::remove_all(path_, error);
  if (error) log::warning("{}: {}", path_.string(), error.message());
}

Result<std::string> sha256_file(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error(path);
  Sha256 sum;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (;;) {
    const auto count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(path);
    if (count == 0) return sum.hex();
    sum.add(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::string sha256_text(std::string_view text) {
  Sha256 sum;
  sum.add(text.data(), text.size());
  return sum.hex();
}

namespace {

// `path` under its own name when all of `text` is on the disk. Whatever fails,
// `path` is what the user knows.
Status write_and_rename(const fs::path& temporary, const fs::path& path,
                        std::string_view text) {
  Descriptor file(::open(temporary.c_str(),
                         O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return system_error(path);
  DMP_TRY(write_all(file.get(), text, path));
  if (::fsync(file.get()) != 0 || file.close() != 0) return system_error(path);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error(path);
  return {};
}

}  // namespace

Status write_file_atomically(const fs::path& path, std::string_view text) {
  const fs::path temporary = unfinished_name(path);
  Status written = write_and_rename(temporary, path, text);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_to_disk(path.parent_path().empty() ? "." : path.parent_path());
}

}  // namespace dmp::storage
