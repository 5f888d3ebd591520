#include "net/aws_session.h"

#include "net/aws_parts.h"
#include "net/credential_chain.h"
#include "net/http.h"

#include <aws/auth/auth.h>
#include <aws/auth/signable.h>
#include <aws/auth/signing.h>
#include <aws/auth/signing_config.h>
#include <aws/auth/signing_result.h>
#include <aws/common/date_time.h>
#include <aws/http/request_response.h>
#include <aws/io/channel.h>
#include <aws/io/stream.h>
#include <aws/io/uri.h>
#include <aws/s3/s3.h>
#include <aws/sdkutils/aws_profile.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>

namespace dmp::net {

namespace {

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

// The libraries are set up once a process and never taken down: their event
// loops may still be ending when main returns.
aws_allocator* allocator() {
  static aws_allocator* const kAllocator = [] {
    aws_allocator* made = aws_default_allocator();
    aws_s3_library_init(made);
    // What one read of a socket takes at most: the library's own 16 KiB are
    // sixteen times as many system calls.
    g_aws_channel_max_fragment_size = std::size_t{256} << 10;
    return made;
  }();
  return kAllocator;
}

Error crt_error(std::string_view action) {
  return Error{ErrorCode::internal,
               fmt::format("{}: {}", action, aws_error_str(aws_last_error()))};
}

// `region` of the profile in use, "" when there is none.
std::string profile_region() {
  aws_allocator* const memory = allocator();
  aws_string* path = aws_get_config_file_path(memory, nullptr);
  if (path == nullptr) return "";
  aws_profile_collection* profiles =
      aws_profile_collection_new_from_file(memory, path, AWS_PST_CONFIG);
  aws_string_destroy(path);
  if (profiles == nullptr) return "";
  std::string region;
  aws_string* name = aws_get_profile_name(memory, nullptr);
  const aws_profile* profile =
      name == nullptr ? nullptr
                      : aws_profile_collection_get_profile(profiles, name);
  aws_string* wanted = aws_string_new_from_c_str(memory, "region");
  const aws_profile_property* property =
      profile == nullptr ? nullptr : aws_profile_get_property(profile, wanted);
  if (property != nullptr)
    region = aws_string_c_str(aws_profile_property_get_value(property));
  aws_string_destroy(wanted);
  aws_string_destroy(name);
  aws_profile_collection_release(profiles);
  return region;
}

// The region of the instance we run on; empty: on none. Asked with the session
// token of version 2 of the service, as credentials are.
std::string instance_region() {
  if (variable("AWS_EC2_METADATA_DISABLED") == "true") return "";
  std::string endpoint = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (endpoint.empty()) endpoint = "http://169.254.169.254";
  const RetryPolicy once{1, std::chrono::milliseconds(0)};
  HttpRequest request;
  request.timeout = std::chrono::seconds(1);
  request.method = "PUT";
  request.url = endpoint + "/latest/api/token";
  request.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "60"}};
  const auto token = http_send(request, once);
  if (!token || token->status != 200) return "";
  request.method = "GET";
  request.url = endpoint + "/latest/meta-data/placement/region";
  request.headers = {{"X-aws-ec2-metadata-token", token->body}};
  const auto region = http_send(request, once);
  return region && region->status == 200 ? region->body : "";
}

std::string choose_region(const AwsSessionOptions& options) {
  if (!options.region.empty()) return options.region;
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (auto value = variable(name); !value.empty()) return value;
  }
  std::string region = profile_region();
  if (region.empty() && !options.anonymous && !options.keys)
    region = instance_region();
  return region.empty() ? "us-east-1" : region;
}

aws_credentials_provider* fixed_keys(const AwsKeys& keys) {
  aws_credentials_provider_static_options options{};
  options.access_key_id = cursor(keys.access_key_id);
  options.secret_access_key = cursor(keys.secret_access_key);
  options.session_token = cursor(keys.session_token);
  return aws_credentials_provider_new_static(allocator(), &options);
}

aws_credentials_provider* anonymous() {
  const aws_credentials_provider_shutdown_options options{};
  return aws_credentials_provider_new_anonymous(allocator(), &options);
}

// Threads that read and write sockets, and as many that hand on what came. The
// library's own number is one for two processors, which leaves a small machine
// with a single one.
std::uint16_t loops() {
  constexpr unsigned kLeast = 4;
  return static_cast<std::uint16_t>(
      std::max(kLeast, std::thread::hardware_concurrency() / 2));
}

Status make_loops(AwsSession::Parts& parts) {
  parts.loops =
      aws_event_loop_group_new_default(parts.allocator, loops(), nullptr);
  aws_host_resolver_default_options resolving{};
  resolving.el_group = parts.loops;
  resolving.max_entries = 64;
  parts.resolver = aws_host_resolver_new_default(parts.allocator, &resolving);
  aws_client_bootstrap_options bootstrap{};
  bootstrap.event_loop_group = parts.loops;
  bootstrap.host_resolver = parts.resolver;
  parts.bootstrap = aws_client_bootstrap_new(parts.allocator, &bootstrap);
  if (parts.bootstrap == nullptr) return crt_error("start event loops");
  aws_tls_ctx_options tls;
  aws_tls_ctx_options_init_default_client(&tls, parts.allocator);
  // The libraries leave AWS's own variable to us.
  parts.ca_bundle = variable("AWS_CA_BUNDLE");
  if (!parts.ca_bundle.empty() &&
      aws_tls_ctx_options_override_default_trust_store_from_path(
          &tls, nullptr, parts.ca_bundle.c_str()) != AWS_OP_SUCCESS) {
    aws_tls_ctx_options_clean_up(&tls);
    return Error{
        ErrorCode::invalid_argument,
        "AWS_CA_BUNDLE: cannot read certificates from " + parts.ca_bundle};
  }
  parts.tls = aws_tls_client_ctx_new(parts.allocator, &tls);
  aws_tls_ctx_options_clean_up(&tls);
  if (parts.tls == nullptr) return crt_error("set up TLS");
  return {};
}

// ------------------------------------------------------------------- signing

struct Signing {
  std::promise<int> done;
  aws_http_message* message = nullptr;
};

void apply_signature(aws_signing_result* result, int error, void* user) {
  auto* signing = static_cast<Signing*>(user);
  if (error == AWS_ERROR_SUCCESS &&
      aws_apply_signing_result_to_http_request(signing->message, allocator(),
                                               result) != AWS_OP_SUCCESS) {
    error = aws_last_error();
  }
  signing->done.set_value(error);
}

// Host and path-with-query of an absolute URL.
std::pair<std::string, std::string> host_and_path(std::string_view url) {
  const auto host = url.find("://");
  url.remove_prefix(host == std::string_view::npos ? 0 : host + 3);
  const auto path = url.find('/');
  if (path == std::string_view::npos) return {std::string(url), "/"};
  return {std::string(url.substr(0, path)), std::string(url.substr(path))};
}

aws_http_message* message_of(std::string_view method, std::string_view path,
                             std::string_view host, const Headers& headers) {
  aws_http_message* message = aws_http_message_new_request(allocator());
  aws_http_message_set_request_method(message, cursor(method));
  aws_http_message_set_request_path(message, cursor(path));
  const auto add = [&](std::string_view name, std::string_view value) {
    aws_http_header header{};
    header.name = cursor(name);
    header.value = cursor(value);
    aws_http_message_add_header(message, header);
  };
  add("Host", host);
  for (const auto& [name, value] : headers) add(name, value);
  return message;
}

Headers headers_of(const aws_http_message* message) {
  Headers headers;
  for (std::size_t i = 0; i < aws_http_message_get_header_count(message); ++i) {
    aws_http_header header{};
    aws_http_message_get_header(message, &header, i);
    headers.emplace_back(view(header.name), view(header.value));
  }
  return headers;
}

}  // namespace

AwsSession::AwsSession() : parts_(std::make_unique<Parts>()) {}

Result<std::unique_ptr<AwsSession>> AwsSession::open(
    const AwsSessionOptions& options) {
  std::unique_ptr<AwsSession> session(new AwsSession);
  Parts& parts = *session->parts_;
  parts.allocator = allocator();
  parts.region = choose_region(options);
  DMP_TRY(make_loops(parts));
  if (options.anonymous) {
    parts.credentials = anonymous();
  } else if (options.keys) {
    parts.credentials = fixed_keys(*options.keys);
  } else {
    parts.chain = std::make_unique<CredentialChain>(parts);
    parts.credentials = parts.chain->new_provider();
  }
  if (parts.credentials == nullptr) return crt_error("set up credentials");
  return session;
}

AwsSession::~AwsSession() {
  aws_credentials_provider_release(parts_->credentials);
  aws_tls_ctx_release(parts_->tls);
  aws_client_bootstrap_release(parts_->bootstrap);
  aws_host_resolver_release(parts_->resolver);
  aws_event_loop_group_release(parts_->loops);
}

std::optional<Error> AwsSession::no_credentials() const {
  if (parts_->chain == nullptr) return std::nullopt;
  return parts_->chain->refusal();
}

const std::string& AwsSession::region() const {
  return parts_->region;
}

Result<Headers> AwsSession::sign(std::string_view method, std::string_view url,
                                 std::string_view service,
                                 std::string_view body,
                                 const Headers& headers) const {
  const auto [host, path] = host_and_path(url);
  aws_http_message* message = message_of(method, path, host, headers);
  const aws_byte_cursor bytes = cursor(body);
  aws_input_stream* stream =
      aws_input_stream_new_from_cursor(parts_->allocator, &bytes);
  aws_http_message_set_body_stream(message, stream);
  aws_signing_config_aws config{};
  config.config_type = AWS_SIGNING_CONFIG_AWS;
  config.algorithm = AWS_SIGNING_ALGORITHM_V4;
  config.signature_type = AWS_ST_HTTP_REQUEST_HEADERS;
  config.region = cursor(parts_->region);
  config.service = cursor(service);
  aws_date_time_init_now(&config.date);
  // S3 takes a key as it stands, dots and slashes too.
  const bool is_s3 = service == "s3";
  config.flags.use_double_uri_encode = is_s3 ? 0 : 1;
  config.flags.should_normalize_uri_path = is_s3 ? 0 : 1;
  config.signed_body_header = is_s3 || service == "es" || service == "aoss"
                                  ? AWS_SBHT_X_AMZ_CONTENT_SHA256
                                  : AWS_SBHT_NONE;
  config.credentials_provider = parts_->credentials;
  aws_signable* signable =
      aws_signable_new_http_request(parts_->allocator, message);
  Signing signing;
  signing.message = message;
  int error = AWS_ERROR_SUCCESS;
  if (aws_sign_request_aws(
          parts_->allocator, signable,
          reinterpret_cast<const aws_signing_config_base*>(&config),
          apply_signature, &signing) != AWS_OP_SUCCESS) {
    error = aws_last_error();
  } else {
    error = signing.done.get_future().get();
  }
  Headers signed_headers = headers_of(message);
  aws_signable_destroy(signable);
  aws_input_stream_release(stream);
  aws_http_message_release(message);
  if (error == AWS_ERROR_SUCCESS) return signed_headers;
  if (auto refusal = no_credentials()) return *std::move(refusal);
  return Error{ErrorCode::invalid_argument,
               fmt::format("sign a request: {}", aws_error_str(error))};
}

std::string aws_endpoint(std::string_view service) {
  const std::string own = variable("AWS_ENDPOINT_URL_" + std::string(service));
  return own.empty() ? variable("AWS_ENDPOINT_URL") : own;
}

}  // namespace dmp::net
