#include "synth/unpacked_lines.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace dmp::synth {
namespace {

using Take = std::function<Status(std::string_view)>;

constexpr std::size_t kBlockBytes = 1 << 20;
constexpr std::size_t kLongestLine = std::size_t{64} << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct CloseGzip {
  void operator()(gzFile_s* file) const { gzclose(file); }
};
struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Cuts text that comes in blocks into lines.
class Lines {
 public:
  explicit Lines(const Take& take) : take_(take) {}

  Status add(std::string_view block) {
    for (;;) {
      const std::size_t end = block.find('\n');
      if (end == std::string_view::npos) break;
      waiting_.append(block.substr(0, end));
      block.remove_prefix(end + 1);
      DMP_TRY(finish());
    }
    waiting_.append(block);
    if (waiting_.size() > kLongestLine)
      return Error{ErrorCode::corrupt_input, "a line longer than 64 MiB"};
    return {};
  }
  Status finish() {
    if (waiting_.find_first_not_of(" \t\r") != std::string::npos)
      DMP_TRY(take_(waiting_));
    waiting_.clear();
    return {};
  }

 private:
  const Take& take_;
  std::string waiting_;
};

Status read_zstd(std::FILE* file, Lines& lines) {
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  std::vector<char> in(kBlockBytes), out(kBlockBytes);
  std::size_t state = 0;
  for (;;) {
    const std::size_t got = std::fread(in.data(), 1, in.size(), file);
    if (got == 0) break;
    ZSTD_inBuffer input{in.data(), got, 0};
    bool full = true;
    while (input.pos < input.size || full) {
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      state = ZSTD_decompressStream(context.get(), &output, &input);
      if (ZSTD_isError(state))
        return Error{ErrorCode::corrupt_input, ZSTD_getErrorName(state)};
      DMP_TRY(lines.add({out.data(), output.pos}));
      full = output.pos == output.size;
    }
  }
  if (state != 0)
    return Error{ErrorCode::corrupt_input, "cut short (Zstandard)"};
  return lines.finish();
}

// zlib gives plain files as they are.
Status read_gzip(const std::filesystem::path& path, Lines& lines) {
  const std::unique_ptr<gzFile_s, CloseGzip> file(gzopen(path.c_str(), "rb"));
  if (!file) return Error{ErrorCode::io, std::strerror(errno)};
  std::vector<char> out(kBlockBytes);
  for (;;) {
    const int got =
        gzread(file.get(), out.data(), static_cast<unsigned>(out.size()));
    int code = Z_OK;
    const char* problem = gzerror(file.get(), &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
      return Error{ErrorCode::corrupt_input, problem};
    if (got == 0) return lines.finish();
    DMP_TRY(lines.add({out.data(), static_cast<std::size_t>(got)}));
  }
}

}  // namespace

Status for_each_line(const std::filesystem::path& path, const Take& take) {
  const std::unique_ptr<std::FILE, CloseFile> file(
      std::fopen(path.c_str(), "rb"));
  if (!file)
    return Error{errno == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                 fmt::format("{}: {}", path.string(), std::strerror(errno))};
  unsigned char magic[4] = {};
  const std::size_t got = std::fread(magic, 1, 4, file.get());
  std::rewind(file.get());
  Lines lines(take);
  const bool zstd = got == 4 && std::memcmp(magic, "\x28\xB5\x2F\xFD", 4) == 0;
  Status done = zstd ? read_zstd(file.get(), lines) : read_gzip(path, lines);
  if (!done) return std::move(done).error().during(path.string());
  return {};
}

}  // namespace dmp::synth
