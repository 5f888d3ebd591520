#pragma once

#include "net/aws_parts.h"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dmp::net {

// Where keys come from when nobody gave any: the places where AWS's own
// programs look, in their order, until one has some. The library's chain has no
// SSO and tells of the last place only; this one tells of all.
// Outlives every request it gives keys to. Threads: all members may be called
// at once.
class CredentialChain {
 public:
  // Environment, web identity, SSO, profile (with assume-role, web identity and
  // credential_process), container, instance (unless
  // AWS_EC2_METADATA_DISABLED=true). Places that nobody has set up are left
  // out.
  explicit CredentialChain(AwsSession::Parts& parts);
  ~CredentialChain();
  CredentialChain(const CredentialChain&) = delete;
  CredentialChain& operator=(const CredentialChain&) = delete;

  // Keeps keys until shortly before they expire. nullptr: out of memory.
  aws_credentials_provider* new_provider();

  // What each place said when keys were last looked for; nullopt: one had some.
  // Errors: unavailable (a service could not be asked), invalid_argument.
  std::optional<Error> refusal() const;

 private:
  struct Place {
    std::string name;
    aws_credentials_provider* provider;  // nullptr: `variable` does not suffice
    std::string variable;
  };
  struct Query;

  void add(const char* name, aws_credentials_provider* provider,
           const char* variable);
  static std::string reason(const Place& where, int error);
  void end(const Query& query, bool found);
  static int start(void* chain, aws_on_get_credentials_callback_fn* callback,
                   void* user);
  static void ask(Query* query);
  static void hear(aws_credentials* credentials, int error, void* user);

  aws_allocator* const allocator_;
  std::vector<Place> places_;
  mutable std::mutex mutex_;
  std::optional<Error> refusal_;
};

}  // namespace dmp::net
