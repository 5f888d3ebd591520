#pragma once

// What the files of net/ share of the AWS C libraries. Not for other folders.

#include "net/aws_session.h"

#include <aws/auth/credentials.h>
#include <aws/common/byte_buf.h>
#include <aws/common/common.h>
#include <aws/http/proxy.h>
#include <aws/io/channel_bootstrap.h>
#include <aws/io/event_loop.h>
#include <aws/io/host_resolver.h>
#include <aws/io/tls_channel_handler.h>

namespace dmp::net {

inline aws_byte_cursor cursor(std::string_view text) {
  return aws_byte_cursor_from_array(text.data(), text.size());
}
inline std::string_view view(const aws_byte_cursor& text) {
  return {reinterpret_cast<const char*>(text.ptr), text.len};
}

class CredentialChain;

struct AwsSession::Parts {
  std::string region;
  aws_allocator* allocator = nullptr;
  aws_event_loop_group* loops = nullptr;
  aws_host_resolver* resolver = nullptr;
  aws_client_bootstrap* bootstrap = nullptr;
  aws_tls_ctx* tls = nullptr;
  aws_credentials_provider* credentials = nullptr;
  std::unique_ptr<CredentialChain> chain;  // nullptr: keys that were given
  std::string ca_bundle;  // AWS_CA_BUNDLE; empty: the system's certificates
  // Of connections with TLS: HTTPS_PROXY unless NO_PROXY.
  proxy_env_var_settings proxy{AWS_HPEV_ENABLE, AWS_HPCT_HTTP_TUNNEL, nullptr};
};

}  // namespace dmp::net
