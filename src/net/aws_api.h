#pragma once

#include "base/result.h"
#include "net/aws_session.h"
#include "net/http.h"

#include <cstdint>
#include <string>

namespace dmp::net {

// What may be sent again when no answer came: of a call that is not repeatable
// the service may have done the work.
enum class Repeat : std::uint8_t { freely, when_refused };

// One call of a service that speaks JSON over POST (Batch, Logs).
struct AwsCall {
  std::string service;  // "batch": endpoint, name in the signature
  std::string path;     // "/v1/submitjob"
  std::string target;   // x-amz-target, where the service wants one
  std::string body;     // JSON
  Repeat repeat = Repeat::freely;
};

// The answer's body. Signed anew for each attempt; throttling and 5xx are
// tried again by `policy`. The endpoint: AWS_ENDPOINT_URL_<SERVICE>,
// AWS_ENDPOINT_URL, else AWS's of the region. Source: spec jobs.md 3.3.
// Errors: unavailable (after all attempts, expired credentials),
// invalid_argument (refused: what the service says; no credentials).
Result<std::string> aws_call(const AwsSession& session, const AwsCall& call,
                             const RetryPolicy& policy);

}  // namespace dmp::net
