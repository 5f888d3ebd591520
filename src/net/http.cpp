#include "net/http.h"

#include "base/log.h"
#include "net/curl_attempt.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>
#include <thread>

namespace dmp::net {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLargestReply = std::size_t{64} << 20;

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

bool is_refusal(const Attempt& outcome) {
  switch (outcome.code) {
    case CURLE_OK:
      return outcome.status >= 300 && !outcome.is_temporary();
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
  if (outcome.code == CURLE_OK &&
      (outcome.status == 404 || outcome.status == 410))
    return ErrorCode::not_found;
  if (is_refusal(outcome)) return ErrorCode::invalid_argument;
  return outcome.code == CURLE_WRITE_ERROR ? ErrorCode::io
                                           : ErrorCode::unavailable;
}

Error failure(const std::string& url, const Attempt& outcome) {
  return Error{code_of(outcome),
               fmt::format("{}: {}", shown_url(url),
                           outcome.too_large ? "larger than allowed"
                                             : outcome.reason())};
}

void send_once(const HttpRequest& request, Attempt& outcome) {
  const CurlHandle handle = new_curl_handle();
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
  if (!request.ca_bundle.empty()) {
    curl_easy_setopt(handle.get(), CURLOPT_CAINFO, request.ca_bundle.c_str());
  }
  const CurlHeaders headers = curl_headers(request.headers);
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
  std::uint64_t most_bytes = 0;
  // Of one attempt:
  std::uint64_t offset = 0;  // where the answer begins
  std::uint64_t written = 0;
  std::optional<std::uint64_t> size;  // of the whole, where a range says it
  bool started = false;
  bool is_other_range = false;  // than was asked for
  int disk_error = 0;           // errno of what could not be written

  bool has_all() const { return !size || offset + written == *size; }
};

// Notes a strong tag, so that an attempt after this one, or after a kill, can
// go on from here.
void note_tag(const Sink& sink) {
  const std::string tag = sink.outcome->header("etag");
  std::ofstream(sink.tag_path, std::ios::trunc)
      << (tag.starts_with('"') ? tag : "") << "\n";
}

// Whether an answer of that status has bytes of the file; 0: that of file://.
bool has_content(long status) {
  return status == 0 || status == 200 || status == 206;
}

// 202, 204 and the like: a success, but no file. Another time there may be one.
bool is_without_file(const Attempt& outcome) {
  return outcome.code == CURLE_OK && outcome.status < 300 &&
         !has_content(outcome.status);
}

// Whether the 206 has what was asked for, from the offset on, or all of it.
bool take_range(Sink& sink) {
  const auto told = content_range(sink.outcome->header("content-range"));
  const bool whole = told && told->begin == 0 && told->end == told->size;
  if (whole) sink.offset = 0;
  sink.is_other_range =
      !whole && (!told || sink.offset == 0 || told->begin != sink.offset ||
                 told->end > told->size);
  if (!sink.is_other_range) sink.size = told->size;
  return !sink.is_other_range;
}

// Whether the answer may be written; places the file where it begins.
bool start_answer(Sink& sink) {
  long status = 0;
  curl_off_t announced = -1;
  curl_easy_getinfo(sink.handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(sink.handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                    &announced);
  if (!has_content(status)) return false;  // the page of an error is not kept
  if (status == 206 && !take_range(sink)) return false;
  if (status != 206) sink.offset = 0;
  std::error_code unknown;
  const auto room = fs::space(sink.path, unknown);
  const auto bytes =
      static_cast<std::uint64_t>(std::max<curl_off_t>(announced, 0));
  if (sink.offset + bytes > sink.most_bytes) {
    sink.outcome->too_large = true;
    return false;
  }
  if (!unknown && bytes > room.available) {
    sink.disk_error = ENOSPC;
    return false;
  }
  if (::ftruncate(::fileno(sink.file), static_cast<off_t>(sink.offset)) != 0 ||
      std::fseek(sink.file, static_cast<long>(sink.offset), SEEK_SET) != 0) {
    sink.disk_error = errno;
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
  if (sink->size && sink->offset + sink->written + size * count > *sink->size) {
    sink->is_other_range = true;
    return 0;
  }
  const std::size_t done = std::fwrite(bytes, size, count, sink->file);
  if (done != count) sink->disk_error = errno;
  sink->written += done * size;
  return done * size;
}

std::string read_tag(const fs::path& path) {
  std::ifstream in(path);
  std::string tag;
  std::getline(in, tag);
  return tag;
}

// What is there of the file, for an attempt to go on from; "" begins anew.
std::string begin_attempt(Sink& sink, Attempt& outcome) {
  std::error_code none;
  std::string tag = read_tag(sink.tag_path);
  const auto bytes = fs::file_size(sink.path, none);
  sink.offset = tag.empty() || none ? 0 : bytes;
  sink.written = 0;
  sink.size.reset();
  sink.started = sink.is_other_range = false;
  sink.outcome = &outcome;
  sink.file = std::fopen(sink.path.c_str(), none ? "wb" : "r+b");
  return tag;
}

// One attempt; what is there of the file is continued if its tag still holds.
Status fetch_once(const std::string& url, Sink& sink, Attempt& outcome) {
  const std::string tag = begin_attempt(sink, outcome);
  if (sink.file == nullptr) {
    return Error{ErrorCode::io,
                 sink.path.string() + ": " + std::strerror(errno)};
  }
  const CurlHandle handle = new_curl_handle();
  sink.handle = handle.get();
  set_common(handle.get(), url, outcome);
  curl_easy_setopt(handle.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, on_file);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  Headers lines;
  // As headers, not CURLOPT_RANGE: that turns an answer with all of it into an
  // error.
  if (sink.offset > 0) {
    lines = {{"If-Range", tag},
             {"Range", fmt::format("bytes={}-", sink.offset)}};
  }
  const CurlHeaders headers = curl_headers(lines);
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  outcome.code = curl_easy_perform(handle.get());
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &outcome.status);
  // An empty answer never came to on_file.
  if (outcome.code == CURLE_OK && !sink.started && outcome.status < 300 &&
      !start_answer(sink)) {
    outcome.code = CURLE_WRITE_ERROR;
  }
  if (std::fclose(sink.file) != 0 && sink.disk_error == 0)
    sink.disk_error = errno;
  if (sink.disk_error == 0) return {};
  return Error{ErrorCode::io,
               sink.path.string() + ": " + std::strerror(sink.disk_error)};
}

void begin_anew(const Sink& sink) {
  std::error_code error;
  fs::remove(sink.tag_path, error);
}

// The server does not give what it says it has: nothing that came of it is
// used, and another time it may.
Error wrong_range(const std::string& url, const Sink& sink) {
  return Error{ErrorCode::unavailable,
               fmt::format("{}: bytes from {} on were asked for, {} came under "
                           "\"Content-Range: {}\"",
                           shown_url(url), sink.offset, sink.written,
                           sink.outcome->header("content-range"))};
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

namespace {

// Names of parameters that carry secrets, in lower case: of tokens, keys and
// passwords, of addresses that are signed (AWS, Google, Azure).
bool is_secret_name(std::string_view name) {
  constexpr std::array<std::string_view, 8> kParts{
      "token", "secret", "signature", "passw",
      "keyid", "x-amz-", "x-goog-",   "credential"};
  constexpr std::array<std::string_view, 4> kNames{"sig", "pwd", "auth",
                                                   "authorization"};
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) {
                       return name.find(part) != std::string_view::npos;
                     }) ||
         name.ends_with("key") ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

std::optional<std::string> secret_in_url(std::string_view url) {
  const auto query = url.find_first_of("?#");
  if (shown_url(url) != url.substr(0, query)) return "a user or password";
  std::string_view rest =
      query == std::string_view::npos ? "" : url.substr(query + 1);
  while (!rest.empty()) {
    const auto end = rest.find_first_of("&;?#");
    std::string name(rest.substr(0, std::min(rest.find('='), end)));
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    if (is_secret_name(name)) return "parameter " + name;
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return std::nullopt;
}

Result<HttpReply> http_send(const HttpRequest& request,
                            const RetryPolicy& policy) {
  for (int number = 0;; ++number) {
    Attempt outcome;
    send_once(request, outcome);
    const bool answered = outcome.code == CURLE_OK &&
                          (request.any_status || !outcome.is_temporary());
    if (!answered && outcome.is_temporary() && number + 1 < policy.attempts) {
      log::debug("{}: {}; again", shown_url(request.url), outcome.reason());
      std::this_thread::sleep_for(pause_after(policy, number, outcome));
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
    const bool last = number + 1 >= policy.attempts;
    // The page of an error is not kept, so writing it "fails".
    const bool content = has_content(outcome.status);
    if (outcome.status >= 400 ||
        (!content && outcome.code == CURLE_WRITE_ERROR))
      outcome.code = CURLE_OK;
    if (outcome.code == CURLE_OK && content) {
      if (sink.has_all()) return {};
    } else if (is_whole(outcome, file)) {
      return {};
    } else if (outcome.status == 416 && !last) {  // the server changed its mind
      begin_anew(sink);
      continue;
    } else if (!sink.is_other_range && (last || !(outcome.is_temporary() ||
                                                  is_without_file(outcome)))) {
      return failure(url, outcome);
    }
    if (sink.is_other_range) begin_anew(sink);
    if (last) return wrong_range(url, sink);
    log::info("{}: {}; again", shown_url(url), outcome.reason());
    std::this_thread::sleep_for(pause_after(policy, number, outcome));
  }
}

}  // namespace dmp::net
