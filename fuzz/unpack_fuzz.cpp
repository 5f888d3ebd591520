// ingest/unpack.h: any bytes are an archive of safe names, or an error; the two
// ways of reading a tar in pieces agree.
#include "fuzz/laws.h"
#include "fuzz/memory_file.h"
#include "ingest/unpack.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace {

constexpr std::size_t kMostUnpacked = std::size_t{1} << 20;

bool is_safe(const std::string& name) {
  const std::filesystem::path path(name);
  return !name.empty() && path.is_relative() &&
         std::none_of(path.begin(), path.end(),
                      [](const auto& part) { return part == ".."; });
}

// Names and sizes of the members, and "!" where it ended with an error.
std::string contents(dmp::Result<dmp::ingest::ArchiveReader> reader,
                     std::size_t size) {
  std::string found;
  std::size_t total = 0;
  std::array<char, 1'000> out{};
  const auto corrupt = [&](const dmp::Error& error) {
    LAW(error.code == dmp::ErrorCode::corrupt_input);
    return found + "!";
  };
  if (!reader) return corrupt(reader.error());
  while (total < kMostUnpacked) {
    const auto member = reader->next();
    if (!member) return corrupt(member.error());
    if (!*member) return found;
    LAW(is_safe((*member)->name));
    LAW((*member)->header_offset <= size);
    found += (*member)->name + "\n";
    while (total < kMostUnpacked) {
      const auto count = reader->read(out.data(), out.size());
      if (!count) return corrupt(count.error());
      if (*count == 0) break;
      LAW(*count <= out.size());
      total += *count;
    }
  }
  return found;
}

std::string tar_contents(std::string_view bytes, std::size_t piece) {
  const auto more = [&, at = std::size_t{0}]() mutable {
    const std::string next(bytes.substr(std::min(at, bytes.size()), piece));
    at += next.size();
    return dmp::Result<std::string>(next);
  };
  return contents(dmp::ingest::ArchiveReader::open_tar("fuzz", more),
                  bytes.size());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = dmp::fuzz::text_of(data, size);
  const dmp::fuzz::MemoryFile file(bytes);
  contents(dmp::ingest::ArchiveReader::open_zip(file.path()), size);
  LAW(tar_contents(bytes, 512) == tar_contents(bytes, 100'000));
  return 0;
}
