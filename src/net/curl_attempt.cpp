#include "net/curl_attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace dmp::net {

namespace {

constexpr long kConnectSeconds = 10, kRedirects = 10;

// What people would look up of a status.
std::string_view words_of(long status) {
  if (status == 404 || status == 410)
    return ", not found: the address is wrong, or what was there is gone";
  if (status == 401 || status == 403) return ", keys or rights refused";
  if (status > 200 && status < 300 && status != 206)
    return ", an answer without the file";
  if (status == 304)
    return ", \"not modified\", to a request that did not ask for changes";
  if (status >= 300 && status < 400) return ", a redirect that leads nowhere";
  return "";
}

std::size_t on_header(char* text, std::size_t size, std::size_t count,
                      void* user) {
  auto* outcome = static_cast<Attempt*>(user);
  std::string_view line(text, size * count);
  // A redirect or a 100 comes before the answer: only the last block counts.
  if (line.starts_with("HTTP/")) outcome->headers.clear();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  std::string name(line.substr(0, colon));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  constexpr std::string_view kBlanks = " \t\r\n";
  line.remove_prefix(colon + 1);
  const auto start = line.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) {
    outcome->headers.emplace_back(std::move(name), "");
  } else {
    outcome->headers.emplace_back(
        std::move(name),
        line.substr(start, line.find_last_not_of(kBlanks) - start + 1));
  }
  return size * count;
}

}  // namespace

CurlHandle new_curl_handle() {
  static const bool kReady = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  static_cast<void>(kReady);
  return {curl_easy_init(), curl_easy_cleanup};
}

CurlHeaders curl_headers(const Headers& headers) {
  CurlHeaders lines(curl_slist_append(nullptr, "Expect:"), curl_slist_free_all);
  for (const auto& [name, value] : headers) {
    const std::string line = fmt::format("{}: {}", name, value);
    lines.reset(curl_slist_append(lines.release(), line.c_str()));
  }
  return lines;
}

std::string Attempt::header(std::string_view name) const {
  for (const auto& [own, value] : headers) {
    if (own == name) return value;
  }
  return "";
}

bool Attempt::is_temporary() const {
  switch (code) {
    case CURLE_OK:
      return status == 408 || status == 429 || status >= 500;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

std::string Attempt::reason() const {
  if (code == CURLE_OK)
    return fmt::format("HTTP {}{}", status, words_of(status));
  return error[0] == '\0' ? curl_easy_strerror(code) : error.data();
}

std::optional<ContentRange> content_range(const std::string& text) {
  ContentRange range;
  if (std::sscanf(text.c_str(), "bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64,
                  &range.begin, &range.end, &range.size) != 3) {
    return std::nullopt;
  }
  ++range.end;
  return range;
}

void set_common(CURL* handle, const std::string& url, Attempt& outcome) {
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, outcome.error.data());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https,http,file");
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(handle, CURLOPT_MAXREDIRS, kRedirects);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &outcome);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "dmpworks");
}

std::chrono::milliseconds pause_after(const RetryPolicy& policy, int number) {
  const auto wait = policy.first * (1LL << std::min(number, 10));
  thread_local std::minstd_rand random(std::random_device{}());
  return wait + wait * static_cast<long>(random() % 500) / 1000;
}

std::chrono::milliseconds pause_after(const RetryPolicy& policy, int number,
                                      const Attempt& last) {
  constexpr std::chrono::milliseconds kLongest{300'000};
  auto wait = pause_after(policy, number);
  const long asked = std::atol(last.header("retry-after").c_str());
  if (asked > 0) wait = std::chrono::milliseconds(std::min(asked, 300L) * 1000);
  return std::min<std::chrono::milliseconds>(wait, kLongest);
}

}  // namespace dmp::net
