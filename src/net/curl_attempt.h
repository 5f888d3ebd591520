#pragma once

// What the files of net/ share of libcurl. Not for other folders.

#include "net/aws_session.h"
#include "net/http.h"

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dmp::net {

using CurlHandle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using CurlHeaders = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// An attempt without a byte for so long is over.
constexpr long kSilentSeconds = 60;

// Sets the library up with the first.
CurlHandle new_curl_handle();

// The lines of a request, "Expect:" switched off.
CurlHeaders curl_headers(const Headers& headers);

// What one attempt came to.
struct Attempt {
  CURLcode code = CURLE_OK;
  long status = 0;
  Headers headers;  // names in lower case, of the last answer
  std::string body;
  bool too_large = false;
  std::array<char, CURL_ERROR_SIZE> error{};

  std::string header(std::string_view name) const;  // "" when there is none

  // Lost connections, time-outs, 408, 429, 5xx.
  bool is_temporary() const;
  std::string reason() const;
};

// What a 206 says it holds: bytes [begin, end) of `size`.
struct ContentRange {
  std::uint64_t begin = 0, end = 0, size = 0;
};
// Of a Content-Range header; nullopt: it is none, or does not say the size.
std::optional<ContentRange> content_range(const std::string& text);

// Address, time to connect, schemes, and that `outcome`, which must outlive the
// transfer, gets the headers and the words of an error.
void set_common(CURL* handle, const std::string& url, Attempt& outcome);

// How long to wait after attempt `number`, from 0: doubling, with jitter.
std::chrono::milliseconds pause_after(const RetryPolicy& policy, int number);
// The same, or what `last`, which was that attempt, asks for.
std::chrono::milliseconds pause_after(const RetryPolicy& policy, int number,
                                      const Attempt& last);

}  // namespace dmp::net
