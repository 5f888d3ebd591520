#pragma once

#include "base/result.h"
#include "storage/object_store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::jobs {

// How a job, or a member of an array, stands.
struct JobRun {
  // PENDING, RUNNING, SUCCEEDED, FAILED and AWS's others. Kept in the record by
  // the local executor; of AWS, what it was when asked.
  std::string state;
  std::optional<int> exit_code;
  std::string started_at, ended_at;
  std::string reason;      // why it is in that state; empty: nobody says
  std::string log_stream;  // of AWS, when asked
};

// One job of a chain: what AWS Batch is asked to run, or what the local
// executor runs as a child process. Source: spec jobs.md 2, 3.
struct BatchJob : JobRun {
  std::string task;  // a value of --start-job
  std::string name;  // <catalogue name>-<run id>
  std::string queue, definition;
  int vcpu = 1, memory_mib = 1024;
  int timeout_seconds = 3600;
  int attempts = 3;
  int array_size = 1;                   // 1: a plain job
  std::vector<std::string> depends_on;  // names of jobs before it
  std::vector<std::string> command;     // argument vector; no shell sees it

  std::string id;         // of AWS, or local-<n>; empty before submission
  int unknown_looks = 0;  // in a row at which AWS did not know it
  // Of an array, by index, once it is known how they stand; else empty. The
  // exit code of the array is then that of the first that failed.
  std::vector<JobRun> members;
};
// "<name>[<index>]": what a member of an array is called.
std::string member_name(const BatchJob& job, std::size_t index);
// The first member of an array that failed; nullopt: none, or no array.
std::optional<std::size_t> first_failed(const BatchJob& job);

// What one `batch-submit` call submits, and its record in the bucket:
// jobs/<id>/chain.json. Source: spec jobs.md 3.5.
struct BatchChain {
  std::string id;  // <command>-<run id>-<YYYYMMDDTHHMMSSZ>
  std::string command, run_id, env, bucket, executor, version, submitted_at;
  std::vector<BatchJob> jobs;
  // Local executor: who runs it, to tell a killed one from a running one, and
  // from another process that has its number now (base/machine.h).
  std::int64_t pid = 0;
  std::string host, process;
};

std::string to_json(const BatchChain& chain);
// Errors: corrupt_input.
Result<BatchChain> parse_chain(std::string_view json);

// "2026-02-04T01:02:03Z" of now.
std::string now_text();
std::string chain_id(const std::string& command, const std::string& run_id,
                     std::string_view now);

// The key of a chain's record; its other files lie beside it.
std::string chain_key(std::string_view id);
Status save_chain(const storage::ObjectStore& bucket, const BatchChain& chain);
// Errors: not_found, corrupt_input (no record, or that of another chain), those
// of the bucket.
Result<BatchChain> load_chain(const storage::ObjectStore& bucket,
                              const std::string& id);
// The record of one of several chains that are looked at. One that cannot be
// read is named in a warning, and nullopt: the others are not to suffer.
// Errors: unavailable (the bucket does not answer).
Result<std::optional<BatchChain>> load_one_of_chains(
    const storage::ObjectStore& bucket, const std::string& id);
// Whether the bucket has a record under that id: the id is taken.
Result<bool> has_chain(const storage::ObjectStore& bucket, std::string_view id);
// Ids of all chains in the bucket, or of those that begin with `prefix`; newest
// first (by their time, then id).
Result<std::vector<std::string>> list_chains(const storage::ObjectStore& bucket,
                                             std::string_view prefix = "");

// Whether a chain of the local executor is still being run on this machine. Of
// a record that does not say when its process began: whether there is one of
// that number.
bool is_alive(const BatchChain& chain);
// Whether a chain of the local executor was begun on another machine: what has
// become of it there is not seen from here.
bool is_elsewhere(const BatchChain& chain);

// What had not ended has failed, for that reason, now; whether it was so.
bool end_run(JobRun& run, std::string_view reason);
// The same of all runs of a chain of the local executor whose process is gone
// from this machine: what was killed could not say so itself.
void end_abandoned(BatchChain& chain);

// SUCCEEDED and FAILED are the end of a job; so is not to be known to AWS, at
// some looks in a row, or never to have been submitted.
bool has_ended(const BatchJob& job);

// SUCCEEDED, FAILED, RUNNING or PENDING, by its jobs' states; a local chain
// whose process is gone is FAILED, but one of another machine stands as its
// record says; UNKNOWN: nothing of it is known to run, but
// how all of it ended is not known either.
std::string chain_state(const BatchChain& chain);

// Whether looking again may find another state.
bool may_go_on(const BatchChain& chain);

// Whether nothing is known of a chain on AWS because it is being submitted, or
// was a moment (at most 10 minutes) before `now` (as of now_text()): no job has
// begun or ended, as far as its record and AWS say.
bool may_be_unknown_yet(const BatchChain& chain, std::string_view now);

// What AWS would refuse, checked before the first request: names, sizes,
// timeouts. Errors: invalid_argument.
Status check_chain(const BatchChain& chain);

}  // namespace dmp::jobs
