#include "jobs/stage_clock.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace dmp::jobs {

namespace {

double cpu_now() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) +
           1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

StageClock::StageClock()
    : start_(std::chrono::steady_clock::now()), cpu_start_(cpu_now()) {
  // "5" resets VmHWM; source: proc(5), /proc/pid/clear_refs.
  std::ofstream("/proc/self/clear_refs") << "5";
}

double StageClock::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                       start_)
      .count();
}

double StageClock::cpu_seconds() const {
  return cpu_now() - cpu_start_;
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
