#include "jobs/stage_clock.h"

#include <fstream>
#include <string>

namespace dmp::jobs {

StageClock::StageClock() : start_(std::chrono::steady_clock::now()) {
  // "5" resets VmHWM; source: proc(5), /proc/pid/clear_refs.
  std::ofstream("/proc/self/clear_refs") << "5";
}

double StageClock::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                       start_)
      .count();
}

std::uint64_t StageClock::peak_bytes() const {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) {
      return std::stoull(line.substr(6)) * 1024;
    }
  }
  return 0;
}

}  // namespace dmp::jobs
