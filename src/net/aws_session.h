#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::net {

// Keys given out by somebody, e.g. DataCite's for its data file.
struct AwsKeys {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // may be empty
};

struct AwsSessionOptions {
  // Empty: AWS_REGION, AWS_DEFAULT_REGION, the profile's, the instance's, else
  // us-east-1.
  std::string region;
  bool anonymous = false;
  std::optional<AwsKeys> keys;  // instead of the chain below
};

using Headers = std::vector<std::pair<std::string, std::string>>;

// Who we are to AWS: region, credentials and the event loops they need.
// Credentials come from the first that has some: environment, web identity,
// SSO, profile (with assume-role and credential_process), container, instance
// metadata (unless AWS_EC2_METADATA_DISABLED=true); they are cached and
// renewed. AWS_CA_BUNDLE and, of what goes over TLS, HTTPS_PROXY and NO_PROXY
// are kept to. Source: spec jobs.md 3.3. Threads: all members may be called at
// once.
class AwsSession {
 public:
  // Errors: invalid_argument (AWS_CA_BUNDLE cannot be read), internal.
  static Result<std::unique_ptr<AwsSession>> open(
      const AwsSessionOptions& options);
  ~AwsSession();

  const std::string& region() const;

  // `headers` plus those of AWS Signature Version 4. `url` absolute, path and
  // query already encoded; those of service "s3" are signed as they stand.
  // Errors: as no_credentials(), internal.
  Result<Headers> sign(std::string_view method, std::string_view url,
                       std::string_view service, std::string_view body,
                       const Headers& headers) const;

  // Why there are none, place by place, if the last search for them found none.
  // Errors: invalid_argument, unavailable (a service that gives them could not
  // be asked).
  std::optional<Error> no_credentials() const;

  struct Parts;  // types of the CRT: net/aws_parts.h
  const Parts& parts() const { return *parts_; }

 private:
  AwsSession();
  std::unique_ptr<Parts> parts_;
};

// The value of AWS_ENDPOINT_URL_<service>, else AWS_ENDPOINT_URL, else "".
std::string aws_endpoint(std::string_view service);

}  // namespace dmp::net
