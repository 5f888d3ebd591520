#include "net/http.h"

#include "base/log.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <random>
#include <system_error>
#include <thread>

namespace dmp::net {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLargestReply = std::size_t{64} << 20;
constexpr long kConnectSeconds = 10, kSilentSeconds = 60, kRedirects = 10;

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

Handle new_handle() {
  static const bool kReady = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  static_cast<void>(kReady);
  return {curl_easy_init(), curl_easy_cleanup};
}

// What one attempt came to.
struct Attempt {
  CURLcode code = CURLE_OK;
  long status = 0;
  Headers headers;
  std::string body;
  bool too_large = false;
  std::array<char, CURL_ERROR_SIZE> error{};

  std::string header(std::string_view name) const {
    for (const auto& [own, value] : headers) {
      if (own == name) return value;
    }
    return "";
  }
};

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

std::size_t on_body(char* bytes, std::size_t size, std::size_t count,
                    void* user) {
  auto* outcome = static_cast<Attempt*>(user);
  if (outcome->body.size() + size * count > kLargestReply) {
    outcome->too_large = true;
    return 0;
  }
  outcome->body.append(bytes, size * count);
  return size * count;
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

bool is_temporary(const Attempt& outcome) {
  switch (outcome.code) {
    case CURLE_OK:
      return outcome.status == 429 || outcome.status == 500 ||
             outcome.status == 502 || outcome.status == 503 ||
             outcome.status == 504;
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

std::string reason(const Attempt& outcome) {
  if (outcome.code == CURLE_OK) return fmt::format("HTTP {}", outcome.status);
  return outcome.error[0] == '\0' ? curl_easy_strerror(outcome.code)
                                  : outcome.error.data();
}

void pause(const RetryPolicy& policy, int outcome, const Attempt& last) {
  constexpr std::chrono::milliseconds kLongest{300'000};
  auto wait = policy.first * (1LL << std::min(outcome, 10));
  thread_local std::minstd_rand random(std::random_device{}());
  wait += wait * static_cast<long>(random() % 500) / 1000;
  const long asked = std::atol(last.header("retry-after").c_str());
  if (asked > 0) wait = std::chrono::milliseconds(std::min(asked, 300L) * 1000);
  std::this_thread::sleep_for(
      std::min<std::chrono::milliseconds>(wait, kLongest));
}

bool is_refusal(const Attempt& outcome) {
  switch (outcome.code) {
    case CURLE_OK:
      return outcome.status >= 400 && !is_temporary(outcome);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_TOO_MANY_REDIRECTS:
      return true;
    default:
      return false;
  }
}

ErrorCode code_of(const Attempt& outcome) {
  if (outcome.too_large) return ErrorCode::corrupt_input;
  if (outcome.code == CURLE_FILE_COULDNT_READ_FILE) return ErrorCode::not_found;
  if (outcome.code == CURLE_OK && outcome.status == 404)
    return ErrorCode::not_found;
  if (is_refusal(outcome)) return ErrorCode::invalid_argument;
  return outcome.code == CURLE_WRITE_ERROR ? ErrorCode::io
                                           : ErrorCode::unavailable;
}

Error failure(const std::string& url, const Attempt& outcome) {
  return Error{
      code_of(outcome),
      fmt::format("{}: {}", shown_url(url),
                  outcome.too_large ? "larger than allowed" : reason(outcome))};
}

void send_once(const HttpRequest& request, Attempt& outcome) {
  const Handle handle = new_handle();
  set_common(handle.get(), request.url, outcome);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &outcome);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT,
                   static_cast<long>(request.timeout.count()));
  curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.body.empty() || request.method == "POST") {
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle.get(), CURLOPT_COPYPOSTFIELDS,
                     request.body.c_str());
  }
  if (!request.user.empty()) {
    curl_easy_setopt(handle.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(handle.get(), CURLOPT_USERNAME, request.user.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PASSWORD, request.password.c_str());
  }
  List headers(curl_slist_append(nullptr, "Expect:"), curl_slist_free_all);
  for (const auto& [name, value] : request.headers) {
    const std::string line = fmt::format("{}: {}", name, value);
    headers.reset(curl_slist_append(headers.release(), line.c_str()));
  }
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  outcome.code = curl_easy_perform(handle.get());
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &outcome.status);
}

// ------------------------------------------------------------------ download

// Where an answer goes. What was there is kept until the server has said how it
// answers: with the rest (206), with all of it, or not at all.
struct Sink {
  fs::path path, tag_path;
  std::FILE* file = nullptr;
  Attempt* outcome = nullptr;
  CURL* handle = nullptr;
  std::uint64_t offset = 0;  // where the answer begins
  std::uint64_t written = 0, most_bytes = 0;
  bool started = false;
};

// Notes a strong tag, so that an attempt after this one, or after a kill, can
// go on from here.
void note_tag(const Sink& sink) {
  const std::string tag = sink.outcome->header("etag");
  std::ofstream(sink.tag_path, std::ios::trunc)
      << (tag.starts_with('"') ? tag : "") << "\n";
}

bool begins_at(const Attempt& outcome, std::uint64_t offset) {
  return outcome.header("content-range")
      .starts_with(fmt::format("bytes {}-", offset));
}

// Whether the answer may be written; places the file where it begins.
bool start_answer(Sink& sink) {
  long status = 0;
  curl_off_t announced = -1;
  curl_easy_getinfo(sink.handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(sink.handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                    &announced);
  if (status >= 400) return false;  // the page of an error is not kept
  if (status == 206 && !begins_at(*sink.outcome, sink.offset)) return false;
  if (status != 206) sink.offset = 0;
  std::error_code unknown;
  const auto room = fs::space(sink.path, unknown);
  if (announced > 0 &&
      (sink.offset + static_cast<std::uint64_t>(announced) > sink.most_bytes ||
       (!unknown && static_cast<std::uint64_t>(announced) > room.available))) {
    sink.outcome->too_large = true;
    return false;
  }
  if (::ftruncate(::fileno(sink.file), static_cast<off_t>(sink.offset)) != 0 ||
      std::fseek(sink.file, static_cast<long>(sink.offset), SEEK_SET) != 0) {
    return false;
  }
  note_tag(sink);
  return true;
}

std::size_t on_file(char* bytes, std::size_t size, std::size_t count,
                    void* user) {
  auto* sink = static_cast<Sink*>(user);
  if (!sink->started && !start_answer(*sink)) return 0;
  sink->started = true;
  if (sink->offset + sink->written + size * count > sink->most_bytes) {
    sink->outcome->too_large = true;
    return 0;
  }
  const std::size_t done = std::fwrite(bytes, size, count, sink->file);
  sink->written += done * size;
  return done * size;
}

std::string read_tag(const fs::path& path) {
  std::ifstream in(path);
  std::string tag;
  std::getline(in, tag);
  return tag;
}

// One attempt; what is there of the file is continued if its tag still holds.
Status fetch_once(const std::string& url, Sink sink, Attempt& outcome) {
  std::error_code none;
  const std::string tag = read_tag(sink.tag_path);
  sink.offset = tag.empty() ? 0 : fs::file_size(sink.path, none);
  if (none) sink.offset = 0;
  sink.outcome = &outcome;
  sink.file = std::fopen(sink.path.c_str(), sink.offset > 0 ? "r+b" : "wb");
  if (sink.file == nullptr) {
    return Error{ErrorCode::io,
                 sink.path.string() + ": " + std::strerror(errno)};
  }
  const Handle handle = new_handle();
  sink.handle = handle.get();
  set_common(handle.get(), url, outcome);
  curl_easy_setopt(handle.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, on_file);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  List headers(nullptr, curl_slist_free_all);
  if (sink.offset > 0) {
    // As headers, not CURLOPT_RANGE: that turns an answer with all of it into
    // an error.
    const std::string range = fmt::format("Range: bytes={}-", sink.offset);
    headers.reset(curl_slist_append(nullptr, ("If-Range: " + tag).c_str()));
    headers.reset(curl_slist_append(headers.release(), range.c_str()));
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  }
  outcome.code = curl_easy_perform(handle.get());
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &outcome.status);
  // An empty answer never came to on_file.
  if (outcome.code == CURLE_OK && !sink.started && outcome.status < 400 &&
      !start_answer(sink)) {
    outcome.code = CURLE_WRITE_ERROR;
  }
  if (std::fclose(sink.file) == 0) return {};
  return Error{ErrorCode::io, sink.path.string() + ": " + std::strerror(errno)};
}

// 416 to a range that begins at the end: the file is whole already.
bool is_whole(const Attempt& outcome, const fs::path& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  return !error && outcome.status == 416 &&
         outcome.header("content-range") == fmt::format("bytes */{}", bytes);
}

}  // namespace

std::string shown_url(std::string_view url) {
  std::string out(url.substr(0, url.find_first_of("?#")));
  const auto host = out.find("://");
  if (host == std::string::npos) return out;
  const auto path = out.find('/', host + 3);
  const auto at = out.rfind('@', path);
  if (at != std::string::npos && at > host) out.erase(host + 3, at - host - 2);
  return out;
}

Result<HttpReply> http_send(const HttpRequest& request,
                            const RetryPolicy& policy) {
  for (int number = 0;; ++number) {
    Attempt outcome;
    send_once(request, outcome);
    const bool answered = outcome.code == CURLE_OK &&
                          (request.any_status || !is_temporary(outcome));
    if (!answered && is_temporary(outcome) && number + 1 < policy.attempts) {
      log::debug("{}: {}; again", shown_url(request.url), reason(outcome));
      pause(policy, number, outcome);
      continue;
    }
    if (!answered) return failure(request.url, outcome);
    return HttpReply{static_cast<int>(outcome.status),
                     std::move(outcome.headers), std::move(outcome.body)};
  }
}

Status http_download(const std::string& url, const fs::path& file,
                     std::uint64_t most_bytes, const RetryPolicy& policy) {
  Sink sink;
  sink.path = file;
  sink.tag_path = file;
  sink.tag_path += ".etag";
  sink.most_bytes = most_bytes;
  for (int number = 0;; ++number) {
    Attempt outcome;
    DMP_TRY(fetch_once(url, sink, outcome));
    // The page of an error is not kept, so writing it "fails".
    if (outcome.status >= 400) outcome.code = CURLE_OK;
    if (outcome.code == CURLE_OK && outcome.status < 400) return {};
    if (is_whole(outcome, file)) return {};
    const bool last = number + 1 >= policy.attempts;
    if (outcome.status == 416 && !last) {  // the server changed its mind
      std::error_code error;
      fs::remove(sink.tag_path, error);
      continue;
    }
    if (!is_temporary(outcome) || last) return failure(url, outcome);
    log::info("{}: {}; again", shown_url(url), reason(outcome));
    pause(policy, number, outcome);
  }
}

}  // namespace dmp::net
