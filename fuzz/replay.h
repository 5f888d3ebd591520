#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dmp::fuzz {

// A fuzzer in the replayer, which is one program for all of them.
struct Replay {
  std::string_view name;
  int (*run)(const std::uint8_t* data, std::size_t size);
};

}  // namespace dmp::fuzz
