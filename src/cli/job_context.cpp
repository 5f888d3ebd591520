#include "cli/job_context.h"

#include "base/log.h"
#include "cli/commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace dmp::cli {

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
  context.threads = threads_of(values);
  context.memory_limit_bytes = memory_of(values);
  context.force = values.flag("force");
  context.allow_no_manifest = values.flag("allow-no-manifest");
  context.max_reject_ratio = values.real("max-reject-ratio");
  context.say = [](std::string_view line) { log::info("{}", line); };
  return OpenJob{std::move(bucket), std::move(context)};
}

std::string stage_summary(const storage::StageResult& result) {
  const storage::Manifest& manifest = result.manifest;
  std::string out = result.up_to_date ? "up to date\n" : "";
  out += fmt::format("in {}\nout {}\n", manifest.rows_in, manifest.rows_out);
  for (const auto& [rule, count] : manifest.dropped)
    out += fmt::format("dropped {} {}\n", rule, count);
  std::int64_t rejects = 0;
  for (const auto& [reason, count] : manifest.rejects) rejects += count;
  std::uint64_t bytes = 0;
  for (const auto& file : manifest.files) bytes += file.bytes;
  out += fmt::format("rejects {}\nfiles {}\nbytes {}\n", rejects,
                     manifest.files.size(), bytes);
  return out;
}

}  // namespace dmp::cli
