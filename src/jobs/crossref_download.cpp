// Crossref: one tar, unpacked while it comes.
#include "ingest/unpack.h"
#include "jobs/download_stage.h"
#include "jobs/downloads.h"
#include "jobs/in_parallel.h"
#include "storage/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>
#include <set>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

constexpr std::uint64_t kChunkBytes = std::uint64_t{32} << 20;

// The bytes of an object from `offset` on, the next chunk fetched ahead.
// Memory: two chunks.
class ObjectStream {
 public:
  ObjectStream(const storage::ObjectStore& store, storage::ObjectInfo object,
               std::uint64_t offset)
      : store_(store), object_(std::move(object)), offset_(offset) {
    fetch_ahead();
  }

  Result<std::string> next() {
    auto chunk = ahead_.get();
    if (chunk && !chunk->empty()) {
      offset_ += chunk->size();
      fetch_ahead();
    } else {
      ahead_ = std::async(std::launch::deferred,
                          [] { return Result<std::string>(std::string()); });
    }
    return chunk;
  }

 private:
  void fetch_ahead() {
    ahead_ = std::async(std::launch::async, [this, at = offset_] {
      return store_.read(object_.key, at, kChunkBytes, object_.etag);
    });
  }

  const storage::ObjectStore& store_;
  storage::ObjectInfo object_;
  std::uint64_t offset_;
  std::future<Result<std::string>> ahead_;
};

bool is_crossref_member(const std::string& name) {
  return name.ends_with(".jsonl.gz") || name.ends_with(".json.gz");
}

// Its name without the first element.
std::string member_path(const std::string& name) {
  std::string_view rest = name;
  while (rest.starts_with("./")) rest.remove_prefix(2);
  const auto slash = rest.find('/');
  return std::string(slash == std::string_view::npos ? rest
                                                     : rest.substr(slash + 1));
}

// Unpacks the tar into the stage; the members stored already are not stored
// again, and what lies before the first that is missing is not fetched again.
class TarDownload {
 public:
  TarDownload(DownloadStage& stage, const storage::ObjectStore& store,
              storage::ObjectInfo tar)
      : stage_(stage), store_(store), tar_(std::move(tar)) {}

  // `known`: the members of an earlier attempt in the order of the tar.
  Status run(std::vector<FetchedObject> known) {
    std::uint64_t start = 0;
    // The last of them is read again: that gives the place of the next.
    if (!known.empty()) {
      start = known.back().offset;
      known.pop_back();
    }
    for (const auto& one : known) {
      paths_.push_back(one.path);
      names_.insert(one.path);
    }
    ObjectStream stream(store_, tar_, start);
    DMP_ASSIGN(auto archive,
               ingest::ArchiveReader::open_tar(store_.name() + "/" + tar_.key,
                                               [&] { return stream.next(); }));
    for (;;) {
      DMP_ASSIGN(const auto member, archive.next());
      if (!member) return finish();
      if (!is_crossref_member(member->name)) continue;
      DMP_TRY(take(archive, *member, start + member->header_offset));
    }
  }

  std::vector<std::string> paths() const { return paths_; }

 private:
  Status take(ingest::ArchiveReader& archive, const ingest::Member& member,
              std::uint64_t offset) {
    const std::string path = member_path(member.name);
    Status good = check_source_path(path);
    if (!good) return std::move(good).error().during(tar_.key);
    if (!names_.insert(path).second) {
      return Error{ErrorCode::corrupt_input,
                   tar_.key + ": two members are called " + path};
    }
    const auto order = static_cast<std::int64_t>(paths_.size());
    paths_.push_back(path);
    if (stage_.find(path, tar_.etag)) return {};
    const fs::path file = stage_.scratch_file(path);
    auto bytes = ingest::write_member(archive, file, ingest::Packing::as_is,
                                      left_bytes_);
    if (!bytes) return std::move(bytes).error().during(member.name);
    left_bytes_ -= *bytes;
    if (under_way_.size() >= kTransfers) DMP_TRY(wait_for_one());
    under_way_.push_back(std::async(std::launch::async, [=, this]() -> Status {
      auto lines = ingest::count_gzip_lines(file);
      if (!lines) return std::move(lines).error().during(path);
      return stage_.store(file, path, tar_.etag, *lines, offset, order);
    }));
    return {};
  }

  // In the order they were begun, so what is stored has no gap for long.
  Status wait_for_one() {
    Status done = under_way_.front().get();
    under_way_.erase(under_way_.begin());
    return done;
  }

  Status finish() {
    while (!under_way_.empty()) DMP_TRY(wait_for_one());
    return {};
  }

  DownloadStage& stage_;
  const storage::ObjectStore& store_;
  storage::ObjectInfo tar_;
  std::uint64_t left_bytes_ = most_unpacked_bytes();
  std::vector<std::string> paths_;
  std::set<std::string> names_;  // the same
  std::vector<std::future<Status>> under_way_;
};

// About what members that are not stored yet have: the tar packs nothing.
std::uint64_t bytes_left(const storage::ObjectInfo& tar,
                         const std::vector<FetchedObject>& stored) {
  std::uint64_t bytes = 0;
  for (const auto& member : stored) bytes += member.bytes;
  return tar.bytes - std::min(tar.bytes, bytes);
}

}  // namespace

Result<StageResult> crossref_download_job(const JobContext& context,
                                          const CrossrefDownload& options) {
  DMP_ASSIGN(const auto store,
             storage::open_store(options.source,
                                 storage::BucketAccess::requester_pays));
  DMP_ASSIGN(const auto tar, store->stat(options.file_name));
  storage::Manifest manifest = download_manifest("crossref-metadata");
  manifest.options["source"] =
      source_in_key(*store, options.source) + "/" + options.file_name;
  manifest.inputs = {{options.file_name, tar.etag, tar.bytes}};
  const storage::Scratch scratch(context.scratch);
  DMP_ASSIGN(const auto stage,
             DownloadStage::begin(
                 context, download_prefix("crossref-metadata", options.run),
                 std::move(manifest)));
  if (stage->is_done()) return StageResult{true, stage->manifest()};
  const auto stored = stage->without_gap();
  DMP_TRY(stage->check_room(bytes_left(tar, stored)));
  TarDownload download(*stage, *store, tar);
  DMP_TRY(download.run(stored));
  auto paths = download.paths();
  std::sort(paths.begin(), paths.end());
  return stage->publish(paths);
}

}  // namespace dmp::jobs
