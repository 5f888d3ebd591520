#pragma once

#include "base/result.h"
#include "jobs/batch_chain.h"
#include "storage/object_store.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::jobs {

// Name and value.
using Variables = std::vector<std::pair<std::string, std::string>>;

struct LocalOptions {
  std::filesystem::path program = "/proc/self/exe";  // in place of command[0]
  std::filesystem::path scratch_dir;                 // logs on their way to S3
  Variables settings;  // of every job; of an array members' shares go before
  // Variables of this process that no job gets: a container has only what its
  // definition and its command say.
  std::set<std::string, std::less<>> withheld;
  int threads = 1;  // array members at once
  // Bytes that the members of an array may take together: asked when it
  // begins; absent or 0: nobody says.
  std::function<std::uint64_t()> memory_limit;
  std::chrono::milliseconds retry_pause{2000};
  std::chrono::seconds grace{30};             // between SIGTERM and SIGKILL
  std::function<void(std::string_view)> say;  // one line a change of state
};

// Runs the jobs of `chain` as child processes, one after another: the same
// argument vectors AWS Batch gets, exit code 75 tried again, the timeout kept,
// array members with AWS_BATCH_JOB_ARRAY_INDEX, each told its share of threads
// and memory by DMPWORKS_THREADS and DMPWORKS_MEMORY_LIMIT. Output goes to
// jobs/<chain>/<n>-<name>.log in the bucket (of a member -<index>.log), states
// to its chain.json. The first failure ends the chain, and the jobs after it
// have failed too ("not started: …"); the other members of an array are run all
// the same. Children end when this process does; one that is
// interrupted (base/interrupt.h) says so first, and its record that what had
// not ended has failed.
// Source: spec jobs.md 3.3.
// Errors: unavailable (a job ended with 75 each time), internal (it failed,
// which one and its log are named), io.
Status run_locally(BatchChain& chain, const storage::ObjectStore& bucket,
                   const LocalOptions& options);

// Ends a chain that another process of this machine runs, with its jobs; those
// that had not ended have failed then, in its record too. One line a job, the
// last first. Of a chain that does not run here only the states are said.
// Errors: unavailable (it does not end), invalid_argument (the record does not
// say when its process began, and another may have its number now; the chain
// has not ended on another machine, as far as its record says), io, those of
// load_chain.
Status cancel_locally(const BatchChain& chain,
                      const storage::ObjectStore& bucket,
                      const std::function<void(std::string_view)>& say);

}  // namespace dmp::jobs
