#include "ingest/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <array>
#include <fstream>
#include <memory>

namespace dmp::ingest {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLargestRatio = 1'000;
// Small archives may pack better than the ratio allows.
constexpr std::uint64_t kRatioFloorBytes = std::uint64_t{64} << 20;

bool is_unsafe(const fs::path& name) {
  if (name.is_absolute()) return true;
  for (const auto& part : name) {
    if (part == "..") return true;
  }
  return false;
}

bool is_wanted(const std::string& name) {
  const fs::path path(name);
  return path.extension() == ".json" && !name.starts_with("__MACOSX/") &&
         !path.filename().string().starts_with("._");
}

}  // namespace

bool is_zip(const fs::path& path) {
  std::array<char, 4> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), 4);
  return head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
}

Result<std::vector<ArchiveEntry>> read_json_entries(
    const fs::path& path, std::uint64_t max_entry_bytes) {
  std::unique_ptr<archive, decltype(&archive_read_free)> reader(
      archive_read_new(), archive_read_free);
  archive_read_support_format_zip(reader.get());
  const auto corrupt = [&](std::string_view what) {
    return Error{ErrorCode::corrupt_input,
                 fmt::format("{}: {}", path.string(), what)};
  };
  if (archive_read_open_filename(reader.get(), path.c_str(), 1 << 16) !=
      ARCHIVE_OK) {
    return corrupt(archive_error_string(reader.get()));
  }
  std::error_code no_size;
  const std::uint64_t packed = fs::file_size(path, no_size);
  const std::uint64_t most = std::min(
      max_entry_bytes, std::max(kRatioFloorBytes, packed * kLargestRatio));
  std::vector<ArchiveEntry> entries;
  archive_entry* entry = nullptr;
  for (;;) {
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) return entries;
    if (status != ARCHIVE_OK)
      return corrupt(archive_error_string(reader.get()));
    const char* raw_name = archive_entry_pathname(entry);
    const std::string name = raw_name == nullptr ? "" : raw_name;
    if (is_unsafe(name)) return corrupt("refused, an entry is named " + name);
    if (!is_wanted(name)) continue;
    ArchiveEntry found{name, {}};
    std::array<char, 1 << 16> buffer{};
    for (;;) {
      const auto count =
          archive_read_data(reader.get(), buffer.data(), buffer.size());
      if (count < 0) return corrupt(archive_error_string(reader.get()));
      if (count == 0) break;
      found.bytes.append(buffer.data(), static_cast<std::size_t>(count));
      if (found.bytes.size() > most) {
        return corrupt(
            fmt::format("{} unpacks to more than {} bytes", name, most));
      }
    }
    entries.push_back(std::move(found));
  }
}

}  // namespace dmp::ingest
