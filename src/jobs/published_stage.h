#pragma once

#include "base/result.h"
#include "storage/manifest.h"
#include "storage/object_store.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

// How a stage in a bucket is published: its files first, then its manifest,
// and then what the manifest does not list is removed. Source: spec jobs.md
// 4.2. `prefix`: of the stage, without a last '/'.
namespace dmp::jobs {

struct JobContext;

// Stands in a stage, with the text of the manifest that it will have, from
// before its first file is sent until nothing else than the stage is left.
inline constexpr const char* kUploadingName = "_uploading.json";

// The record of a download on its way: what is there already.
inline constexpr const char* kProgressName = "_progress.jsonl";

// The manifest that stands in a stage to be published; nullopt: there is none.
// One that cannot be read is no leave to clear what it lists: an outage passes,
// and of a spoilt one somebody decides: it is none with --force. Errors:
// corrupt_input, those of the bucket.
Result<std::optional<storage::Manifest>> former_stage(
    const JobContext& context, const std::string& prefix);

// Writes the note. Errors: those of the bucket.
Status note_manifest(const storage::ObjectStore& bucket,
                     const std::string& prefix,
                     const storage::Manifest& manifest);

// Writes the manifest, which has been noted, then removes what it does not
// list, the note last. From the manifest on the stage stands: what cannot be
// removed is a warning. Errors: those of the bucket.
Status publish_manifest(const storage::ObjectStore& bucket,
                        const std::string& prefix,
                        const storage::Manifest& manifest);

// Removes what a publication of this very manifest left that was killed after
// it; nothing when the note is of another one, which may be on its way. What
// cannot be removed is a warning.
void clear_after_kill(const storage::ObjectStore& bucket,
                      const std::string& prefix,
                      const storage::Manifest& manifest);

// Whether every listed object is there with its bytes; else the stage is to be
// made anew, which is said. Errors: those of the bucket.
Result<bool> is_whole(const storage::ObjectStore& bucket,
                      const std::string& prefix,
                      const storage::Manifest& manifest);

// Removes those objects whose keys are not in `kept`. Errors: those of the
// bucket.
Status remove_others(const storage::ObjectStore& bucket,
                     const std::vector<storage::ObjectInfo>& objects,
                     const std::set<std::string>& kept);

}  // namespace dmp::jobs
