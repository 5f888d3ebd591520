#include "storage/gzip_file.h"

#include <fmt/format.h>
#include <isa-l/igzip_lib.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace dmp::storage {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

void begin(isal_zstream& stream, std::vector<std::uint8_t>& level_buffer) {
  isal_deflate_init(&stream);
  stream.level = 1;
  stream.level_buf = level_buffer.data();
  stream.level_buf_size = static_cast<std::uint32_t>(level_buffer.size());
  stream.gzip_flag = IGZIP_GZIP;
}

void read_from(isal_zstream& stream, std::string_view text) {
  // ISA-L takes its input as not const, but does not write to it.
  stream.next_in =
      reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<std::uint32_t>(text.size());
}

}  // namespace

std::string gzip_member(std::string_view text) {
  isal_zstream stream;
  std::vector<std::uint8_t> level_buffer(ISAL_DEF_LVL1_DEFAULT);
  begin(stream, level_buffer);
  stream.end_of_stream = 1;
  read_from(stream, text);
  std::string out;
  do {
    const std::size_t made = out.size();
    out.resize(made + kBlockBytes);
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data() + made);
    stream.avail_out = static_cast<std::uint32_t>(kBlockBytes);
    isal_deflate(&stream);  // cannot fail: the buffers are as it wants them
    out.resize(out.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

struct GzipFile::State {
  std::filesystem::path path;
  std::unique_ptr<std::FILE, CloseFile> file;
  isal_zstream stream;
  std::vector<std::uint8_t> level_buffer =
      std::vector<std::uint8_t>(ISAL_DEF_LVL1_DEFAULT);
  std::vector<std::uint8_t> out = std::vector<std::uint8_t>(kBlockBytes);
  std::string waiting;
  std::uint64_t bytes = 0;

  void begin_member() { begin(stream, level_buffer); }

  Error refused() const {
    return Error{ErrorCode::io,
                 fmt::format("{}: {}", path.string(), std::strerror(errno))};
  }

  Status compress(std::string_view text, bool end) {
    read_from(stream, text);
    stream.end_of_stream = end ? 1 : 0;
    do {
      stream.next_out = out.data();
      stream.avail_out = static_cast<std::uint32_t>(out.size());
      if (isal_deflate(&stream) != COMP_OK)
        return Error{ErrorCode::internal, "gzip: the compressor refused"};
      const std::size_t made = out.size() - stream.avail_out;
      if (std::fwrite(out.data(), 1, made, file.get()) != made)
        return refused();
      bytes += made;
    } while (stream.avail_out == 0);
    return {};
  }

  Status end_member() {
    DMP_TRY(compress(waiting, true));
    waiting.clear();
    return {};
  }
};

GzipFile::GzipFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
GzipFile::GzipFile(GzipFile&&) noexcept = default;
GzipFile& GzipFile::operator=(GzipFile&&) noexcept = default;
GzipFile::~GzipFile() = default;

Result<GzipFile> GzipFile::create(const std::filesystem::path& path) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  auto state = std::make_unique<State>();
  state->path = path;
  state->file.reset(std::fopen(path.c_str(), "wb"));
  if (!state->file) return state->refused();
  state->begin_member();
  return GzipFile(std::move(state));
}

Status GzipFile::write(std::string_view text) {
  std::string& waiting = state_->waiting;
  while (waiting.size() + text.size() >= kBlockBytes) {
    const std::size_t fits = kBlockBytes - waiting.size();
    waiting.append(text.substr(0, fits));
    text.remove_prefix(fits);
    DMP_TRY(state_->compress(waiting, false));
    waiting.clear();
  }
  waiting.append(text);
  return {};
}

Status GzipFile::next_member() {
  DMP_TRY(state_->end_member());
  state_->begin_member();
  return {};
}

Result<std::uint64_t> GzipFile::finish() {
  DMP_TRY(state_->end_member());
  if (std::fflush(state_->file.get()) != 0) return state_->refused();
  state_->file.reset();
  return state_->bytes;
}

}  // namespace dmp::storage
