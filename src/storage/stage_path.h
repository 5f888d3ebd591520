#pragma once

#include <string_view>

namespace dmp::storage {

// The path of a file in a manifest without the r<NN>/ of a replaced stage: its
// name, which is the same whenever the stage is made.
std::string_view name_in_stage(std::string_view path);

}  // namespace dmp::storage
