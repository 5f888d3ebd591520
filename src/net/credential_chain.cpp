#include "net/credential_chain.h"

#include <aws/auth/auth.h>
#include <aws/http/request_response.h>
#include <aws/sdkutils/aws_profile.h>
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace dmp::net {

namespace {

// Whether no answer came. STS's provider of the library then has no error.
bool never_got_through(int error) {
  const std::string_view name = aws_error_name(error);
  return error == AWS_ERROR_SUCCESS || name.starts_with("AWS_IO_") ||
         name.starts_with("AWS_ERROR_HTTP_");
}

// The table through which the library's providers call its HTTP client, as
// version 0.38.0 has it: what they make of an answer does not say whether it
// was a refusal or a service out of order. tests/batch/roles_test.py fails
// where the table of another version is another.
using AnyFunction = void (*)();
using StatusFunction = int (*)(const aws_http_stream*, int*);
struct HttpTable {
  std::array<AnyFunction, 7> before;
  StatusFunction status;
  std::array<AnyFunction, 3> after;
};

// Of the last answer to a request for keys; 0: there was none.
std::atomic<int>& last_status() {
  static std::atomic<int> status = 0;
  return status;
}

int note_status(const aws_http_stream* stream, int* status) {
  const int done = aws_http_stream_get_incoming_response_status(stream, status);
  if (done == AWS_OP_SUCCESS) last_status() = *status;
  return done;
}

aws_auth_http_system_vtable* http_table() {
  static HttpTable table = [] {
    HttpTable own;
    std::memcpy(&own, g_aws_credentials_provider_http_function_table,
                sizeof own);
    own.status = note_status;
    return own;
  }();
  return reinterpret_cast<aws_auth_http_system_vtable*>(&table);
}

// Throttled, or out of order.
bool is_of_service(int status) {
  return status == 408 || status == 429 || status >= 500;
}

// Whether the same place may have keys a little later. That an instance has no
// service of metadata is the rule where there is no instance; a container that
// was given the address of its keys has some.
bool may_get_better(std::string_view place, int error) {
  if (place == "instance") return false;
  return never_got_through(error) || is_of_service(last_status()) ||
         (place == "container" &&
          (error == AWS_AUTH_CREDENTIALS_PROVIDER_HTTP_STATUS_FAILURE ||
           error == AWS_AUTH_CREDENTIALS_PROVIDER_ECS_SOURCE_FAILURE));
}

std::string sso_login() {
  aws_string* name = aws_get_profile_name(aws_default_allocator(), nullptr);
  std::string profile = name == nullptr ? "default" : aws_string_c_str(name);
  aws_string_destroy(name);
  return fmt::format("`aws sso login --profile {}`", profile);
}

bool is_set(const char* name) {
  const char* value = *name == '\0' ? nullptr : std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

// One search for keys, which goes from place to place as the answers come.
struct CredentialChain::Query {
  CredentialChain* chain;
  aws_on_get_credentials_callback_fn* callback;
  void* user;
  std::size_t place = 0;
  std::string said{};  // by the places before
  bool temporary = false;
};

std::string CredentialChain::reason(const Place& where, int error) {
  const std::string& place = where.name;
  if (where.provider == nullptr)
    return where.variable + " is set, but not all that goes with it";
  if (place == "environment") return "no AWS_ACCESS_KEY_ID";
  if (place == "instance") return "no role, or no instance";
  if (const int status = last_status(); is_of_service(status)) {
    return fmt::format("{} is out of order or busy: HTTP {}",
                       place == "SSO"         ? "SSO"
                       : place == "container" ? "the container's service"
                                              : "STS",
                       status);
  }
  if (place == "SSO" && !never_got_through(error)) {
    const bool expired = error == AWS_AUTH_SSO_TOKEN_EXPIRED;
    const bool refused =
        error == AWS_AUTH_CREDENTIALS_PROVIDER_HTTP_STATUS_FAILURE;
    return fmt::format("{}, {} renews it",
                       expired   ? "the login has expired"
                       : refused ? "the login was refused"
                                 : "no login",
                       sso_login());
  }
  if (error == AWS_AUTH_CREDENTIALS_PROVIDER_PROFILE_SOURCE_FAILURE)
    return "no keys in it";
  if (error == AWS_AUTH_CREDENTIALS_PROVIDER_STS_WEB_IDENTITY_SOURCE_FAILURE)
    return "STS gave no keys for the role and the token";
  if (error == AWS_AUTH_CREDENTIALS_PROVIDER_HTTP_STATUS_FAILURE)
    return place == "profile" ? "STS refused its role" : "refused";
  return error == AWS_ERROR_SUCCESS ? "STS could not be asked"
                                    : aws_error_str(error);
}

CredentialChain::CredentialChain(AwsSession::Parts& parts)
    : allocator_(parts.allocator) {
  const aws_credentials_provider_environment_options environment{};
  add("environment",
      aws_credentials_provider_new_environment(allocator_, &environment),
      "AWS_ACCESS_KEY_ID");
  const auto ask_through = [&](auto options) {
    options.bootstrap = parts.bootstrap;
    options.tls_ctx = parts.tls;
    options.proxy_ev_settings = &parts.proxy;
    options.function_table = http_table();
    return options;
  };
  const auto web =
      ask_through(aws_credentials_provider_sts_web_identity_options{});
  add("web identity",
      aws_credentials_provider_new_sts_web_identity(allocator_, &web),
      "AWS_WEB_IDENTITY_TOKEN_FILE");
  const auto sso = ask_through(aws_credentials_provider_sso_options{});
  add("SSO", aws_credentials_provider_new_sso(allocator_, &sso), "");
  const auto profile = ask_through(aws_credentials_provider_profile_options{});
  add("profile", aws_credentials_provider_new_profile(allocator_, &profile),
      "AWS_PROFILE");
  // What is on this machine is asked without a proxy.
  aws_credentials_provider_ecs_environment_options container{};
  container.bootstrap = parts.bootstrap;
  container.tls_ctx = parts.tls;
  container.function_table = http_table();
  add("container",
      aws_credentials_provider_new_ecs_from_environment(allocator_, &container),
      "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const char* disabled = std::getenv("AWS_EC2_METADATA_DISABLED");
  if (disabled != nullptr && std::string_view(disabled) == "true") return;
  aws_credentials_provider_imds_options instance{};
  instance.bootstrap = parts.bootstrap;
  instance.imds_version = IMDS_PROTOCOL_V2;
  add("instance", aws_credentials_provider_new_imds(allocator_, &instance), "");
}

CredentialChain::~CredentialChain() {
  for (auto& place : places_)
    aws_credentials_provider_release(place.provider);  // nullptr is right
}

void CredentialChain::add(const char* name, aws_credentials_provider* provider,
                          const char* variable) {
  if (provider != nullptr || is_set(variable))
    places_.push_back({name, provider, variable});
}

aws_credentials_provider* CredentialChain::new_provider() {
  aws_credentials_provider_delegate_options all{};
  all.get_credentials = start;
  all.delegate_user_data = this;
  aws_credentials_provider* source =
      aws_credentials_provider_new_delegate(allocator_, &all);
  if (source == nullptr) return nullptr;
  aws_credentials_provider_cached_options cached{};
  cached.source = source;
  cached.refresh_time_in_milliseconds = std::uint64_t{15} * 60 * 1000;
  aws_credentials_provider* provider =
      aws_credentials_provider_new_cached(allocator_, &cached);
  aws_credentials_provider_release(source);
  return provider;
}

std::optional<Error> CredentialChain::refusal() const {
  const std::lock_guard lock(mutex_);
  return refusal_;
}

int CredentialChain::start(void* chain,
                           aws_on_get_credentials_callback_fn* callback,
                           void* user) {
  ask(std::make_unique<Query>(
          Query{static_cast<CredentialChain*>(chain), callback, user})
          .release());
  return AWS_OP_SUCCESS;
}

void CredentialChain::ask(Query* query) {
  auto* provider = query->chain->places_[query->place].provider;
  last_status() = 0;
  if (provider == nullptr) {
    hear(nullptr, AWS_AUTH_CREDENTIALS_PROVIDER_INVALID_ENVIRONMENT, query);
  } else if (aws_credentials_provider_get_credentials(provider, hear, query) !=
             AWS_OP_SUCCESS) {
    hear(nullptr, aws_last_error(), query);  // it does not call back then
  }
}

void CredentialChain::hear(aws_credentials* credentials, int error,
                           void* user) {
  std::unique_ptr<Query> query(static_cast<Query*>(user));
  const auto& places = query->chain->places_;
  if (credentials == nullptr) {
    const Place& place = places[query->place];
    query->said += fmt::format("{}{}: {}", query->said.empty() ? "" : "; ",
                               place.name, reason(place, error));
    query->temporary = query->temporary || may_get_better(place.name, error);
    if (++query->place < places.size()) return ask(query.release());
  }
  query->chain->end(*query, credentials != nullptr);
  query->callback(credentials, error, query->user);
}

void CredentialChain::end(const Query& query, bool found) {
  const std::lock_guard lock(mutex_);
  refusal_.reset();
  if (found) return;
  refusal_ = Error{
      query.temporary ? ErrorCode::unavailable : ErrorCode::invalid_argument,
      "no AWS credentials: " + query.said};
}

}  // namespace dmp::net
