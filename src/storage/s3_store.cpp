#include "net/aws_session.h"
#include "net/s3_client.h"
#include "storage/object_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace dmp::storage {

namespace fs = std::filesystem;

namespace {

ObjectInfo info_of(net::S3Object object) {
  return {std::move(object.key), object.bytes, std::move(object.etag)};
}

class S3Store : public ObjectStore {
 public:
  explicit S3Store(std::unique_ptr<net::S3Client> client)
      : client_(std::move(client)) {}

  std::string name() const override { return "s3://" + client_->bucket(); }
  std::optional<fs::path> folder() const override { return std::nullopt; }

  Result<std::vector<ObjectInfo>> list(std::string_view prefix) const override {
    DMP_ASSIGN(auto objects, client_->list(prefix));
    std::vector<ObjectInfo> found;
    for (auto& object : objects) {
      // "Folders" made by consoles: empty objects that end in '/'.
      if (object.key.ends_with('/')) continue;
      found.push_back(info_of(std::move(object)));
    }
    return found;
  }

  Result<ObjectInfo> stat(std::string_view key) const override {
    DMP_TRY(check_key(key));
    DMP_ASSIGN(auto object, client_->head(key));
    return info_of(std::move(object));
  }

  Result<std::string> read(std::string_view key, std::uint64_t offset,
                           std::uint64_t count,
                           std::string_view etag) const override {
    DMP_TRY(check_key(key));
    if (offset > 0) {
      // A range behind the end is an error to S3, an empty answer to us.
      DMP_ASSIGN(const auto object, client_->head(key));
      if (offset >= object.bytes) return std::string();
    }
    return client_->get(key, offset, count, etag);
  }

  Result<ObjectInfo> write(std::string_view key,
                           std::string_view bytes) const override {
    DMP_TRY(check_key(key));
    DMP_ASSIGN(auto object, client_->put(key, bytes));
    return info_of(std::move(object));
  }

  // The client writes to a file of its own name, so a killed download never
  // looks like a finished one.
  Status download(std::string_view key, const fs::path& file) const override {
    DMP_TRY(check_key(key));
    fs::path unfinished = file;
    unfinished += fmt::format(".{}.unfinished", ::getpid());
    std::error_code error;
    if (auto got = client_->get_file(key, unfinished); !got) {
      fs::remove(unfinished, error);
      return got;
    }
    fs::rename(unfinished, file, error);
    if (error)
      return Error{ErrorCode::io, file.string() + ": " + error.message()};
    return {};
  }

  Result<ObjectInfo> upload(const fs::path& file,
                            std::string_view key) const override {
    DMP_TRY(check_key(key));
    std::error_code error;
    if (!fs::is_regular_file(file, error))
      return Error{ErrorCode::not_found, file.string() + ": no such file"};
    DMP_ASSIGN(auto object, client_->put_file(file, key));
    return info_of(std::move(object));
  }

  Status remove(std::string_view key) const override {
    DMP_TRY(check_key(key));
    return client_->remove(key);
  }

 private:
  std::unique_ptr<net::S3Client> client_;
};

Result<std::unique_ptr<ObjectStore>> open_s3(const net::S3Options& options) {
  DMP_ASSIGN(auto client, net::S3Client::open(options));
  return std::unique_ptr<ObjectStore>(
      std::make_unique<S3Store>(std::move(client)));
}

Error no_bucket(std::string_view text) {
  return Error{
      ErrorCode::invalid_argument,
      fmt::format("\"{}\" is not a bucket: 3 to 63 characters of a-z, 0-9, "
                  "'.' and '-', or a folder with a '/'",
                  text)};
}

}  // namespace

std::optional<fs::path> bucket_folder(std::string_view bucket) {
  if (bucket.starts_with("s3://")) return std::nullopt;
  if (bucket.starts_with("file:")) {
    bucket.remove_prefix(5);
    if (bucket.starts_with("//")) bucket.remove_prefix(2);
    return fs::path(bucket);
  }
  if (bucket.starts_with("~/")) {
    const char* home = std::getenv("HOME");
    return fs::path(home == nullptr ? "~" : home) / bucket.substr(2);
  }
  if (bucket.find('/') != std::string_view::npos || bucket.starts_with('.') ||
      bucket.starts_with('~')) {
    return fs::path(bucket);
  }
  return std::nullopt;
}

std::optional<std::string> bucket_name(std::string_view bucket) {
  if (bucket_folder(bucket)) return std::nullopt;
  if (bucket.starts_with("s3://")) bucket.remove_prefix(5);
  if (bucket.ends_with('/')) bucket.remove_suffix(1);
  if (bucket.size() < 3 || bucket.size() > 63 ||
      bucket.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") !=
          std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(bucket);
}

Result<std::unique_ptr<ObjectStore>> open_store(std::string_view bucket,
                                                BucketAccess access) {
  if (const auto folder = bucket_folder(bucket)) return open_folder(*folder);
  const auto name = bucket_name(bucket);
  if (!name) return no_bucket(bucket);
  net::S3Options options;
  options.bucket = *name;
  if (access == BucketAccess::unsigned_requests)
    options.access = net::S3Access::unsigned_requests;
  if (access == BucketAccess::requester_pays)
    options.access = net::S3Access::requester_pays;
  // Public data sets lie in us-east-1; the project's region says nothing. But
  // another server than AWS has one region, that of the session.
  if (access != BucketAccess::own && net::aws_endpoint("S3").empty())
    options.region = "us-east-1";
  return open_s3(options);
}

Result<std::unique_ptr<ObjectStore>> open_store(std::string_view bucket,
                                                const TemporaryKeys& keys) {
  if (const auto folder = bucket_folder(bucket)) return open_folder(*folder);
  const auto name = bucket_name(bucket);
  if (!name) return no_bucket(bucket);
  net::S3Options options;
  options.bucket = *name;
  options.region = keys.region;
  options.keys = net::AwsKeys{keys.access_key_id, keys.secret_access_key,
                              keys.session_token};
  return open_s3(options);
}

}  // namespace dmp::storage
