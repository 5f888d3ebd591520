#include "jobs/downloads.h"

#include "ingest/unpack.h"
#include "jobs/download_stage.h"
#include "jobs/in_parallel.h"
#include "net/aws_session.h"
#include "net/http.h"
#include "storage/files.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <system_error>

namespace dmp::jobs {

namespace fs = std::filesystem;
using storage::StageResult;

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Source {
  std::string key, path;  // in the source; in the stage
  std::uint64_t bytes = 0;
  std::string etag;
  std::int64_t rows = -1;  // lines the source announces; -1: it does not

  std::string identity() const { return fmt::format("{} {}", bytes, etag); }
};

// How a store is come by: some have keys that expire.
using StoreOf = std::function<Result<std::shared_ptr<storage::ObjectStore>>()>;

std::string listing_digest(const std::vector<Source>& sources) {
  std::string text;
  for (const auto& one : sources)
    text += fmt::format("{} {}\n", one.path, one.identity());
  return storage::sha256_text(text);
}

std::uint64_t bytes_of(const std::vector<Source>& sources) {
  return std::accumulate(
      sources.begin(), sources.end(), std::uint64_t{0},
      [](std::uint64_t sum, const Source& one) { return sum + one.bytes; });
}

// That the bucket has room for what is not there yet. Errors: io.
Status check_room(const DownloadStage& stage,
                  const std::vector<Source>& sources) {
  std::vector<Source> missing;
  std::copy_if(
      sources.begin(), sources.end(), std::back_inserter(missing),
      [&](const Source& one) { return !stage.find(one.path, one.identity()); });
  return stage.check_room(bytes_of(missing));
}

std::vector<std::string> paths_of(const std::vector<Source>& sources) {
  std::vector<std::string> paths(sources.size());
  std::transform(sources.begin(), sources.end(), paths.begin(),
                 [](const Source& one) { return one.path; });
  return paths;
}

Error wrong(const storage::ObjectStore& store, const Source& one,
            const std::string& what) {
  return Error{ErrorCode::corrupt_input,
               fmt::format("{}/{}: {}", store.name(), one.key, what)};
}

// The listing is older than the object: the next attempt has a new one.
Error changed(const storage::ObjectStore& store, const Source& one,
              const std::string& what) {
  Error error = wrong(store, one, what);
  error.code = ErrorCode::unavailable;
  return error;
}

// Fetches one object, verifies it against what the source says, stores it.
Status copy_object(DownloadStage& stage, const StoreOf& open,
                   const Source& one) {
  if (stage.find(one.path, one.identity())) return {};
  DMP_ASSIGN(const auto store, open());
  const fs::path file = stage.scratch_file(one.path);
  const Status got = store->download(one.key, file);
  if (!got && got.error().code == ErrorCode::not_found)
    return changed(*store, one, "listed, but absent");
  DMP_TRY(got);
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error || bytes != one.bytes) {
    return changed(
        *store, one,
        fmt::format("{} bytes came, {} are listed", bytes, one.bytes));
  }
  DMP_ASSIGN(const auto now, store->stat(one.key));
  if (now.etag != one.etag || now.bytes != one.bytes)
    return changed(*store, one, "changed while it was fetched");
  std::int64_t rows = -1;
  if (one.path.ends_with(".gz")) {
    auto lines = ingest::count_gzip_lines(file);
    if (!lines) {
      return std::move(lines).error().during(store->name() + "/" + one.key);
    }
    rows = *lines;
    if (one.rows >= 0 && rows != one.rows) {
      return wrong(
          *store, one,
          fmt::format("{} records, its manifest says {}", rows, one.rows));
    }
  }
  return stage.store(file, one.path, one.identity(), rows);
}

Result<StageResult> copy_objects(const JobContext& context,
                                 DownloadStage& stage, const StoreOf& open,
                                 const std::vector<Source>& sources) {
  if (context.say) {
    context.say(fmt::format("{} objects, {} are there", sources.size(),
                            stage.fetched()));
  }
  DMP_TRY(check_room(stage, sources));
  DMP_TRY(in_parallel(sources.size(), kTransfers, [&](std::size_t i) {
    return copy_object(stage, open, sources[i]);
  }));
  return stage.publish(paths_of(sources));
}

// ------------------------------------------------------------------- OpenAlex

constexpr std::string_view kOpenAlexRoot = "data/works/";

// The objects the manifest lists, by key, with size and records.
Result<std::vector<Source>> openalex_manifest(const std::string& text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array entries;
  const Error bad{ErrorCode::corrupt_input,
                  "data/works/manifest is not what OpenAlex writes"};
  if (parser.parse(text).get(root) != simdjson::SUCCESS ||
      root["entries"].get(entries) != simdjson::SUCCESS) {
    return bad;
  }
  std::vector<Source> sources;
  std::int64_t total = 0, said = -1;
  for (const simdjson::dom::element entry : entries) {
    std::string_view url;
    std::int64_t bytes = 0, records = 0;
    if (entry["url"].get(url) != simdjson::SUCCESS ||
        entry["meta"]["content_length"].get(bytes) != simdjson::SUCCESS ||
        entry["meta"]["record_count"].get(records) != simdjson::SUCCESS) {
      return bad;
    }
    const auto at = url.find(kOpenAlexRoot);
    if (at == std::string_view::npos) return bad;
    Source one;
    one.key = url.substr(at);
    one.path = url.substr(at + kOpenAlexRoot.size());
    one.bytes = static_cast<std::uint64_t>(bytes);
    one.rows = records;
    DMP_TRY(storage::check_key(one.path));
    total += records;
    sources.push_back(std::move(one));
  }
  if (root["meta"]["record_count"].get(said) == simdjson::SUCCESS &&
      said != total) {
    return Error{ErrorCode::corrupt_input,
                 fmt::format("data/works/manifest: its files have {} records, "
                             "it says {}",
                             total, said)};
  }
  std::sort(sources.begin(), sources.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return sources;
}

}  // namespace

Result<StageResult> openalex_download_job(const JobContext& context,
                                          const OpenAlexDownload& options) {
  DMP_ASSIGN(auto opened,
             storage::open_store(options.source,
                                 storage::BucketAccess::unsigned_requests));
  const std::shared_ptr<storage::ObjectStore> store = std::move(opened);
  DMP_ASSIGN(const std::string text,
             store->read(std::string(kOpenAlexRoot) + "manifest"));
  auto sources = openalex_manifest(text);
  if (!sources) return std::move(sources).error().during(store->name());
  DMP_ASSIGN(const auto listed, store->list(kOpenAlexRoot));
  std::map<std::string, storage::ObjectInfo> there;
  for (const auto& object : listed) there[object.key] = object;
  for (auto& one : *sources) {  // P121
    const auto found = there.find(one.key);
    if (found == there.end())
      return wrong(*store, one, "listed in the manifest, but absent");
    if (found->second.bytes != one.bytes) {
      return wrong(*store, one,
                   fmt::format("{} bytes, the manifest says {}",
                               found->second.bytes, one.bytes));
    }
    one.etag = found->second.etag;
  }
  if (Status good = check_source_paths(paths_of(*sources)); !good)
    return std::move(good).error().during(store->name());
  storage::Manifest manifest = download_manifest("openalex-works");
  manifest.options["source"] = source_in_key(*store, options.source);
  manifest.inputs = {
      {"data/works/", listing_digest(*sources), bytes_of(*sources)}};
  const storage::Scratch scratch(context.scratch);
  DMP_ASSIGN(const auto stage,
             DownloadStage::begin(
                 context, download_prefix("openalex-works", options.run),
                 std::move(manifest)));
  if (stage->is_done()) return StageResult{true, stage->manifest()};
  return copy_objects(
      context, *stage,
      [&]() -> Result<std::shared_ptr<storage::ObjectStore>> { return store; },
      *sources);
}

// -------------------------------------------------------------------- DataCite

bool has_datacite_account() {
  return !variable("DATACITE_ACCOUNT_ID").empty() &&
         !variable("DATACITE_PASSWORD").empty();
}

namespace {

// The answer does not say when they expire. Source: spec jobs.md 6.1.
constexpr std::chrono::minutes kRenewed{30};

// Why a service gave no keys. What may pass was tried again before.
Error no_keys(const std::string& url, const net::HttpReply& reply) {
  const auto said = [&](ErrorCode code, const std::string& what) {
    return Error{code, fmt::format("{}: HTTP {}: {}", net::shown_url(url),
                                   reply.status, what)};
  };
  if (reply.status == 401 || reply.status == 403)
    return said(ErrorCode::invalid_argument, "the account was refused");
  if (reply.status == 404 || reply.status == 410) {
    return said(ErrorCode::not_found,
                "no keys are given out there; is --credentials-url right?");
  }
  if (reply.status < 300 || reply.status >= 400)
    return said(ErrorCode::invalid_argument, "no answer with keys");
  std::string target;
  for (const auto& [name, value] : reply.headers)
    if (name == "location") target = net::shown_url(value);
  return said(ErrorCode::invalid_argument,
              fmt::format("a redirect{}{}, which is not followed: the account "
                          "would go there; name that as --credentials-url if "
                          "it is right",
                          target.empty() ? "" : " to ", target));
}

// Temporary keys, fetched again before they expire. P122.
class DataciteKeys {
 public:
  explicit DataciteKeys(const DataciteDownload& options) : options_(options) {}

  Result<std::shared_ptr<storage::ObjectStore>> store() {
    const std::lock_guard<std::mutex> hold(lock_);
    const auto now = std::chrono::steady_clock::now();
    if (store_ && now < renew_) return store_;
    storage::TemporaryKeys keys;
    if (!storage::bucket_folder(options_.source)) {
      DMP_ASSIGN(keys, fetch());
    }
    // Another server than AWS has the region of the session.
    if (net::aws_endpoint("S3").empty()) keys.region = "eu-west-1";
    DMP_ASSIGN(auto opened, storage::open_store(options_.source, keys));
    store_ = std::move(opened);
    renew_ = now + kRenewed;
    return store_;
  }

  // The keys behind `used` have expired: the next store() gets others.
  void expired(const storage::ObjectStore& used) {
    const std::lock_guard<std::mutex> hold(lock_);
    if (store_.get() == &used) renew_ = {};
  }

 private:
  Result<storage::TemporaryKeys> fetch() const {
    net::HttpRequest request;
    request.url = options_.credentials_url;
    request.user = variable("DATACITE_ACCOUNT_ID");
    request.password = variable("DATACITE_PASSWORD");
    if (!has_datacite_account())
      return Error{ErrorCode::invalid_argument, kDataciteAccountMissing};
    DMP_ASSIGN(const auto reply, net::http_send(request));
    if (reply.status != 200) return no_keys(request.url, reply);
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    storage::TemporaryKeys keys;
    if (parser.parse(reply.body).get(root) == simdjson::SUCCESS) {
      const auto text = [&](const char* name) {
        std::string_view value;
        return root[name].get(value) == simdjson::SUCCESS ? std::string(value)
                                                          : "";
      };
      keys.access_key_id = text("access_key_id");
      keys.secret_access_key = text("secret_access_key");
      keys.session_token = text("session_token");
    }
    if (!keys.access_key_id.empty() && !keys.secret_access_key.empty())
      return keys;
    return Error{ErrorCode::corrupt_input,
                 net::shown_url(request.url) + ": the answer holds no keys"};
  }

  const DataciteDownload& options_;
  std::mutex lock_;
  std::shared_ptr<storage::ObjectStore> store_;
  std::chrono::steady_clock::time_point renew_{};
};

// Whether keys that have expired may be why. The answer to a HEAD has no body
// that could say so.
bool may_be_of_keys(const Error& error) {
  return error.code == ErrorCode::invalid_argument ||
         error.message.find("xpired") != std::string::npos;
}

// What fails because of expired keys is done once more with new ones. `work`
// takes its store from where it is told.
Status with_keys(DataciteKeys& keys,
                 const std::function<Status(const StoreOf&)>& work) {
  std::shared_ptr<storage::ObjectStore> used;
  const StoreOf open = [&]() -> Result<std::shared_ptr<storage::ObjectStore>> {
    DMP_ASSIGN(used, keys.store());
    return used;
  };
  Status done = work(open);
  if (done || !used || !may_be_of_keys(done.error())) return done;
  keys.expired(*used);
  return work(open);
}

// STATUS.json, which must say Complete; "" where a folder has none.
Result<std::string> datacite_status(const storage::ObjectStore& store) {
  auto text = store.read("STATUS.json");
  if (!text) {
    if (store.folder() && text.error().code == ErrorCode::not_found)
      return std::string();
    return text;
  }
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view status;
  if (parser.parse(*text).get(root) == simdjson::SUCCESS &&
      root["status"].get(status) == simdjson::SUCCESS && status == "Complete") {
    return text;
  }
  return Error{ErrorCode::unavailable,
               store.name() +
                   "/STATUS.json does not say Complete: the data "
                   "file is being written"};
}

}  // namespace

Result<StageResult> datacite_download_job(const JobContext& context,
                                          const DataciteDownload& options) {
  constexpr std::string_view kRoot = "dois/";
  DataciteKeys keys(options);
  DMP_ASSIGN(const auto store, keys.store());
  DMP_ASSIGN(const std::string status, datacite_status(*store));
  DMP_ASSIGN(const auto listed, store->list(kRoot));
  std::vector<Source> sources;
  sources.reserve(listed.size());
  for (const auto& object : listed) {
    sources.push_back({object.key, object.key.substr(kRoot.size()),
                       object.bytes, object.etag});
  }
  if (Status good = check_source_paths(paths_of(sources)); !good)
    return std::move(good).error().during(store->name());
  storage::Manifest manifest = download_manifest("datacite");
  manifest.options["source"] = source_in_key(*store, options.source);
  manifest.inputs = {
      {"dois/", listing_digest(sources), bytes_of(sources)},
      {"STATUS.json", storage::sha256_text(status), status.size()}};
  const storage::Scratch scratch(context.scratch);
  DMP_ASSIGN(
      const auto stage,
      DownloadStage::begin(context, download_prefix("datacite", options.run),
                           std::move(manifest)));
  if (stage->is_done()) return StageResult{true, stage->manifest()};
  DMP_TRY(check_room(*stage, sources));
  DMP_TRY(in_parallel(sources.size(), kTransfers, [&](std::size_t i) {
    return with_keys(keys, [&](const StoreOf& open) {
      return copy_object(*stage, open, sources[i]);
    });
  }));
  std::string after;
  DMP_TRY(with_keys(keys, [&](const StoreOf& open) -> Status {
    DMP_ASSIGN(const auto after_store, open());
    DMP_ASSIGN(after, datacite_status(*after_store));
    return {};
  }));
  if (after != status) {
    return Error{ErrorCode::unavailable,
                 "STATUS.json changed during the download; start it again"};
  }
  return stage->publish(paths_of(sources));
}

}  // namespace dmp::jobs
