#include "cli/linkage_parameters.h"

#include "match/linkage_file.h"
#include "storage/s3_object.h"

#include <system_error>
#include <utility>

namespace dmp::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kInBucket = "meta/linkage.json";

std::string name_of(const std::string& prefix) {
  return prefix + "linkage-file";
}

// Nothing is named, so what lies in the bucket counts.
bool takes_those_of_bucket(const Values& values, const std::string& prefix) {
  return uses_linkage(values, prefix) && !values.has(name_of(prefix));
}

}  // namespace

bool uses_linkage(const Values& values, const std::string& prefix) {
  return values.text(prefix + "query-builder-name") == "dmpworks" &&
         values.text(prefix + "ranker") != "query";
}

void check_linkage_file(const Values& values, const std::string& prefix,
                        Problems& problems) {
  const std::string file = values.text(name_of(prefix));
  std::error_code error;
  // One that is not there was said already.
  if (storage::s3_object(file) || !fs::exists(file, error)) return;
  if (const auto model = match::linkage::read_model(file); !model)
    problems.lines.push_back("--" + name_of(prefix) + ": " +
                             model.error().message);
}

Status check_linkage_object(const Values& values, const std::string& prefix,
                            Problems& problems) {
  const std::string place = values.text(name_of(prefix));
  if (!storage::s3_object(place) || !uses_linkage(values, prefix)) return {};
  const auto model = match::linkage::read_model(place);
  if (model) return {};
  const ErrorCode code = model.error().code;
  if (code != ErrorCode::corrupt_input && code != ErrorCode::not_found)
    return model.error();
  problems.lines.push_back("--" + name_of(prefix) + ": " +
                           model.error().message);
  return {};
}

Status check_linkage_of_bucket(const storage::ObjectStore& bucket,
                               const Values& values, const std::string& prefix,
                               Problems& problems) {
  if (!takes_those_of_bucket(values, prefix)) return {};
  const auto text = bucket.read(kInBucket);
  if (!text && text.error().code == ErrorCode::not_found) return {};
  if (!text) return text.error();
  if (const auto model = match::linkage::parse_model(*text); !model)
    problems.lines.push_back(bucket.name() + "/" + kInBucket + ": " +
                             model.error().message);
  return {};
}

Status check_linkage_of_chain(const storage::ObjectStore& bucket,
                              const Values& values, const std::string& prefix,
                              Problems& problems) {
  if (const Status read = check_linkage_object(values, prefix, problems); !read)
    problems.warnings.push_back("the linkage parameters were not looked at: " +
                                read.error().message);
  return check_linkage_of_bucket(bucket, values, prefix, problems);
}

std::optional<fs::path> linkage_in_folder(const fs::path& folder,
                                          const Values& values,
                                          const std::string& prefix) {
  std::error_code error;
  if (!takes_those_of_bucket(values, prefix) ||
      !fs::exists(folder / kInBucket, error))
    return std::nullopt;
  return folder / kInBucket;
}

}  // namespace dmp::cli
