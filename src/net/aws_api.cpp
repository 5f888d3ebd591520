#include "net/aws_api.h"

#include "base/log.h"
#include "net/aws_parts.h"
#include "net/curl_attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace dmp::net {

namespace {

std::string endpoint_of(const AwsSession& session, const std::string& service) {
  std::string name = service;
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  });
  std::string given = aws_endpoint(name);
  while (given.ends_with('/')) given.pop_back();
  if (!given.empty()) return given;
  return fmt::format("https://{}.{}.amazonaws.com", service, session.region());
}

// "ClientException": from the header, or "__type" of the body.
std::string error_type(const HttpReply& reply) {
  std::string type;
  for (const auto& [name, value] : reply.headers) {
    if (name == "x-amzn-errortype") type = value;
  }
  constexpr std::string_view kMember = "\"__type\":\"";
  if (const auto at = reply.body.find(kMember);
      type.empty() && at != std::string::npos) {
    const auto begin = at + kMember.size();
    type = reply.body.substr(begin, reply.body.find('"', begin) - begin);
    type.erase(0, type.find('#') + 1);
  }
  return type.substr(0, type.find(':'));
}

bool may_get_better(const HttpReply& reply) {
  const std::string type = error_type(reply);
  return reply.status == 429 || reply.status >= 500 ||
         type.starts_with("Throttling") || type.starts_with("TooManyRequests");
}

Error refusal(const AwsCall& call, const HttpReply& reply) {
  const std::string type = error_type(reply);
  const bool temporary =
      may_get_better(reply) || type.starts_with("ExpiredToken");
  return Error{temporary ? ErrorCode::unavailable : ErrorCode::invalid_argument,
               fmt::format("AWS {}{}: HTTP {} {}: {}", call.service, call.path,
                           reply.status, type, reply.body.substr(0, 500))};
}

}  // namespace

Result<std::string> aws_call(const AwsSession& session, const AwsCall& call,
                             const RetryPolicy& policy) {
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint_of(session, call.service) + call.path;
  request.body = call.body;
  request.any_status = true;
  request.ca_bundle = session.parts().ca_bundle;
  Headers headers{{"Content-Type", call.target.empty()
                                       ? "application/json"
                                       : "application/x-amz-json-1.1"}};
  if (!call.target.empty()) headers.emplace_back("X-Amz-Target", call.target);
  const RetryPolicy once{1, policy.first};
  for (int number = 1;; ++number) {
    DMP_ASSIGN(request.headers, session.sign("POST", request.url, call.service,
                                             call.body, headers));
    const auto reply = http_send(request, once);
    if (reply && reply->status < 300) return reply->body;
    const bool again = reply ? may_get_better(*reply)
                             : call.repeat == Repeat::freely &&
                                   reply.error().code == ErrorCode::unavailable;
    if (!again || number >= policy.attempts) {
      if (!reply) return reply.error();
      return refusal(call, *reply);
    }
    log::info(
        "AWS {}{}: {}; again", call.service, call.path,
        reply ? fmt::format("HTTP {}", reply->status) : reply.error().message);
    std::this_thread::sleep_for(pause_after(policy, number - 1));
  }
}

}  // namespace dmp::net
