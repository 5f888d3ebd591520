#include "ingest/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace dmp::ingest {

namespace {

constexpr std::size_t kInputBytes = std::size_t{256} << 10;

}  // namespace

struct ByteSource::State {
  int file = -1;
  std::filesystem::path path;
  std::vector<std::uint8_t> input = std::vector<std::uint8_t>(kInputBytes);
  std::size_t at = 0, filled = 0;
  std::uint64_t consumed = 0;  // bytes of the file before input[at]
  bool gzip = false;
  bool inside_member = false;
  inflate_state inflate{};

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (file >= 0) ::close(file);
  }

  Result<bool> refill();
  Result<std::size_t> read_plain(char* out, std::size_t capacity);
  Result<std::size_t> read_gzip(char* out, std::size_t capacity);
  Error corrupt(std::string_view what) const {
    return Error{
        ErrorCode::corrupt_input,
        fmt::format("{}: {} at byte {}", path.string(), what, consumed)};
  }
};

// False at the end of the file.
Result<bool> ByteSource::State::refill() {
  if (at < filled) return true;
  for (;;) {
    const auto count = ::read(file, input.data(), input.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return Error{ErrorCode::io, path.string() + ": " + std::strerror(errno)};
    }
    at = 0;
    filled = static_cast<std::size_t>(count);
    return count > 0;
  }
}

Result<std::size_t> ByteSource::State::read_plain(char* out,
                                                  std::size_t capacity) {
  DMP_ASSIGN(const bool more, refill());
  if (!more) return std::size_t{0};
  const std::size_t count = std::min(capacity, filled - at);
  std::memcpy(out, input.data() + at, count);
  at += count;
  consumed += count;
  return count;
}

Result<std::size_t> ByteSource::State::read_gzip(char* out,
                                                 std::size_t capacity) {
  std::size_t written = 0;
  while (written < capacity) {
    DMP_ASSIGN(const bool more, refill());
    if (!more) {
      if (inside_member) return corrupt("truncated gzip");
      break;
    }
    if (!inside_member) {
      isal_inflate_reset(&inflate);
      inflate.crc_flag = ISAL_GZIP;
      inside_member = true;
    }
    inflate.next_in = input.data() + at;
    inflate.avail_in = static_cast<std::uint32_t>(filled - at);
    inflate.next_out = reinterpret_cast<std::uint8_t*>(out) + written;
    inflate.avail_out = static_cast<std::uint32_t>(
        std::min<std::size_t>(capacity - written, 1U << 30));
    const std::uint32_t offered = inflate.avail_out;
    const int status = isal_inflate(&inflate);
    // ISA-L may count avail_in below zero when a block is bad.
    if ((status != ISAL_DECOMP_OK && status != ISAL_END_INPUT) ||
        inflate.avail_in > filled - at) {
      return corrupt(status == ISAL_INCORRECT_CHECKSUM
                         ? "gzip checksum does not match"
                         : "corrupt gzip");
    }
    const std::size_t taken = (filled - at) - inflate.avail_in;
    at += taken;
    consumed += taken;
    written += offered - inflate.avail_out;
    if (inflate.block_state == ISAL_BLOCK_FINISH) inside_member = false;
  }
  return written;
}

ByteSource::ByteSource(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

Result<ByteSource> ByteSource::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (state->file < 0) {
    const ErrorCode code =
        errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    return Error{code, path.string() + ": " + std::strerror(errno)};
  }
  DMP_ASSIGN(const bool more, state->refill());
  if (!more && path.extension() == ".gz")
    return state->corrupt("empty, not even the head of a gzip file");
  state->gzip = more && state->filled >= 2 && state->input[0] == 0x1F &&
                state->input[1] == 0x8B;
  if (state->gzip) isal_inflate_init(&state->inflate);
  return ByteSource(std::move(state));
}

Result<std::size_t> ByteSource::read(char* out, std::size_t capacity) {
  return state_->gzip ? state_->read_gzip(out, capacity)
                      : state_->read_plain(out, capacity);
}

std::uint64_t ByteSource::offset_bytes() const {
  return state_->consumed;
}

}  // namespace dmp::ingest
