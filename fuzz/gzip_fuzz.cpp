// ingest/byte_source.h: any bytes behind a gzip header are data or an error.
#include "fuzz/laws.h"
#include "fuzz/memory_file.h"
#include "ingest/byte_source.h"

#include <algorithm>
#include <array>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostInflated = std::size_t{1} << 22;
  std::string bytes(dmp::fuzz::text_of(data, size));
  // Most mutations should get past the magic.
  constexpr std::string_view kHead = "\x1F\x8B\x08";
  for (std::size_t i = 0; i < std::min(bytes.size(), kHead.size()); ++i)
    bytes[i] = kHead[i];
  const dmp::fuzz::MemoryFile file(bytes);
  auto source = dmp::ingest::ByteSource::open(file.path());
  LAW(source);
  std::array<char, 1'000> out{};
  for (std::size_t total = 0; total < kMostInflated;) {
    const auto count = source->read(out.data(), out.size());
    LAW(count || count.error().code == dmp::ErrorCode::corrupt_input);
    LAW(source->offset_bytes() <= bytes.size());
    if (!count || *count == 0) break;
    LAW(*count <= out.size());
    total += *count;
  }
  return 0;
}
