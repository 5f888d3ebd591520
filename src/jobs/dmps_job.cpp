// The job that makes dmps/<run>/transform, of whatever delivers the DMPs.
#include "base/log.h"
#include "dmps/transform.h"
#include "jobs/stage_jobs.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

// Names of files below dmps/<run>/download.
struct DmpsFiles {
  std::vector<std::string> export_files, madmp;

  std::size_t count() const { return export_files.size() + madmp.size(); }
  bool empty() const { return count() == 0; }
};

Result<DmpsFiles> files_in(const storage::ObjectStore& bucket,
                           const std::string& folder) {
  DMP_ASSIGN(const auto objects, bucket.list(folder + "/"));
  DmpsFiles files;
  for (const auto& object : objects) {
    const std::string name = object.key.substr(folder.size() + 1);
    const bool is_manifest =
        name.substr(name.rfind('/') + 1) == "manifest.json";
    if (name.ends_with("jsonl.gz") || name.ends_with(".jsonl")) {
      files.export_files.push_back(name);
    } else if (!is_manifest &&
               (name.ends_with(".json") || name.ends_with(".json.gz"))) {
      files.madmp.push_back(name);
    }
  }
  return files;
}

Error no_mysql() {
  return Error{ErrorCode::invalid_argument,
               "the DMPs would come from MySQL, which this version has no "
               "client for; put an export or maDMP files into "
               "dmps/<run>/download/"};
}

// The stage that is there, where nothing is to be made.
Result<StageResult> finished_stage(const JobContext& context,
                                   const std::string& stage) {
  DMP_ASSIGN(auto manifest, stage_manifest(context.bucket, stage));
  log::info("DMPs come from {}/{}, which is finished", context.bucket.name(),
            stage);
  return StageResult{true, std::move(manifest)};
}

class DmpsJob {
 public:
  DmpsJob(const JobContext& context, const std::string& run, DmpsInput input)
      : context_(context),
        input_(input),
        download_(stage_prefix("dmps", run, "download")),
        output_(stage_prefix("dmps", run, "transform")) {}

  Result<StageResult> run() {
    if (input_.source == DmpsSource::mysql) return no_mysql();
    DMP_ASSIGN(const bool finished, is_finished(context_.bucket, output_));
    if (input_.source == DmpsSource::transform)
      return finished ? finished_stage(context_, output_) : unfinished();
    DMP_ASSIGN(files_, files_in(context_.bucket, download_));
    if (input_.source != DmpsSource::automatic) return of_one_kind();
    if (!files_.empty()) return transform(files_);
    if (finished) return finished_stage(context_, output_);
    return input_.mysql_host ? no_mysql() : nothing();
  }

 private:
  std::string place(const std::string& prefix) const {
    return context_.bucket.name() + "/" + prefix;
  }

  Error unfinished() const {
    return Error{ErrorCode::not_found, place(output_) + " is not finished"};
  }

  Error nothing() const {
    return Error{ErrorCode::not_found,
                 fmt::format("no DMPs: {} is not finished, {} has no *jsonl.gz "
                             "(export) or *.json (maDMP), and MYSQL_HOST is "
                             "not set",
                             place(output_), place(download_))};
  }

  // The files of the kind asked for; others that lie there are left out.
  Result<StageResult> of_one_kind() {
    const bool is_export = input_.source == DmpsSource::export_file;
    DmpsFiles wanted = files_;
    (is_export ? wanted.madmp : wanted.export_files).clear();
    if (wanted.empty()) {
      return Error{ErrorCode::not_found,
                   fmt::format("{} has no {}", place(download_),
                               is_export ? "*jsonl.gz, an export"
                                         : "*.json, a maDMP file")};
    }
    return transform(wanted);
  }

  // Of all files there are, or of one kind of them.
  Result<StageResult> transform(const DmpsFiles& wanted) {
    log::info("DMPs come from {}: {} files of an export, {} of maDMP",
              place(download_), wanted.export_files.size(),
              wanted.madmp.size());
    std::vector<std::string> names;  // empty: the whole folder
    if (wanted.count() < files_.count())
      names = wanted.madmp.empty() ? wanted.export_files : wanted.madmp;
    StageJob job;
    job.name = "dmps transform";
    job.options = names;
    job.inputs = {{download_, true}};
    DMP_ASSIGN(const auto ror, newest_ror(context_.bucket));
    if (ror) job.inputs.push_back({*ror});
    job.output = output_;
    job.work = [&](const StageJob::Folders& in, const fs::path& out) {
      dmps::DmpsOptions options;
      for (const auto& name : names)
        options.inputs.push_back(in.at(download_) / name);
      if (names.empty()) options.inputs = {in.at(download_)};
      options.stage_dir = out;
      if (ror) options.ror_stage = in.at(*ror);
      options.force = context_.force;
      options.max_reject_ratio = context_.max_reject_ratio;
      return dmps::transform_dmps(options);
    };
    return run_stage(context_, job);
  }

  const JobContext& context_;
  const DmpsInput input_;
  const std::string download_, output_;
  DmpsFiles files_;
};

}  // namespace

Result<StageResult> transform_dmps_job(const JobContext& context,
                                       const std::string& run,
                                       const DmpsInput& input) {
  return DmpsJob(context, run, input).run();
}

}  // namespace dmp::jobs
