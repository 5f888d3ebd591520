#pragma once

#include "base/result.h"
#include "net/aws_session.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::net {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  std::string user, password;        // basic authentication; never shown
  std::chrono::seconds timeout{60};  // of the whole exchange
  bool any_status = false;           // 408, 429 and 5xx are answers too
  std::string ca_bundle;             // empty: the system's certificates
};

struct HttpReply {
  int status = 0;
  Headers headers;   // names in lower case
  std::string body;  // at most 64 MiB (more is corrupt_input)
};

// Retries of what may get better: 408, 429, 5xx, time-outs, lost
// connections. Pauses double from `first`, with jitter; Retry-After is kept to,
// up to 5 minutes. Source: spec jobs.md 9.
struct RetryPolicy {
  int attempts = 6;
  std::chrono::milliseconds first{1000};
};

// Any status but those above is an answer, not an error. Certificates are
// checked. Errors: unavailable (all attempts used up; the last reason),
// invalid_argument (no such scheme), corrupt_input (too large). The message
// names host and path, never the query, user or password.
Result<HttpReply> http_send(const HttpRequest& request,
                            const RetryPolicy& policy = {});

// Fetches `url` (https, http, file) into `file`. What a killed download left of
// it is continued where the server says it is still the same (Range with
// If-Range; `file`.etag notes the tag), and a whole one is not fetched again;
// else it is fetched anew. An answer with another range than was asked for is
// not written, unless it is all of the file; one with less of it is continued.
// A success without content (202, 204) is asked for again. Redirects are followed, to
// https and http only. No limit of time, but 60 s without a byte end an
// attempt. Errors: not_found (404, 410, no such file), unavailable (also:
// ranges that are not what was asked for, or no content, each time), invalid_argument (other
// 4xx, a redirect that leads nowhere), corrupt_input (over `most_bytes` or the
// room on disk), io.
Status http_download(const std::string& url, const std::filesystem::path& file,
                     std::uint64_t most_bytes, const RetryPolicy& policy = {});

// `url` without user, password and query.
std::string shown_url(std::string_view url);

// What of `url` is a secret or looks like one, in words that do not show it:
// "a user or password", "parameter token"; nullopt: nothing.
std::optional<std::string> secret_in_url(std::string_view url);

}  // namespace dmp::net
