#pragma once

#include "jobs/run.h"

#include <chrono>
#include <string>

namespace dmp::cli {

// What is shown of a stage `seconds` after it began:
// "transform datacite: 7/16 files, 1,204,300 records, 52,361/s, ETA 0:42".
// Rate and time left stand only where they can be known.
std::string progress_text(const jobs::StageProgress& progress, double seconds);

// Progress on standard error: one line that is written over on a terminal, ten
// times a second at most; elsewhere a log line when a stage begins and every 30
// seconds. Source: spec cli.md 1.2. Threads: one at a time.
class ProgressDisplay {
 public:
  ProgressDisplay();
  void show(const jobs::StageProgress& progress);
  // Wipes the line, before other output.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  std::string stage_;
  Clock::time_point began_, shown_;
};

}  // namespace dmp::cli
