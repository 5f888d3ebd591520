// ingest/record_lines.h: how a file is cut into records. The records are the
// same for any window, and whether the file is packed or not.
#include "fuzz/laws.h"
#include "fuzz/memory_file.h"
#include "ingest/record_lines.h"

#include <zlib.h>

namespace {

using dmp::ingest::RecordLines;

constexpr std::size_t kMostBytes = 300;

struct Cut {
  std::string json;
  std::uint64_t line, offset;
  bool too_long;
  bool operator==(const Cut&) const = default;
};

// Two members, as some writers leave them.
std::string packed(std::string_view text) {
  std::string out;
  const std::size_t half = text.size() / 2;
  for (const auto piece : {text.substr(0, half), text.substr(half)}) {
    z_stream stream{};
    LAW(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) ==
        Z_OK);
    std::string member(deflateBound(&stream, piece.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream.avail_in = static_cast<uInt>(piece.size());
    stream.next_out = reinterpret_cast<Bytef*>(member.data());
    stream.avail_out = static_cast<uInt>(member.size());
    LAW(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    member.resize(stream.total_out);
    deflateEnd(&stream);
    out += member;
  }
  return out;
}

std::vector<Cut> cut(std::string_view bytes, std::size_t window_bytes) {
  const dmp::fuzz::MemoryFile file(bytes);
  RecordLines::Options options;
  options.max_record_bytes = kMostBytes;
  options.window_bytes = window_bytes;
  auto lines = RecordLines::open(file.path(), options);
  LAW(lines);
  std::vector<Cut> cuts;
  for (;;) {
    const auto record = lines->next();
    if (!record || !*record) break;
    const auto& one = **record;
    LAW(!one.json.empty());
    LAW(one.too_long || one.json.size() <= kMostBytes);
    LAW(cuts.empty() || one.offset > cuts.back().offset);
    LAW(cuts.empty() || one.line > cuts.back().line);
    cuts.push_back({one.too_long ? "" : std::string(one.json), one.line,
                    one.offset, one.too_long});
    // The bytes promised behind a record can be read.
    volatile char last =
        one.json.data()[one.json.size() + RecordLines::kPaddingBytes - 1];
    (void)last;
  }
  return cuts;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = dmp::fuzz::text_of(data, size);
  const bool is_gzip = text.starts_with("\x1F\x8B");
  const auto whole = cut(text, std::size_t{1} << 16);
  if (is_gzip) return 0;
  for (const auto& record : whole) {
    if (record.too_long) continue;
    LAW(record.offset + record.json.size() <= text.size());
    LAW(text.substr(record.offset, record.json.size()) == record.json);
  }
  LAW(cut(text, 512) == whole);
  LAW(cut(packed(text), 512) == whole);
  return 0;
}
