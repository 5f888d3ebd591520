#pragma once

#include <string_view>

namespace dmp::storage {

// The path of a file in a manifest without the r<NN>/ of a replaced stage: its
// name, which is the same whenever the stage is made.
std::string_view name_in_stage(std::string_view path);

// Stands in a stage folder from the first file to the first manifest, so that
// what a killed attempt left is known as ours; and from before a manifest is
// written, with the text of that manifest, to when all it does not list is
// gone.
inline constexpr const char* kUnfinishedName = ".unfinished";

}  // namespace dmp::storage
