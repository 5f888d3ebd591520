#include "storage/files.h"
#include "storage/manifest.h"
#include "storage/object_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace dmp::storage {

namespace fs = std::filesystem;

namespace {

Error file_error(const fs::path& path, const std::error_code& error) {
  const bool absent = error == std::errc::no_such_file_or_directory ||
                      error == std::errc::not_a_directory;
  return Error{absent ? ErrorCode::not_found : ErrorCode::io,
               path.string() + ": " + error.message()};
}

Error last_error(const fs::path& path) {
  return file_error(path, std::error_code(errno, std::generic_category()));
}

// A file that is open while this lives.
class OpenFile {
 public:
  OpenFile(const fs::path& path, int flags)
      : number(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number >= 0) ::close(number);
  }
  const int number;
};

// By the kernel, as fs::copy_file does it, which says "Input/output error" of a
// full disk: it is used only where the kernel does not copy between the two
// file systems.
std::error_code copy_bytes(const fs::path& from, const fs::path& to) {
  constexpr std::size_t kPieceBytes = std::size_t{1} << 30;
  const auto last = [] {
    return std::error_code(errno, std::generic_category());
  };
  const OpenFile in(from, O_RDONLY);
  if (in.number < 0) return last();
  const OpenFile out(to, O_WRONLY | O_CREAT | O_TRUNC);
  if (out.number < 0) return last();
  for (;;) {
    const auto count = ::sendfile(out.number, in.number, nullptr, kPieceBytes);
    if (count == 0) return {};
    if (count > 0 || errno == EINTR) continue;
    if (errno != EINVAL && errno != ENOSYS) return last();
    std::error_code error;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
    return error;
  }
}

class FolderStore : public ObjectStore {
 public:
  explicit FolderStore(fs::path folder) : folder_(std::move(folder)) {}

  std::string name() const override { return folder_.string(); }
  std::optional<fs::path> folder() const override { return folder_; }

  Result<std::vector<ObjectInfo>> list(std::string_view prefix) const override {
    // Only the deepest folder that can hold such keys is walked.
    const auto slash = prefix.rfind('/');
    const fs::path start = slash == std::string_view::npos
                               ? folder_
                               : folder_ / prefix.substr(0, slash);
    std::vector<ObjectInfo> found;
    std::error_code error;
    if (!fs::is_directory(start, error)) return found;
    for (fs::recursive_directory_iterator it(start, error), end;
         !error && it != end; it.increment(error)) {
      std::error_code unknown;
      const auto type = it->status(unknown).type();
      if (type == fs::file_type::none) return file_error(it->path(), unknown);
      if (type != fs::file_type::regular) continue;
      std::string key = it->path().lexically_relative(folder_).string();
      if (!key.starts_with(prefix) || key.ends_with(kUnfinishedEnding))
        continue;
      auto info = stat(key);
      if (info) found.push_back(*std::move(info));
    }
    if (error) return file_error(start, error);
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.key < b.key; });
    return found;
  }

  Result<ObjectInfo> stat(std::string_view key) const override {
    DMP_TRY(check_key(key));
    const fs::path path = folder_ / key;
    struct ::stat status {};
    if (::stat(path.c_str(), &status) != 0) return last_error(path);
    if (!S_ISREG(status.st_mode))
      return Error{ErrorCode::not_found, path.string() + ": not a file"};
    return ObjectInfo{std::string(key),
                      static_cast<std::uint64_t>(status.st_size),
                      file_tag(status)};
  }

  Result<std::string> read(std::string_view key, std::uint64_t offset,
                           std::uint64_t count,
                           std::string_view etag) const override {
    DMP_ASSIGN(const ObjectInfo info, stat(key));
    if (!etag.empty() && info.etag != etag) {
      return Error{ErrorCode::corrupt_input,
                   (folder_ / key).string() + ": changed while it was read"};
    }
    if (offset >= info.bytes) return std::string();
    std::ifstream file(folder_ / key, std::ios::binary);
    std::string bytes(std::min(count, info.bytes - offset), '\0');
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (static_cast<std::size_t>(file.gcount()) != bytes.size())
      return last_error(folder_ / key);
    return bytes;
  }

  Result<ObjectInfo> write(std::string_view key,
                           std::string_view bytes) const override {
    DMP_TRY(make_parent(key));
    DMP_TRY(write_file_atomically(folder_ / key, bytes));
    return stat(key);
  }

  Status download(std::string_view key, const fs::path& file) const override {
    DMP_TRY(check_key(key));
    return copy(folder_ / key, file);
  }

  Result<ObjectInfo> upload(const fs::path& file,
                            std::string_view key) const override {
    DMP_TRY(make_parent(key));
    DMP_TRY(copy(file, folder_ / key));
    return stat(key);
  }

  Status remove(std::string_view key) const override {
    DMP_TRY(check_key(key));
    std::error_code error;
    fs::remove(folder_ / key, error);
    if (error) return file_error(folder_ / key, error);
    return {};
  }

 private:
  Status make_parent(std::string_view key) const {
    DMP_TRY(check_key(key));
    std::error_code error;
    fs::create_directories((folder_ / key).parent_path(), error);
    if (error) return file_error(folder_ / key, error);
    return {};
  }

  // Under a name of its own first, then renamed: whole or not at all.
  static Status copy(const fs::path& from, const fs::path& to) {
    const fs::path unfinished = unfinished_name(to);
    std::error_code error = copy_bytes(from, unfinished);
    if (error) {
      std::error_code ignored;
      fs::remove(unfinished, ignored);
      if (!fs::exists(from, ignored)) return file_error(from, error);
      return Error{ErrorCode::io, fmt::format("{} to {}: {}", from.string(),
                                              to.string(), error.message())};
    }
    DMP_TRY(sync_to_disk(unfinished));
    fs::rename(unfinished, to, error);
    if (error) return file_error(to, error);
    return sync_to_disk(to.parent_path());
  }

  fs::path folder_;
};

}  // namespace

void remove_unfinished(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end;
       !error && it != end; it.increment(error)) {
    if (it->path().string().ends_with(kUnfinishedEnding))
      found.push_back(it->path());
  }
  for (const auto& path : found) fs::remove(path, error);
}

std::unique_ptr<ObjectStore> open_folder(const fs::path& folder) {
  return std::make_unique<FolderStore>(folder);
}

Status check_key(std::string_view key) {
  const Error bad{ErrorCode::invalid_argument,
                  fmt::format("\"{}\" cannot be the key of an object", key)};
  if (key.empty() || key.front() == '/' || key.back() == '/' ||
      key.find('\0') != std::string_view::npos || key.size() > 1024) {
    return bad;
  }
  for (std::size_t start = 0; start <= key.size();) {
    const auto end = std::min(key.find('/', start), key.size());
    const auto part = key.substr(start, end - start);
    if (part.empty() || part == "." || part == "..") return bad;
    start = end + 1;
  }
  return {};
}

}  // namespace dmp::storage
