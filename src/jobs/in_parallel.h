#pragma once

#include "base/result.h"

#include <cstddef>
#include <functional>

namespace dmp::jobs {

// Objects moved at once.
inline constexpr int kTransfers = 16;

// Calls `work` for 0 … count-1 on up to `threads` threads. The first error
// stops the rest and is returned.
Status in_parallel(std::size_t count, int threads,
                   const std::function<Status(std::size_t)>& work);

}  // namespace dmp::jobs
