#pragma once

#include "base/result.h"
#include "jobs/bucket_stage.h"
#include "jobs/download_notes.h"
#include "storage/manifest.h"
#include "storage/object_store.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::jobs {

// A download being made: objects are stored one by one, each noted before
// (jobs/download_notes.h), and the manifest is written when all are there.
// Opened again after a kill, it knows what it has. A good stage of other
// content stays readable until publish() returns. Source: spec
// jobs.md 4.2, 6.1. Threads: store() and find() may be called at once.
class DownloadStage {
 public:
  // Whether people put files there too. Source: spec jobs.md 4.2, leftovers.
  enum class Files : std::uint8_t { of_downloads, by_people };

  // `key` names source and options: another key starts anew. Errors:
  // invalid_argument (`files` is by_people, and theirs lie there: they would be
  // lost), those of the bucket.
  static Result<std::unique_ptr<DownloadStage>> begin(
      const JobContext& context, const std::string& prefix,
      storage::Manifest manifest, Files files = Files::of_downloads);

  // The stage is published with this key, and whole: there is nothing to do.
  bool is_done() const { return done_; }
  const storage::Manifest& manifest() const { return manifest_; }

  // The object of this path, if it was made from `source` and is still there.
  std::optional<FetchedObject> find(const std::string& path,
                                    const std::string& source) const;
  // How many of them there are.
  std::size_t fetched() const;

  // Stores `file` as `path`, and removes the file. Errors: those of
  // check_source_path and of the bucket, io.
  Status store(const std::filesystem::path& file, const std::string& path,
               const std::string& source, std::int64_t rows,
               std::uint64_t offset = 0, std::int64_t order = -1);

  // Members 0, 1, 2 … as far as none is missing.
  std::vector<FetchedObject> without_gap() const;

  // Whether a bucket that is a folder has room for `bytes` more. Errors: io.
  Status check_room(std::uint64_t bytes) const;

  // A file of this name to work in, in scratch; for a folder bucket on the same
  // disk as the bucket where that can be.
  std::filesystem::path scratch_file(const std::string& name) const;

  // Objects `paths` names are the stage; others go. Errors: internal (one was
  // never stored).
  Result<storage::StageResult> publish(const std::vector<std::string>& paths);

 private:
  DownloadStage(const JobContext& context, std::string prefix,
                storage::Manifest manifest);
  Status read_notes();
  Status begin_notes() const;
  Status refuse_files_of_people() const;
  Status clear_leftovers() const;
  std::string key_of(const std::string& object) const;
  std::string tag_to_list(const storage::ObjectInfo& object) const;

  const JobContext& context_;
  std::string prefix_, below_;
  storage::Manifest manifest_;
  DownloadNotes notes_;
  std::optional<storage::Manifest> former_;
  bool done_ = false;
  bool begun_ = false;  // there was a record
  mutable std::mutex lock_;
  std::map<std::string, FetchedObject> objects_;  // by path
};

// Whether what a source calls `path` may lie under that name in a stage, beside
// what we write there. Errors: corrupt_input.
Status check_source_path(std::string_view path);
// Of all that a source has: the same, and that no two are called alike.
Status check_source_paths(std::vector<std::string> paths);

// <data set>/<run>/download.
std::string download_prefix(std::string_view dataset, const std::string& run);
storage::Manifest download_manifest(std::string_view dataset);

// What the key of a download calls its source, `store`, which was opened for
// the text `source`: a bucket by its name, a folder by its place, however that
// is spelled.
std::string source_in_key(const storage::ObjectStore& store,
                          std::string_view source);

// What archives may unpack to: DMPWORKS_MAX_UNPACKED_BYTES, else 2 TiB.
// Source: spec jobs.md 6.1.
std::uint64_t most_unpacked_bytes();

}  // namespace dmp::jobs
