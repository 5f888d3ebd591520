#include "jobs/published_stage.h"

#include "base/log.h"
#include "jobs/bucket_stage.h"
#include "jobs/in_parallel.h"

#include <cstdint>
#include <map>
#include <string_view>

namespace dmp::jobs {

using storage::Manifest;
using storage::ObjectStore;

namespace {

std::string note_of(const std::string& prefix) {
  return prefix + "/" + kUploadingName;
}

// Noted before the objects had tags.
std::string noted_text(Manifest manifest) {
  for (auto& file : manifest.files) file.etag.clear();
  return storage::manifest_json(manifest);
}

std::string manifest_of(const std::string& prefix) {
  return prefix + "/manifest.json";
}

Status remove_unlisted(const ObjectStore& bucket, const std::string& prefix,
                       const Manifest& manifest) {
  std::set<std::string> kept{manifest_of(prefix), note_of(prefix)};
  for (const auto& file : manifest.files) kept.insert(prefix + "/" + file.path);
  DMP_ASSIGN(const auto there, bucket.list(prefix + "/"));
  DMP_TRY(remove_others(bucket, there, kept));
  // Last, so that a kill before it is seen.
  return bucket.remove(note_of(prefix));
}

void clear(const ObjectStore& bucket, const std::string& prefix,
           const Manifest& manifest) {
  if (const Status cleared = remove_unlisted(bucket, prefix, manifest);
      !cleared)
    log::warning("clean up {}: {}", prefix, cleared.error().message);
}

}  // namespace

Result<std::optional<Manifest>> former_stage(const JobContext& context,
                                             const std::string& prefix) {
  auto former = find_manifest(context.bucket, prefix);
  if (former || former.error().code != ErrorCode::corrupt_input) return former;
  if (context.force) return std::optional<Manifest>();
  Error error = std::move(former).error();
  error.message += "; --force makes the stage anew";
  return error;
}

Status note_manifest(const ObjectStore& bucket, const std::string& prefix,
                     const Manifest& manifest) {
  DMP_TRY(bucket.write(note_of(prefix), noted_text(manifest)));
  return {};
}

Status publish_manifest(const ObjectStore& bucket, const std::string& prefix,
                        const Manifest& manifest) {
  DMP_TRY(bucket.write(manifest_of(prefix), storage::manifest_json(manifest)));
  clear(bucket, prefix, manifest);
  return {};
}

void clear_after_kill(const ObjectStore& bucket, const std::string& prefix,
                      const Manifest& manifest) {
  const auto noted = bucket.read(note_of(prefix));
  if (noted && *noted == noted_text(manifest)) clear(bucket, prefix, manifest);
}

Result<bool> is_whole(const ObjectStore& bucket, const std::string& prefix,
                      const Manifest& manifest) {
  DMP_ASSIGN(const auto objects, bucket.list(prefix + "/"));
  std::map<std::string_view, std::uint64_t> bytes;
  for (const auto& object : objects) bytes[object.key] = object.bytes;
  for (const auto& file : manifest.files) {
    const std::string key = prefix + "/" + file.path;
    const auto there = bytes.find(key);
    if (there != bytes.end() && there->second == file.bytes) continue;
    log::warning("{}/{} is not what its manifest lists; made anew",
                 bucket.name(), key);
    return false;
  }
  return true;
}

Status remove_others(const ObjectStore& bucket,
                     const std::vector<storage::ObjectInfo>& objects,
                     const std::set<std::string>& kept) {
  return in_parallel(objects.size(), kTransfers, [&](std::size_t i) {
    return kept.contains(objects[i].key) ? Status()
                                         : bucket.remove(objects[i].key);
  });
}

}  // namespace dmp::jobs
