#include "ingest/unpack.h"

#include "ingest/byte_source.h"
#include "ingest/packed_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::ingest {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr std::size_t kTarBlock = 512;

bool is_unsafe(const fs::path& name) {
  return name.empty() || name.is_absolute() ||
         std::any_of(name.begin(), name.end(),
                     [](const fs::path& part) { return part == ".."; });
}

}  // namespace

struct ArchiveReader::State {
  std::string name;
  More more;
  std::string chunk;           // what libarchive reads now
  std::optional<Error> error;  // of `more`
  bool is_tar = false;
  std::uint64_t bytes = 0;  // seen of it
  std::string tail;         // the last two blocks of them
  std::unique_ptr<archive, decltype(&archive_read_free)> reader{
      archive_read_new(), archive_read_free};

  Error failure() const {
    if (error) return *error;
    const char* text = archive_error_string(reader.get());
    return Error{ErrorCode::corrupt_input,
                 fmt::format("{}: {}", name, text == nullptr ? "bad" : text)};
  }

  static la_ssize_t on_read(archive* /*reader*/, void* user,
                            const void** bytes) {
    auto* state = static_cast<State*>(user);
    auto chunk = state->more();
    if (!chunk) {
      state->error = std::move(chunk).error();
      return ARCHIVE_FATAL;
    }
    state->chunk = *std::move(chunk);
    state->remember();
    *bytes = state->chunk.data();
    return static_cast<la_ssize_t>(state->chunk.size());
  }

  void remember() {
    bytes += chunk.size();
    tail += chunk.substr(chunk.size() - std::min(chunk.size(), 2 * kTarBlock));
    if (tail.size() > 2 * kTarBlock) tail.erase(0, tail.size() - 2 * kTarBlock);
  }

  // A tar ends with two blocks of zeros; libarchive takes less.
  bool ended_well() {
    if (!is_tar) return true;
    for (;;) {
      auto rest = more();
      if (!rest || rest->empty()) break;
      chunk = *std::move(rest);
      remember();
    }
    return bytes % kTarBlock == 0 && tail.size() == 2 * kTarBlock &&
           tail.find_first_not_of('\0') == std::string::npos;
  }
};

ArchiveReader::ArchiveReader(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader::~ArchiveReader() = default;

Result<ArchiveReader> ArchiveReader::open_zip(const fs::path& path) {
  auto state = std::make_unique<State>();
  state->name = path.string();
  // By its directory: what a ZIP lists is what it holds.
  archive_read_support_format_zip_seekable(state->reader.get());
  if (archive_read_open_filename(state->reader.get(), path.c_str(), 1 << 16) !=
      ARCHIVE_OK) {
    return state->failure();
  }
  return ArchiveReader(std::move(state));
}

Result<ArchiveReader> ArchiveReader::open_tar(const std::string& name,
                                              More more) {
  auto state = std::make_unique<State>();
  state->name = name;
  state->more = std::move(more);
  state->is_tar = true;
  archive_read_support_format_tar(state->reader.get());
  archive_read_support_format_empty(state->reader.get());
  if (archive_read_open(state->reader.get(), state.get(), nullptr,
                        State::on_read, nullptr) != ARCHIVE_OK) {
    return state->failure();
  }
  return ArchiveReader(std::move(state));
}

Result<std::optional<Member>> ArchiveReader::next() {
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(state_->reader.get(), &entry);
    if (status == ARCHIVE_EOF) {
      if (state_->ended_well()) return std::optional<Member>();
      return Error{ErrorCode::corrupt_input,
                   state_->name + ": cut off before its end"};
    }
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
      return state_->failure();
    const char* name = archive_entry_pathname(entry);
    const auto type = archive_entry_filetype(entry);
    if (type == AE_IFDIR) continue;
    if (name == nullptr || type != AE_IFREG || is_unsafe(name) ||
        archive_entry_hardlink(entry) != nullptr) {
      return Error{
          ErrorCode::corrupt_input,
          fmt::format("{}: \"{}\" is a link, not a file, or lies outside",
                      state_->name, name == nullptr ? "?" : name)};
    }
    const auto at = archive_read_header_position(state_->reader.get());
    return std::optional<Member>(
        Member{name, static_cast<std::uint64_t>(std::max<la_int64_t>(at, 0))});
  }
}

Result<std::size_t> ArchiveReader::read(char* out, std::size_t capacity) {
  const auto count = archive_read_data(state_->reader.get(), out, capacity);
  if (count < 0) return state_->failure();
  return static_cast<std::size_t>(count);
}

Result<std::uint64_t> write_member(ArchiveReader& reader, const fs::path& file,
                                   Packing packing, std::uint64_t most_bytes) {
  PackedFile out(file, packing);
  std::vector<char> buffer(kBufferBytes);
  std::uint64_t total = 0;
  for (;;) {
    DMP_ASSIGN(const std::size_t count,
               reader.read(buffer.data(), buffer.size()));
    if (count == 0) break;
    total += count;
    if (total > most_bytes) {
      return Error{ErrorCode::corrupt_input,
                   fmt::format("unpacks to more than {} bytes", most_bytes)};
    }
    DMP_TRY(out.write({buffer.data(), count}));
  }
  DMP_TRY(out.close());
  return total;
}

bool is_gzip(const fs::path& file) {
  std::array<char, 2> magic{};
  std::ifstream(file, std::ios::binary).read(magic.data(), 2);
  return magic[0] == '\x1f' && magic[1] == '\x8b';
}

Result<std::int64_t> count_gzip_lines(const fs::path& file) {
  DMP_ASSIGN(auto source, ByteSource::open(file));
  if (!is_gzip(file)) {
    return Error{ErrorCode::corrupt_input,
                 file.string() + ": not a gzip file, whatever its name says"};
  }
  std::vector<char> buffer(kBufferBytes);
  std::int64_t lines = 0;
  char last = '\n';
  for (;;) {
    DMP_ASSIGN(const std::size_t count,
               source.read(buffer.data(), buffer.size()));
    if (count == 0) return last == '\n' ? lines : lines + 1;
    lines +=
        std::count(buffer.begin(),
                   buffer.begin() + static_cast<std::ptrdiff_t>(count), '\n');
    last = buffer[count - 1];
  }
}

Status gzip_file(const fs::path& from, const fs::path& to) {
  DMP_ASSIGN(auto source, ByteSource::open(from));
  PackedFile out(to, Packing::gzip);
  std::vector<char> buffer(kBufferBytes);
  for (;;) {
    DMP_ASSIGN(const std::size_t count,
               source.read(buffer.data(), buffer.size()));
    if (count == 0) return out.close();
    DMP_TRY(out.write({buffer.data(), count}));
  }
}

}  // namespace dmp::ingest
