// fuzz_replay NAME PATH…: hands every file of the paths (files or folders) to
// one fuzzer. Without NAME it lists them. Its table is made by CMake.
#include "fuzz_table.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool replay(const dmp::fuzz::Replay& fuzzer, const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "fuzz_replay: %s: cannot be read\n", path.c_str());
    return false;
  }
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  // A copy of exact size, so that reading past its end is seen.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  fuzzer.run(exact.data(), exact.size());
  return true;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    for (const auto& fuzzer : dmp::fuzz::kFuzzers)
      std::printf("%s\n", std::string(fuzzer.name).c_str());
    return 0;
  }
  std::size_t replayed = 0;
  for (const auto& fuzzer : dmp::fuzz::kFuzzers) {
    if (fuzzer.name != words[1]) continue;
    for (int i = 2; i < count; ++i) {
      for (const auto& file : files_of(words[i])) {
        if (!replay(fuzzer, file)) return 1;
        ++replayed;
      }
    }
  }
  std::printf("%s: %zu inputs\n", words[1], replayed);
  return replayed > 0 ? 0 : 1;
}
