#include "jobs/in_parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace dmp::jobs {

Status in_parallel(std::size_t count, int threads,
                   const std::function<Status(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex lock;
  std::optional<Error> failed;
  const auto loop = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      Status done = work(i);
      if (done) continue;
      const std::lock_guard<std::mutex> hold(lock);
      if (!failed) failed = std::move(done).error();
      next = count;
    }
  };
  std::vector<std::thread> workers;
  const auto wanted =
      std::min(count, static_cast<std::size_t>(std::max(1, threads)));
  for (std::size_t i = 1; i < wanted; ++i) workers.emplace_back(loop);
  loop();
  for (auto& worker : workers) worker.join();
  if (failed) return *std::move(failed);
  return {};
}

}  // namespace dmp::jobs
