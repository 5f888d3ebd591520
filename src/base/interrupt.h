#pragma once

#include <functional>

namespace dmp {

// For as long as it lives, `work` is done before a signal (SIGINT, SIGTERM,
// SIGHUP) ends the process: in the thread that ends it, while the others go on.
// Its end waits for work under way, so what `work` refers to may be around it.
// At most one at a time.
class OnInterrupt {
 public:
  explicit OnInterrupt(std::function<void()> work);
  ~OnInterrupt();
  OnInterrupt(const OnInterrupt&) = delete;
  OnInterrupt& operator=(const OnInterrupt&) = delete;

  // Does the work there is. The process must end then: who waits for it does so
  // for good.
  static void happened();
};

}  // namespace dmp
