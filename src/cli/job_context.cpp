#include "cli/job_context.h"

#include "base/log.h"
#include "cli/commands.h"
#include "jobs/stage_summary.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <system_error>

namespace dmp::cli {

namespace fs = std::filesystem;

namespace {

// A signal is for the process, so this is the process's too.
struct ScratchOfProcess {
  std::mutex lock;
  fs::path path;  // empty: none
};

ScratchOfProcess& scratch_of_process() {
  static ScratchOfProcess scratch;
  return scratch;
}

void own_scratch(const fs::path& scratch) {
  ScratchOfProcess& own = scratch_of_process();
  const std::lock_guard hold(own.lock);
  own.path = scratch;
}

}  // namespace

void remove_scratch_of_process() {
  constexpr int kAttempts = 10;  // other threads may be making files there
  ScratchOfProcess& scratch = scratch_of_process();
  const std::lock_guard hold(scratch.lock);
  std::error_code error;
  for (int i = 0; i < kAttempts && !scratch.path.empty() &&
                  fs::exists(scratch.path, error);
       ++i)
    fs::remove_all(scratch.path, error);
}

std::string scratch_root(const Values& values) {
  if (values.has("scratch-dir")) return values.text("scratch-dir");
  if (::access("/data", W_OK | X_OK) == 0) return "/data";
  const char* temporary = std::getenv("TMPDIR");
  return std::string(temporary == nullptr ? "/tmp" : temporary) + "/dmpworks";
}

Result<OpenJob> open_job(const Values& values, const std::string& dataset,
                         const std::string& stage) {
  DMP_ASSIGN(auto bucket, storage::open_store(values.text("bucket-name")));
  jobs::JobContext context{*bucket,
                           jobs::scratch_folder(scratch_root(values), dataset,
                                                values.text("run-id"), stage)};
  own_scratch(context.scratch);
  context.threads = threads_of(values);
  context.memory_limit_bytes = memory_of(values);
  context.force = values.flag("force");
  context.allow_no_manifest = values.flag("allow-no-manifest");
  context.max_reject_ratio = values.real("max-reject-ratio");
  context.say = [](std::string_view line) { log::info("{}", line); };
  return OpenJob{std::move(bucket), std::move(context)};
}

std::string row_counts(const storage::StageResult& result) {
  const storage::Manifest& manifest = result.manifest;
  std::string out = result.up_to_date ? "up to date\n" : "";
  out += fmt::format("in {}\nout {}\n", manifest.rows_in, manifest.rows_out);
  for (const auto& [rule, count] : manifest.dropped)
    out += fmt::format("dropped {} {}\n", rule, count);
  out += fmt::format("rejects {}\n", jobs::total(manifest.rejects));
  if (const auto keys = jobs::unknown_keys(manifest.counters); !keys.empty())
    out += fmt::format("unknown keys: {}\n", keys);
  return out;
}

std::string stage_summary(const storage::StageResult& result) {
  const auto& files = result.manifest.files;
  std::uint64_t bytes = 0;
  for (const auto& file : files) bytes += file.bytes;
  return row_counts(result) +
         fmt::format("files {}\nbytes {}\n", files.size(), bytes);
}

}  // namespace dmp::cli
