#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::sql {

// A table of text by text in one string of bytes, so that SQL can hand it from
// model to function as a value. Layout: u32 slots; a u32 place of an entry a
// slot (0: free); entries {u32 key bytes, u32 value bytes, key, value}.
// Under 4 GB. Not a file format: bytes are those of this machine.
std::string make_lookup(
    const std::vector<std::pair<std::string_view, std::string_view>>& entries);

// Reads such bytes, which must live on. Bytes that are no table find nothing.
class Lookup {
 public:
  explicit Lookup(std::string_view bytes) : bytes_(bytes) {}
  // The value of the first entry of `key`; data() is nullptr for none.
  std::string_view find(std::string_view key) const;

 private:
  std::string_view bytes_;
};

}  // namespace dmp::sql
