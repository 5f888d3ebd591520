#pragma once

#include "base/result.h"
#include "model/work.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dmp::match {

// The whole works behind lists of DOIs, a batch of plans at a time, from one
// pass over the works index however many batches there are. First want() for
// all batches, then find(), then next() for each. Memory: the DOIs, the works
// of one batch, and 1 GiB for putting works in the order of the batches; what
// is more goes to the scratch folder. Threads: one at a time.
class ListedWorks {
 public:
  // The works of a batch, by DOI.
  class Works {
   public:
    void add(model::Work work, std::size_t times);
    std::size_t size() const { return works_.size(); }
    // nullptr: the index does not have it. Lives until the work's last take().
    const model::Work* find(const std::string& doi) const;
    // The work itself, to be called for each time that the batch wants it: the
    // last one is not a copy. The work must be there.
    model::Work take(const std::string& doi);

   private:
    struct Wanted {
      model::Work work;
      std::size_t times;  // it will be taken
    };
    std::unordered_map<std::string, Wanted> works_;
  };

  ListedWorks();
  ListedWorks(ListedWorks&&) noexcept;
  ListedWorks& operator=(ListedWorks&&) noexcept;
  ~ListedWorks();

  // A DOI may be wanted by several batches, and repeatedly.
  void want(std::size_t batch, std::string_view doi);

  // `scratch_dir`: made, and removed with this; empty: one of its own below the
  // system's folder of temporary files. Errors: io, corrupt_input.
  Status find(const std::vector<std::filesystem::path>& works_files,
              const std::filesystem::path& scratch_dir, int threads);

  // Of batch 0, then 1, …; DOIs that the index does not have are absent.
  // Errors: as find.
  Result<Works> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dmp::match
