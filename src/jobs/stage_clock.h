#pragma once

#include <chrono>
#include <cstdint>

namespace dmp::jobs {

// Wall clock, processor time of all threads, and highest resident memory of
// the process since it was made.
// The memory mark is the process's own (Linux): one clock at a time. Where the
// kernel does not let it be reset, the peak is that since the process began.
class StageClock {
 public:
  StageClock();
  double seconds() const;
  double cpu_seconds() const;        // user and system, of this process
  std::uint64_t peak_bytes() const;  // 0: not known on this system

 private:
  std::chrono::steady_clock::time_point start_;
  double cpu_start_;
};

}  // namespace dmp::jobs
