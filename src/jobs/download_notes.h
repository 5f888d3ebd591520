#pragma once

#include "base/result.h"
#include "storage/object_store.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace dmp::jobs {

// An object of a download, where it belongs.
struct FetchedObject {
  std::string path;    // in the stage, as the source names it
  std::string object;  // in the stage, as stored (r<NN>/… when replacing)
  std::string source;  // "bytes etag" of the source: what it was made from
  std::uint64_t bytes = 0;
  std::int64_t rows = -1;
  std::string sha256;
  std::string etag = {};  // in an S3 bucket, once it is stored; not noted
  // Of a member of an archive: where its header lies, which one it is.
  std::uint64_t offset = 0;
  std::int64_t order = -1;
};

// What a download has stored or is about to store, one JSON line an object:
// _progress.jsonl says what was there when it began, _progress-<n>.jsonl beside
// it what came since, each under a line with the key of the download. An object
// is noted before it is stored, and stored whole or not at all: one that is
// there with the size noted is the one noted, whenever the program was killed.
// Source: spec jobs.md 4.2 (leftovers), 6.1 (resume).
// Threads: add() may be called at once. Errors of all: those of the bucket.
class DownloadNotes {
 public:
  DownloadNotes(const storage::ObjectStore& bucket, std::string prefix,
                std::string key);

  struct Found {
    bool any = false;  // a download was begun here, of whatever key
    std::vector<FetchedObject> objects;  // those of this key
  };
  Result<Found> read() const;

  // From here on `objects` are noted, and other files of notes may go.
  Status begin(const std::vector<FetchedObject>& objects) const;
  // Returns when the object is noted: with those of other threads that came
  // while a note was being written, in one request.
  Status add(const FetchedObject& object);

 private:
  std::string head() const;
  Status read_file(const std::string& key,
                   std::vector<FetchedObject>& objects) const;
  Status write_open(std::unique_lock<std::mutex>& hold);

  const storage::ObjectStore& bucket_;
  std::string prefix_, key_;
  std::mutex lock_;
  std::condition_variable written_;
  std::string open_;  // lines of the file that is being added to
  std::size_t open_lines_ = 0;
  int number_ = 1;  // of that file
  std::uint64_t added_ = 0, noted_ = 0;
  bool writing_ = false;
};

}  // namespace dmp::jobs
