#pragma once

#include "base/result.h"
#include "jobs/partial_fetch.h"
#include "storage/manifest.h"
#include "storage/object_store.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dmp::jobs {

// What every job of a chain is given.
struct JobContext {
  const storage::ObjectStore& bucket;
  // Of this attempt alone: <scratch>/<data set>/<run>/<stage>.<attempt>.
  std::filesystem::path scratch;
  int threads = 1;
  std::uint64_t memory_limit_bytes = 0;
  bool force = false;
  bool allow_no_manifest = false;
  double max_reject_ratio = 0.001;
  std::function<void(std::string_view)> say = {};
};

// <data set>/<run>/<stage>: where a stage lies. Source: spec jobs.md 4.1.
std::string stage_prefix(std::string_view dataset, std::string_view run,
                         std::string_view stage);

// What a stage reads of the bucket.
struct StageInput {
  std::string prefix;    // e.g. "ror/2026-01-29/download", without a last '/'
  bool by_hand = false;  // may be uploaded by people, without a manifest
  // Of a finished stage only the files whose names begin with this.
  std::string only = {};
  // Of those, what is fetched of an S3 bucket; absent: each whole. It changes
  // nothing of what the stage is made from.
  Needs needs = {};
  sql::BucketRange buckets{0, 255};  // whose rows Need::buckets means
};

// One stage as a job: where it reads, where it publishes, what it does. `work`
// gets the folder of each input by prefix, and the folder to publish into.
struct StageJob {
  std::string name;                  // for messages
  std::vector<std::string> options;  // those that change the result
  std::vector<StageInput> inputs;
  std::string output;
  // Of a stage that several jobs make: the part that this one publishes, as
  // <output>/_parts/<part>/ (empty: the stage itself), and those it reads; they
  // are among the folders of `work` under that prefix. The parts do not change
  // the key of the stage, and go when it is published. Source: jobs.md 3.2.
  std::string part = {};
  std::vector<std::string> parts = {};
  // Whether the stage that was published for the same options and inputs is
  // good enough not to be made again; not set: it is.
  std::function<bool(const storage::Manifest&)> is_good = {};
  using Folders = std::map<std::string, std::filesystem::path>;
  std::function<Result<storage::StageResult>(
      const Folders& inputs, const std::filesystem::path& output)>
      work;
};

// <output>/_parts/<part>
std::string part_prefix(const StageJob& job, const std::string& part);

// Runs a stage on a bucket. A folder is read and written in place, after the
// sums of what is read were compared (of files not written to since they were
// published only where the stage is not there yet). Of an S3
// bucket the inputs are fetched to scratch (bytes checked, sums of those that
// are fetched whole, tags of what is fetched in pieces), and the output is
// uploaded from there: files first, its manifest last; a good stage
// is replaced through r<NN>/, and cleared only then. With the same options and
// inputs as the published stage nothing is done. The scratch folder is gone in
// the end, whatever happened. Source: spec jobs.md 3.4, 4.2, 4.3.
// Errors: invalid_argument (an input without manifest), not_found (an input,
// parts of this stage: all are named), corrupt_input, unavailable, io, and
// those of `work`.
Result<storage::StageResult> run_stage(const JobContext& context,
                                       const StageJob& job);

// Calls `work` with the folder of each input by prefix, as run_stage would, for
// a job that publishes no stage and so is always done. Errors: as run_stage.
using InputWork = std::function<Status(const StageJob::Folders&)>;
Status read_inputs(const JobContext& context, const std::string& name,
                   const std::vector<StageInput>& inputs,
                   const InputWork& work);

// The manifest of a stage in the bucket. Errors: not_found (unfinished), …
Result<storage::Manifest> stage_manifest(const storage::ObjectStore& bucket,
                                         const std::string& prefix);
// The same; nullopt: unfinished. An outage is not that. Errors: corrupt_input,
// those of the bucket.
Result<std::optional<storage::Manifest>> find_manifest(
    const storage::ObjectStore& bucket, const std::string& prefix);
Result<bool> is_finished(const storage::ObjectStore& bucket,
                         const std::string& prefix);

// The finished runs of a stage <root>/<run>[/<leaf>]. Errors: of the bucket.
Result<std::set<std::string>> finished_runs(const storage::ObjectStore& bucket,
                                            const std::string& root,
                                            const std::string& leaf);
// That with the greatest run id. Errors: not_found (there is none).
Result<std::string> newest_run(const storage::ObjectStore& bucket,
                               const std::string& root,
                               const std::string& leaf);

// <root>/<data set>/<run>/<stage>.<attempt>; attempt = AWS Batch's, else the
// process. Source: spec jobs.md 4.3.
std::filesystem::path scratch_folder(const std::filesystem::path& root,
                                     const std::string& dataset,
                                     const std::string& run,
                                     const std::string& stage);

}  // namespace dmp::jobs
