#pragma once

#include "cli/arguments.h"
#include "storage/object_store.h"

#include <filesystem>
#include <optional>
#include <string>

// Which parameters ranker linkage takes, looked at before any work is done: a
// file or object that is named, else meta/linkage.json of the bucket or output
// folder, else the compiled-in ones. Source: spec cli.md G9, jobs.md 4.1. What
// is wrong with them is a problem of the line, as match::linkage::read_model
// words it. `prefix` is that of the search's options.
namespace dmp::cli {

// Whether the search that the values describe is ranked by the linkage model.
bool uses_linkage(const Values& values, const std::string& prefix);

// A file of this machine that --linkage-file names.
void check_linkage_file(const Values& values, const std::string& prefix,
                        Problems& problems);
// The same of an object s3://BUCKET/KEY. Errors: what kept it from being read.
Status check_linkage_object(const Values& values, const std::string& prefix,
                            Problems& problems);
// Those that lie in the bucket, where none are named. Errors: as above.
Status check_linkage_of_bucket(const storage::ObjectStore& bucket,
                               const Values& values, const std::string& prefix,
                               Problems& problems);

// Of a chain that is submitted, both. That an object cannot be read here says
// nothing of the job, which may have other rights: a warning. Errors: those of
// the bucket.
Status check_linkage_of_chain(const storage::ObjectStore& bucket,
                              const Values& values, const std::string& prefix,
                              Problems& problems);

// Those that lie in a folder of the bucket's layout, where none are named.
std::optional<std::filesystem::path> linkage_in_folder(
    const std::filesystem::path& folder, const Values& values,
    const std::string& prefix);

}  // namespace dmp::cli
