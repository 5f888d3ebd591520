// ROR and the Data Citation Corpus: one ZIP each, with a digest.
#include "base/log.h"
#include "ingest/byte_source.h"
#include "ingest/unpack.h"
#include "jobs/download_stage.h"
#include "jobs/downloads.h"
#include "net/http.h"
#include "storage/digest.h"
#include "storage/files.h"
#include "storage/s3_object.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <system_error>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

constexpr std::uint64_t kLargestRatio = 1000;
constexpr std::uint64_t kRatioFloorBytes = std::uint64_t{64} << 20;

// The first bytes of what a file, which may be gzip, holds.
std::string head_of(const fs::path& file, std::size_t bytes) {
  auto source = ingest::ByteSource::open(file);
  if (!source) return "";
  std::string head(bytes, '\0');
  std::size_t size = 0;
  while (size < head.size()) {
    const auto count = source->read(head.data() + size, head.size() - size);
    if (!count || *count == 0) break;
    size += *count;
  }
  head.resize(size);
  return head;
}

// Of a ROR file: records of schema 2 have names and locations.
bool is_schema_2(const fs::path& gzip) {
  const std::string head = head_of(gzip, std::size_t{1} << 18);
  return head.find("\"names\"") != std::string::npos &&
         head.find("\"locations\"") != std::string::npos;
}

bool is_json_entry(const std::string& name) {
  const fs::path path(name);
  return path.extension() == ".json" &&
         name.find("__MACOSX/") == std::string::npos &&
         !path.filename().string().starts_with("._");
}

enum class Kind : std::uint8_t { zip, gzip, json };

// What was fetched, whatever it is called: the page of an error is none of
// these. Errors: corrupt_input.
Result<Kind> kind_of(const fs::path& fetched) {
  std::array<char, 2> magic{};
  std::ifstream(fetched, std::ios::binary).read(magic.data(), 2);
  if (magic[0] == 'P' && magic[1] == 'K') return Kind::zip;
  const bool packed = ingest::is_gzip(fetched);
  if (packed) DMP_TRY(ingest::count_gzip_lines(fetched));  // its checksums
  // A byte order mark may come first.
  const std::string head = head_of(fetched, std::size_t{1} << 12);
  const auto first = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != std::string::npos && (head[first] == '{' || head[first] == '['))
    return packed ? Kind::gzip : Kind::json;
  return Error{ErrorCode::corrupt_input,
               "neither a ZIP nor JSON, packed or not"};
}

struct Unpacked {
  std::string name;  // of the object
  fs::path file;
};

// The JSON of the fetched file, as gzip files in scratch; `name` is that of
// JSON which is in no ZIP.
Result<std::vector<Unpacked>> unpack(const DownloadStage& stage,
                                     const fs::path& fetched, Kind kind,
                                     const std::string& name) {
  if (kind != Kind::zip) {
    const Unpacked only{name, stage.scratch_file("only.json.gz")};
    std::error_code error;
    if (kind == Kind::json) {
      DMP_TRY(ingest::gzip_file(fetched, only.file));
    } else if (fs::copy_file(fetched, only.file, error); error) {
      return Error{ErrorCode::io, only.file.string() + ": " + error.message()};
    }
    return std::vector<Unpacked>{only};
  }
  std::error_code error;
  const std::uint64_t packed_bytes = fs::file_size(fetched, error);
  std::uint64_t left =
      std::min(most_unpacked_bytes(),
               std::max(kRatioFloorBytes, packed_bytes * kLargestRatio));
  DMP_ASSIGN(auto archive, ingest::ArchiveReader::open_zip(fetched));
  std::vector<Unpacked> found;
  std::set<std::string> names;
  for (;;) {
    DMP_ASSIGN(const auto member, archive.next());
    if (!member) break;
    if (!is_json_entry(member->name)) continue;
    Unpacked one{fs::path(member->name).filename().string() + ".gz", {}};
    if (!names.insert(one.name).second) {
      return Error{ErrorCode::corrupt_input,
                   "two entries are called " + one.name};
    }
    one.file = stage.scratch_file("json/" + one.name);
    auto bytes =
        ingest::write_member(archive, one.file, ingest::Packing::gzip, left);
    if (!bytes) return std::move(bytes).error().during(member->name);
    left -= *bytes;
    found.push_back(std::move(one));
  }
  return found;
}

// What the stage calls JSON that comes from `url` in no ZIP, if the URL names
// such a file; else "".
std::string json_name_in(const std::string& url) {
  const std::string shown = net::shown_url(url);
  std::string name = shown.substr(shown.rfind('/') + 1);
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name.ends_with(".json") ? name + ".gz" : "";
}

// Where a fetched archive lies until it is used: the same place for each
// attempt, so that a killed one is continued; a place of its own while another
// attempt of this run on this machine holds that (P119). At most one archive of
// a run waits for its next attempt: that of another address goes.
class ArchivePlace {
 public:
  ArchivePlace(const JobContext& context, const std::string& url) {
    const std::string name = storage::sha256_text(url).substr(0, 16);
    fs::path folder = context.scratch.parent_path() / "fetched";
    std::error_code error;
    fs::create_directories(folder, error);
    lock_ = ::open((folder / (name + ".lock")).c_str(),
                   O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
      folder = context.scratch;
      fs::create_directories(folder, error);
    } else {
      remove_others(folder, name);
    }
    file_ = folder / name;
  }
  ArchivePlace(const ArchivePlace&) = delete;
  ArchivePlace& operator=(const ArchivePlace&) = delete;
  ~ArchivePlace() {
    if (lock_ >= 0) ::close(lock_);
  }

  const fs::path& file() const { return file_; }
  void clear() const {
    remove_all_of(file_);
    std::error_code error;
    fs::remove(file_.parent_path(), error);  // only when it is empty
  }

 private:
  // Those that no attempt holds.
  static void remove_others(const fs::path& folder, const std::string& name) {
    constexpr std::string_view kLock = ".lock";
    std::error_code error;
    std::vector<std::string> others;
    for (fs::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
      std::string other = it->path().filename().string();
      if (!other.ends_with(kLock)) continue;
      other.resize(other.size() - kLock.size());
      if (other != name) others.push_back(std::move(other));
    }
    for (const auto& other : others) {
      const int lock = ::open((folder / other).string().append(kLock).c_str(),
                              O_RDWR | O_CLOEXEC);
      if (lock < 0) continue;
      if (::flock(lock, LOCK_EX | LOCK_NB) == 0) remove_all_of(folder / other);
      ::close(lock);
    }
  }

  static void remove_all_of(const fs::path& file) {
    std::error_code error;
    for (const char* end : {"", ".etag", ".lock"})
      fs::remove(fs::path(file) += end, error);
  }

  int lock_ = -1;
  fs::path file_;
};

Status fetch_archive(const ZipDownload& options, const fs::path& file) {
  if (options.url.starts_with("s3://")) {
    const auto object = storage::s3_object(options.url);
    if (!object) {
      return Error{ErrorCode::invalid_argument,
                   options.url + ": a bucket, but no object"};
    }
    DMP_ASSIGN(const auto source, storage::open_store(object->bucket));
    return source->download(object->key, file);
  }
  if (options.url.starts_with("http://") &&
      !options.url.starts_with("http://127.") &&
      !options.url.starts_with("http://localhost")) {
    log::warning("{}: fetched without TLS", net::shown_url(options.url));
  }
  return net::http_download(options.url, file, most_unpacked_bytes());
}

// P123: what has another digest is neither used nor kept.
Status check_archive(const ZipDownload& options, const fs::path& archive) {
  if (options.digest.empty()) {
    log::warning("{}: no digest is given, so it is not checked",
                 net::shown_url(options.url));
    return {};
  }
  DMP_ASSIGN(const auto digest, storage::parse_digest(options.digest));
  Status good = storage::verify_digest(archive, digest);
  if (good) return good;
  return std::move(good).error().during(net::shown_url(options.url));
}

// Fetches, checks and unpacks the archive, and publishes what is in it.
Result<StageResult> make_stage(const ZipDownload& options, DownloadStage& stage,
                               const fs::path& archive) {
  DMP_TRY(fetch_archive(options, archive));
  DMP_TRY(check_archive(options, archive));
  auto kind = kind_of(archive);
  if (!kind) return std::move(kind).error().during(net::shown_url(options.url));
  std::error_code error;
  // What is in it is packed again, to about as much.
  DMP_TRY(stage.check_room(fs::file_size(archive, error)));
  std::string name = json_name_in(options.url);
  if (name.empty()) name = options.dataset + ".json.gz";
  auto unpacked = unpack(stage, archive, *kind, name);
  if (!unpacked)
    return std::move(unpacked).error().during(net::shown_url(options.url));
  if (options.dataset == "ror") {
    std::erase_if(*unpacked,
                  [](const Unpacked& one) { return !is_schema_2(one.file); });
    if (unpacked->size() != 1) {
      return Error{ErrorCode::corrupt_input,
                   fmt::format("{}: {} JSON files of ROR schema 2, one is "
                               "needed",
                               net::shown_url(options.url), unpacked->size())};
    }
  }
  std::vector<std::string> paths;
  for (const auto& one : *unpacked) {
    DMP_TRY(stage.store(one.file, one.name, "", -1));
    paths.push_back(one.name);
  }
  return stage.publish(paths);
}

// What the stage is made from. A digest says what comes, wherever it lies: of
// the URL it is only the name of a JSON file that the stage shows.
Result<storage::Manifest> planned_manifest(const ZipDownload& options) {
  storage::Manifest manifest = download_manifest(options.dataset);
  if (options.digest.empty()) {
    manifest.options["hash"] = "";
    manifest.options["download_url"] = net::shown_url(options.url);
    return manifest;
  }
  DMP_ASSIGN(const auto digest, storage::parse_digest(options.digest));
  manifest.options["hash"] = digest.algorithm + ":" + digest.hex;
  const std::string name = json_name_in(options.url);
  if (!name.empty()) manifest.options["file_name"] = name;
  return manifest;
}

}  // namespace

Result<StageResult> zip_download_job(const JobContext& context,
                                     const ZipDownload& options) {
  DMP_ASSIGN(storage::Manifest manifest, planned_manifest(options));
  const storage::Scratch scratch(context.scratch);
  DMP_ASSIGN(const auto stage,
             DownloadStage::begin(context,
                                  download_prefix(options.dataset, options.run),
                                  std::move(manifest),
                                  options.dataset == "data-citation-corpus"
                                      ? DownloadStage::Files::by_people
                                      : DownloadStage::Files::of_downloads));
  const ArchivePlace place(context, options.url);
  if (stage->is_done()) {
    place.clear();
    return StageResult{true, stage->manifest()};
  }
  auto result = make_stage(options, *stage, place.file());
  // Kept only where another attempt may go on with it.
  std::error_code absent;
  const bool came = fs::file_size(place.file(), absent) > 0 && !absent;
  if (result || result.error().code != ErrorCode::unavailable || !came) {
    place.clear();
  } else {
    log::info("{} is kept for the next attempt", place.file().string());
  }
  return result;
}

}  // namespace dmp::jobs
