// storage/manifest.h: what is read is written and read again the same.
#include "fuzz/laws.h"
#include "storage/manifest.h"

#include <filesystem>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read =
      dmp::storage::parse_manifest(std::string(dmp::fuzz::text_of(data, size)));
  if (!read) {
    LAW(read.error().code == dmp::ErrorCode::corrupt_input);
    return 0;
  }
  const std::filesystem::path stage = "/stage";
  for (const auto& path : read->paths(stage)) {
    const auto plain = path.lexically_normal().string();
    LAW(plain.starts_with("/stage/"));
  }
  const std::string text = dmp::storage::manifest_json(*read);
  const auto again = dmp::storage::parse_manifest(text);
  LAW(again);
  LAW(dmp::storage::manifest_json(*again) == text);
  LAW(dmp::storage::stage_key(*again) == dmp::storage::stage_key(*read));
  return 0;
}
