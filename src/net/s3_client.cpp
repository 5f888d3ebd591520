#include "net/s3_client.h"

#include "net/aws_parts.h"
#include "net/file_sink.h"
#include "net/s3_download.h"
#include "net/s3_refusal.h"

#include <aws/auth/signing_config.h>
#include <aws/http/connection.h>
#include <aws/http/request_response.h>
#include <aws/io/stream.h>
#include <aws/io/uri.h>
#include <aws/s3/s3_client.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <mutex>

namespace dmp::net {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kPartBytes = std::uint64_t{8} << 20;
constexpr std::uint64_t kMemoryBytes = std::uint64_t{1} << 30;
constexpr std::uint32_t kConnectTimeoutMs = 10'000;

// One request under way; the callbacks of the event loop write here.
struct Transfer {
  std::promise<int> done;
  std::promise<void> gone;
  std::string body;
  S3Refusal refusal;  // its status is that of any answer
  S3Object reply;     // Content-Length and ETag
};

int on_headers(aws_s3_meta_request*, const aws_http_headers* headers,
               int /*status*/, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  aws_byte_cursor value{};
  if (aws_http_headers_get(headers, cursor("ETag"), &value) == AWS_OP_SUCCESS) {
    std::string etag(view(value));
    if (etag.size() >= 2 && etag.front() == '"')
      etag = etag.substr(1, etag.size() - 2);
    transfer->reply.etag = std::move(etag);
  }
  if (aws_http_headers_get(headers, cursor("Content-Length"), &value) ==
      AWS_OP_SUCCESS) {
    transfer->reply.bytes =
        std::strtoull(std::string(view(value)).c_str(), nullptr, 10);
  }
  return AWS_OP_SUCCESS;
}

int on_body(aws_s3_meta_request*, const aws_byte_cursor* bytes,
            std::uint64_t /*offset*/, void* user) {
  static_cast<Transfer*>(user)->body += view(*bytes);
  return AWS_OP_SUCCESS;
}

void on_finish(aws_s3_meta_request*, const aws_s3_meta_request_result* result,
               void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  transfer->refusal.status = result->response_status;
  if (result->error_response_body != nullptr) {
    transfer->refusal.body =
        view(aws_byte_cursor_from_buf(result->error_response_body));
  }
  transfer->done.set_value(result->error_code);
}

void on_shutdown(void* user) {
  static_cast<Transfer*>(user)->gone.set_value();
}

ErrorCode code_of_failure(int error, const Transfer& transfer) {
  if (error == AWS_ERROR_S3_FILE_MODIFIED) return ErrorCode::corrupt_input;
  // Bytes that were spoilt on the way come better another time.
  if (error == AWS_ERROR_S3_RESPONSE_CHECKSUM_MISMATCH)
    return ErrorCode::unavailable;
  if (const auto kind = transfer.refusal.kind()) return *kind;
  const std::string name = aws_error_name(error);
  if (name.starts_with("AWS_AUTH_")) return ErrorCode::invalid_argument;
  if (name.starts_with("AWS_ERROR_FILE_") || error == AWS_ERROR_NO_PERMISSION ||
      error == AWS_ERROR_SYS_CALL_FAILURE) {
    return ErrorCode::io;
  }
  return ErrorCode::unavailable;  // connection, name, TLS, time-out
}

struct Endpoint {
  std::string scheme_and_host;  // of the connection
  std::string host;             // for the Host header
  std::string path_prefix;      // "/bucket" with path-style addresses
  bool tls = true;
};

// Buckets with dots have no certificate of their own: path-style, as with any
// endpoint that is not AWS's. Source: spec jobs.md 3.3.
Endpoint endpoint_of(const S3Options& options, const std::string& region) {
  std::string url =
      options.endpoint.empty() ? aws_endpoint("S3") : options.endpoint;
  bool path_style = !url.empty();
  if (url.empty()) {
    const std::string domain = "s3." + region + ".amazonaws.com";
    path_style = options.bucket.find('.') != std::string::npos;
    url = "https://" + (path_style ? domain : options.bucket + "." + domain);
  }
  while (url.ends_with('/')) url.pop_back();
  Endpoint endpoint;
  endpoint.tls = !url.starts_with("http://");
  if (url.find("://") == std::string::npos) url = "https://" + url;
  endpoint.scheme_and_host = url;
  endpoint.host = url.substr(url.find("://") + 3);
  if (path_style) endpoint.path_prefix = "/" + options.bucket;
  return endpoint;
}

}  // namespace

struct S3Client::Impl {
  S3Options options;
  std::unique_ptr<AwsSession> session;
  Endpoint endpoint;
  std::unique_ptr<S3Downloads> downloads;
  aws_signing_config_aws signing{};
  aws_s3_client* client = nullptr;
  std::promise<void> down;

  // What one call is made of.
  struct Call {
    aws_s3_meta_request_type type = AWS_S3_META_REQUEST_TYPE_DEFAULT;
    std::string method = "GET";
    std::string operation;  // for the default type
    std::string key;
    std::string query;  // with ?
    Headers headers;
    std::string etag;  // what the object must have; empty: any
    std::string_view body;
    bool has_body = false;
    fs::path send;
  };

  std::string name(std::string_view key) const {
    return fmt::format("s3://{}/{}", options.bucket, key);
  }

  Status start();
  std::unique_ptr<S3Downloads> make_downloads() const;
  Result<Transfer> run(const Call& call) const;
  aws_http_message* message_of(const Call& call) const;
  Error failure(const Call& call, int error, const Transfer& transfer) const;
};

Status S3Client::Impl::start() {
  const auto& parts = session->parts();
  aws_s3_init_default_signing_config(&signing, cursor(parts.region),
                                     parts.credentials);
  signing.flags.use_double_uri_encode = 0;
  aws_s3_client_config config{};
  config.client_bootstrap = parts.bootstrap;
  config.region = cursor(parts.region);
  config.signing_config = &signing;  // anonymous keys sign nothing
  config.tls_mode = endpoint.tls ? AWS_MR_TLS_ENABLED : AWS_MR_TLS_DISABLED;
  aws_tls_connection_options tls{};
  if (endpoint.tls) {
    aws_tls_connection_options_init_from_ctx(&tls, parts.tls);
    config.tls_connection_options = &tls;
    config.proxy_ev_settings = &parts.proxy;
  }
  config.part_size = kPartBytes;
  config.throughput_target_gbps = 10;
  config.memory_limit_in_bytes = kMemoryBytes;
  config.connect_timeout_ms = kConnectTimeoutMs;
  config.out_of_order_delivery = AWS_TRIBOOL_FALSE;
  // Nobody waits two minutes for a wrong certificate or a closed port.
  config.retry_config.max_retries = 5;
  config.retry_config.backoff_scale_factor_ms = 500;
  config.retry_config.max_backoff_secs = 20;
  // A connection without a byte for a minute is a lost one (jobs.md 9).
  aws_http_connection_monitoring_options monitoring{};
  monitoring.minimum_throughput_bytes_per_second = 1;
  monitoring.allowable_throughput_failure_interval_seconds = 60;
  config.monitoring_options = &monitoring;
  config.shutdown_callback = [](void* user) {
    static_cast<Impl*>(user)->down.set_value();
  };
  config.shutdown_callback_user_data = this;
  client = aws_s3_client_new(parts.allocator, &config);
  if (endpoint.tls) aws_tls_connection_options_clean_up(&tls);
  if (client == nullptr) {
    return Error{ErrorCode::internal,
                 fmt::format("S3 client: {}", aws_error_str(aws_last_error()))};
  }
  return {};
}

std::unique_ptr<S3Downloads> S3Client::Impl::make_downloads() const {
  S3DownloadOptions from;
  from.session = session.get();
  from.url = endpoint.scheme_and_host + endpoint.path_prefix;
  from.is_signed = options.access != S3Access::unsigned_requests;
  if (options.access == S3Access::requester_pays)
    from.headers.emplace_back("x-amz-request-payer", "requester");
  from.part_bytes = kPartBytes;
  return std::make_unique<S3Downloads>(std::move(from));
}

aws_http_message* S3Client::Impl::message_of(const Call& call) const {
  auto* allocator = session->parts().allocator;
  aws_http_message* message = aws_http_message_new_request(allocator);
  const std::string path =
      endpoint.path_prefix + "/" + uri_encoded(call.key, true) + call.query;
  aws_http_message_set_request_method(message, cursor(call.method));
  aws_http_message_set_request_path(message, cursor(path));
  const auto add = [&](std::string_view header, std::string_view value) {
    aws_http_header one{};
    one.name = cursor(header);
    one.value = cursor(value);
    aws_http_message_add_header(message, one);
  };
  add("Host", endpoint.host);
  for (const auto& [header, value] : call.headers) add(header, value);
  if (!call.etag.empty()) add("If-Match", "\"" + call.etag + "\"");
  if (options.access == S3Access::requester_pays)
    add("x-amz-request-payer", "requester");
  if (call.has_body) {
    add("Content-Length", std::to_string(call.body.size()));
    const aws_byte_cursor bytes = cursor(call.body);
    aws_input_stream* stream =
        aws_input_stream_new_from_cursor(allocator, &bytes);
    aws_http_message_set_body_stream(message, stream);
    aws_input_stream_release(stream);  // the message holds it
  }
  return message;
}

Error S3Client::Impl::failure(const Call& call, int error,
                              const Transfer& transfer) const {
  ErrorCode kind = code_of_failure(error, transfer);
  // It changed between two of its parts: all of it is there to be had anew.
  if (kind == ErrorCode::corrupt_input && call.etag.empty())
    kind = ErrorCode::unavailable;
  std::string why = transfer.refusal.text(aws_error_str(error));
  if (const auto none = session->no_credentials();
      none && transfer.refusal.status == 0) {
    kind = none->code;
    why = none->message;
  }
  std::string text = fmt::format("{}: {}", name(call.key), why);
  if (!call.send.empty()) text = call.send.string() + " to " + text;
  return Error{kind, text};
}

Result<Transfer> S3Client::Impl::run(const Call& call) const {
  Transfer transfer;
  aws_uri uri{};
  const aws_byte_cursor address = cursor(endpoint.scheme_and_host);
  if (aws_uri_init_parse(&uri, session->parts().allocator, &address) !=
      AWS_OP_SUCCESS) {
    return Error{ErrorCode::invalid_argument,
                 "not an endpoint: " + endpoint.scheme_and_host};
  }
  aws_http_message* message = message_of(call);
  aws_s3_meta_request_options request{};
  aws_s3_checksum_config sums{};
  request.type = call.type;
  request.message = message;
  request.endpoint = &uri;
  request.user_data = &transfer;
  request.operation_name = cursor(call.operation);
  request.headers_callback = on_headers;
  request.finish_callback = on_finish;
  request.shutdown_callback = on_shutdown;
  if (call.type == AWS_S3_META_REQUEST_TYPE_PUT_OBJECT) {
    sums.location = AWS_SCL_TRAILER;
    sums.checksum_algorithm = AWS_SCA_CRC32C;
    request.checksum_config = &sums;
  } else if (call.type == AWS_S3_META_REQUEST_TYPE_GET_OBJECT) {
    sums.validate_response_checksum = true;
    request.checksum_config = &sums;
  }
  const std::string send = call.send.string();
  if (!send.empty()) request.send_filepath = cursor(send);
  request.body_callback = on_body;
  int error = AWS_ERROR_SUCCESS;
  aws_s3_meta_request* made = aws_s3_client_make_meta_request(client, &request);
  if (made == nullptr) {
    error = aws_last_error();
  } else {
    error = transfer.done.get_future().get();
    aws_s3_meta_request_release(made);
    transfer.gone.get_future().wait();
  }
  aws_http_message_release(message);
  aws_uri_clean_up(&uri);
  if (error != AWS_ERROR_SUCCESS || transfer.refusal.status >= 300)
    return failure(call, error, transfer);
  // A part that is shorter than asked for passes the client.
  if (call.type == AWS_S3_META_REQUEST_TYPE_GET_OBJECT &&
      transfer.body.size() != transfer.reply.bytes) {
    return Error{ErrorCode::unavailable,
                 fmt::format("{}: {} bytes came of {}", name(call.key),
                             transfer.body.size(), transfer.reply.bytes)};
  }
  return transfer;
}

// ------------------------------------------------------------------ S3Client

S3Client::S3Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<S3Client>> S3Client::open(const S3Options& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  AwsSessionOptions session;
  session.region = options.region;
  session.anonymous = options.access == S3Access::unsigned_requests;
  session.keys = options.keys;
  DMP_ASSIGN(impl->session, AwsSession::open(session));
  impl->endpoint = endpoint_of(options, impl->session->region());
  impl->downloads = impl->make_downloads();
  DMP_TRY(impl->start());
  return std::unique_ptr<S3Client>(new S3Client(std::move(impl)));
}

S3Client::~S3Client() {
  aws_s3_client_release(impl_->client);
  if (impl_->client != nullptr) impl_->down.get_future().wait();
}

const std::string& S3Client::bucket() const {
  return impl_->options.bucket;
}

Result<std::vector<S3Object>> S3Client::list(std::string_view prefix) const {
  std::vector<S3Object> all;
  std::string next;
  do {
    Impl::Call call;
    call.operation = "ListObjectsV2";
    call.query = "?list-type=2&prefix=" + uri_encoded(prefix, false);
    if (!next.empty())
      call.query += "&continuation-token=" + uri_encoded(next, false);
    DMP_ASSIGN(const Transfer page, impl_->run(call));
    auto listing = parse_listing(page.body);
    if (!listing) {
      return std::move(listing).error().during(impl_->name(prefix));
    }
    for (auto& object : listing->objects) all.push_back(std::move(object));
    if (listing->next == next && !next.empty()) {
      return Error{ErrorCode::corrupt_input,
                   impl_->name(prefix) + ": the listing repeats a page"};
    }
    next = listing->next;
  } while (!next.empty());
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  return all;
}

Result<S3Object> S3Client::head(std::string_view key) const {
  Impl::Call call;
  call.operation = "HeadObject";
  call.method = "HEAD";
  call.key = key;
  DMP_ASSIGN(Transfer reply, impl_->run(call));
  reply.reply.key = key;
  return std::move(reply.reply);
}

Result<std::string> S3Client::get(std::string_view key, std::uint64_t offset,
                                  std::uint64_t count,
                                  std::string_view etag) const {
  if (count == 0) return std::string();
  Impl::Call call;
  call.type = AWS_S3_META_REQUEST_TYPE_GET_OBJECT;
  call.key = key;
  const bool whole = offset == 0 && count == UINT64_MAX;
  if (!whole) {
    std::string range = fmt::format("bytes={}-", offset);
    if (count != UINT64_MAX) range += std::to_string(offset + count - 1);
    call.headers.emplace_back("Range", range);
  }
  call.etag = etag;
  auto transfer = impl_->run(call);
  if (transfer) return std::move(transfer->body);
  return std::move(transfer).error();
}

Status S3Client::get_file(std::string_view key, const fs::path& file,
                          std::string_view etag) const {
  DMP_ASSIGN(const auto sink, FileSink::create(file));
  if (auto got = impl_->downloads->get(key, etag, *sink); !got)
    return std::move(got).error().during(impl_->name(key));
  return sink->finish();
}

Result<S3Object> S3Client::put(std::string_view key,
                               std::string_view bytes) const {
  Impl::Call call;
  call.type = AWS_S3_META_REQUEST_TYPE_PUT_OBJECT;
  call.method = "PUT";
  call.key = key;
  call.body = bytes;
  call.has_body = true;
  DMP_ASSIGN(const Transfer reply, impl_->run(call));
  return S3Object{std::string(key), bytes.size(), reply.reply.etag};
}

Result<S3Object> S3Client::put_file(const fs::path& file,
                                    std::string_view key) const {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error)
    return Error{ErrorCode::io, file.string() + ": " + error.message()};
  Impl::Call call;
  call.type = AWS_S3_META_REQUEST_TYPE_PUT_OBJECT;
  call.method = "PUT";
  call.key = key;
  call.send = file;
  call.headers.emplace_back("Content-Length", std::to_string(bytes));
  DMP_ASSIGN(const Transfer reply, impl_->run(call));
  return S3Object{std::string(key), bytes, reply.reply.etag};
}

Status S3Client::remove(std::string_view key) const {
  Impl::Call call;
  call.operation = "DeleteObject";
  call.method = "DELETE";
  call.key = key;
  auto transfer = impl_->run(call);
  if (transfer || transfer.error().code == ErrorCode::not_found) return {};
  return std::move(transfer).error();
}

}  // namespace dmp::net
