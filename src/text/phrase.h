#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dmp::text {

// True when the query's tokens stand in the document, whose tokens are given in
// order from position 0: distinct positions p with
// max(p_i - i) - min(p_i - i) <= slop. No token: no match.
// Source: search.md 5.2. Memory: none. Time: bounded for hostile input by
// giving up (no match) after 10,000 tries.
bool phrase_matches(std::span<const std::string> query,
                    std::span<const std::string_view> document, int slop);

// The same of tokens that are known by numbers.
bool phrase_matches(std::span<const std::uint32_t> query,
                    std::span<const std::uint32_t> document, int slop);

}  // namespace dmp::text
