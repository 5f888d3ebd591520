#include "base/interrupt.h"

#include <mutex>
#include <utility>

namespace dmp {

namespace {

// A signal is for the process, so this is the process's too.
struct WorkOfProcess {
  std::mutex lock;
  std::function<void()> work;  // empty: none
};

WorkOfProcess& work_of_process() {
  static WorkOfProcess work;
  return work;
}

void set_work(std::function<void()> work) {
  const std::lock_guard hold(work_of_process().lock);
  work_of_process().work = std::move(work);
}

}  // namespace

OnInterrupt::OnInterrupt(std::function<void()> work) {
  set_work(std::move(work));
}

OnInterrupt::~OnInterrupt() {
  set_work({});
}

void OnInterrupt::happened() {
  work_of_process().lock.lock();
  if (work_of_process().work) work_of_process().work();
}

}  // namespace dmp
