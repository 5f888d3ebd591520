#pragma once

#include "text/unicode.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// A fuzzer is one function over bytes. It ends the process when a law of the
// header under test is broken; the sanitizers do so for the rest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

#define LAW(condition)                                          \
  do {                                                          \
    if (!(condition))                                           \
      dmp::fuzz::law_is_broken(#condition, __FILE__, __LINE__); \
  } while (false)

namespace dmp::fuzz {

[[noreturn]] inline void law_is_broken(const char* law, const char* file,
                                       int line) {
  std::fprintf(stderr, "%s:%d: law is broken: %s\n", file, line, law);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline bool is_utf8(std::string_view text) {
  return text::to_valid_utf8(text) == text;
}

// Whether an input is one of the few that are worth a slow check; the same
// each time for the same input.
inline bool is_one_in_256(std::string_view text) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash >> 24 == 0;
}

// Non-empty, valid UTF-8, without white space at its ends.
inline bool is_tidy(std::string_view text) {
  return !text.empty() && is_utf8(text) && text::trim(text) == text;
}

// The lines of `text`, at most `most`; the last holds the rest.
inline std::vector<std::string_view> lines_of(std::string_view text,
                                              std::size_t most) {
  std::vector<std::string_view> lines;
  while (lines.size() + 1 < most) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
  lines.push_back(text);
  return lines;
}

inline std::string_view part(const std::vector<std::string_view>& parts,
                             std::size_t index) {
  return index < parts.size() ? parts[index] : std::string_view();
}

}  // namespace dmp::fuzz
