#include "net/s3_download.h"

#include "base/log.h"
#include "net/aws_parts.h"
#include "net/curl_attempt.h"
#include "net/s3_checksum.h"
#include "net/s3_client.h"
#include "net/s3_refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace dmp::net {

namespace {

using Clock = std::chrono::steady_clock;
using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;

constexpr std::size_t kMostOfOneObject = 8;
constexpr int kMostOfAll = 32;
// Of one read of a socket. 4 GiB took 5.1 seconds of the kernel with 32
// KiB, 4.2 with 256 KiB, 3.7 with these.
constexpr long kReceiveBytes = 1L << 20;
constexpr std::size_t kLargestRefusal = std::size_t{64} << 10;

// Connections that one object at a time uses, and kept handles.
struct Connections {
  Multi multi{curl_multi_init(), curl_multi_cleanup};
  std::vector<CurlHandle> idle;
};

class ObjectDownload;

// A stretch of the object that is asked for until all of it came.
struct Range {
  ObjectDownload* object = nullptr;
  std::uint64_t reached = 0, end = 0;  // what is still missing
  int failures = 0;
  Clock::time_point start_at{};  // the end of a pause

  // The attempt that is under way; no handle: none is.
  CurlHandle handle{nullptr, curl_easy_cleanup};
  CurlHeaders lines{nullptr, curl_slist_free_all};
  Attempt answer;
  bool is_judged = false;
  std::optional<Error> wrong;  // with the answer
};

bool holds_bytes(long status) {
  return status == 200 || status == 206;
}

std::string in_quotes(std::string_view etag) {
  if (etag.empty() || etag.starts_with('"')) return std::string(etag);
  return fmt::format("\"{}\"", etag);
}

Error unavailable(std::string message) {
  return Error{ErrorCode::unavailable, std::move(message)};
}

// One pass over one object.
class ObjectDownload {
 public:
  ObjectDownload(const S3DownloadOptions& options, std::string url,
                 std::string_view etag, FileSink& sink,
                 Connections& connections, std::atomic<int>& busy)
      : options_(options),
        url_(std::move(url)),
        etag_(in_quotes(etag)),
        sink_(sink),
        connections_(connections),
        busy_(busy) {}
  ObjectDownload(const ObjectDownload&) = delete;
  ObjectDownload& operator=(const ObjectDownload&) = delete;
  ~ObjectDownload() {
    for (auto& range : ranges_) stop(range);
  }

  // Errors: as S3Downloads::get, but corrupt_input for any other object than
  // before.
  Status run();

  // When it ran: whether the bytes are those the server announced.
  bool is_intact() const { return !sum_ || sum_->matches(); }
  const std::string& etag() const { return etag_; }

  // What a connection brought for `range`; the count of bytes taken, or what
  // else libcurl may be told.
  std::size_t take(Range& range, std::string_view bytes);

 private:
  Status start_ranges();
  Result<CurlHeaders> lines_of(const std::string& method,
                               Headers headers) const;
  void prepare(CURL* handle, const CurlHeaders& lines, Attempt& answer) const;
  Status start(Range& range);
  void stop(Range& range);
  bool judge(Range& range);
  bool learn(Range& range, const ContentRange& told);
  Status ask_for_sum();
  Status settle_finished();
  Result<bool> settle(Range& range, CURLcode code);
  Error failure(const Attempt& answer) const;
  int most_wait_ms() const;

  const S3DownloadOptions& options_;
  const std::string url_;
  std::string etag_;  // with quotes; "" as long as none is known
  FileSink& sink_;
  Connections& connections_;
  std::atomic<int>& busy_;   // requests under way, of all objects
  std::list<Range> ranges_;  // that are not done
  std::size_t running_ = 0;
  std::optional<std::uint64_t> size_;  // of the object
  std::uint64_t next_ = 0;             // where the next range begins
  std::optional<S3Checksum> sum_;
  Range* waits_for_sum_ = nullptr;  // the first of several
};

std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count,
                     void* user) {
  auto* range = static_cast<Range*>(user);
  return range->object->take(*range, {bytes, size * count});
}

Status ObjectDownload::run() {
  do {
    DMP_TRY(start_ranges());
    int running = 0;
    curl_multi_perform(connections_.multi.get(), &running);
    if (waits_for_sum_ != nullptr) DMP_TRY(ask_for_sum());
    DMP_TRY(settle_finished());
    if (ranges_.empty()) continue;
    curl_multi_poll(connections_.multi.get(), nullptr, 0, most_wait_ms(),
                    nullptr);
  } while (!ranges_.empty() || !size_ || next_ < *size_);
  return {};
}

// Those whose pause is over, and the next ones. The first goes alone: its
// answer says how many there are.
Status ObjectDownload::start_ranges() {
  const auto may_start = [this] {
    return running_ == 0 || (running_ < kMostOfOneObject && busy_ < kMostOfAll);
  };
  const auto now = Clock::now();
  for (auto& range : ranges_) {
    if (!range.handle && range.start_at <= now && may_start())
      DMP_TRY(start(range));
  }
  while ((size_ ? next_ < *size_ : ranges_.empty()) &&
         ranges_.size() < kMostOfOneObject && may_start()) {
    auto& range = ranges_.emplace_back();
    range.object = this;
    range.reached = next_;
    next_ += options_.range_bytes;
    range.end = size_ ? std::min(next_, *size_) : next_;
    DMP_TRY(start(range));
  }
  return {};
}

// The lines of a request that is made now: a signature does not last.
Result<CurlHeaders> ObjectDownload::lines_of(const std::string& method,
                                             Headers headers) const {
  headers.insert(headers.end(), options_.headers.begin(),
                 options_.headers.end());
  headers.emplace_back("x-amz-checksum-mode", "ENABLED");
  if (!etag_.empty()) headers.emplace_back("If-Match", etag_);
  if (options_.is_signed) {
    DMP_ASSIGN(headers,
               options_.session->sign(method, url_, "s3", "", headers));
  }
  return curl_headers(headers);
}

void ObjectDownload::prepare(CURL* handle, const CurlHeaders& lines,
                             Attempt& answer) const {
  curl_easy_reset(handle);
  set_common(handle, url_, answer);
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);  // as it was signed
  // As the uploads: a proxy is for what goes over TLS.
  if (url_.starts_with("http://")) curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, lines.get());
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  if (const auto& bundle = options_.session->parts().ca_bundle;
      !bundle.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, bundle.c_str());
  }
}

Status ObjectDownload::start(Range& range) {
  DMP_ASSIGN(
      range.lines,
      lines_of("GET", {{"Range", fmt::format("bytes={}-{}", range.reached,
                                             range.end - 1)}}));
  range.answer = Attempt();
  range.is_judged = false;
  if (connections_.idle.empty()) {
    range.handle = new_curl_handle();
  } else {
    range.handle = std::move(connections_.idle.back());
    connections_.idle.pop_back();
  }
  CURL* handle = range.handle.get();
  prepare(handle, range.lines, range.answer);
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, kReceiveBytes);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &range);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, &range);
  curl_multi_add_handle(connections_.multi.get(), handle);
  ++running_;
  ++busy_;
  return {};
}

void ObjectDownload::stop(Range& range) {
  if (!range.handle) return;
  curl_multi_remove_handle(connections_.multi.get(), range.handle.get());
  connections_.idle.push_back(std::move(range.handle));
  --running_;
  --busy_;
}

std::size_t ObjectDownload::take(Range& range, std::string_view bytes) {
  if (!range.is_judged && !judge(range)) return 0;
  if (!holds_bytes(range.answer.status)) {
    std::string& body = range.answer.body;
    body += bytes.substr(0, kLargestRefusal - body.size());
    return bytes.size();
  }
  if (waits_for_sum_ != nullptr) return CURL_WRITEFUNC_PAUSE;
  if (bytes.size() > range.end - range.reached) {
    range.wrong = unavailable("more bytes came than were asked for");
    return 0;
  }
  if (sum_) sum_->add(range.reached, bytes);
  if (!sink_.write_at(range.reached, bytes)) return 0;
  range.reached += bytes.size();
  return bytes.size();
}

// Whether the answer is a refusal or what was asked for.
bool ObjectDownload::judge(Range& range) {
  range.is_judged = true;
  Attempt& answer = range.answer;
  curl_off_t length = -1;
  curl_easy_getinfo(range.handle.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_getinfo(range.handle.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                    &length);
  if (!holds_bytes(answer.status)) return true;
  std::optional<ContentRange> told;
  if (answer.status == 206) {
    told = content_range(answer.header("content-range"));
  } else if (length >= 0 && !size_) {  // ranges are not known there
    const auto all = static_cast<std::uint64_t>(length);
    told = ContentRange{0, all, all};
    next_ = range.end = all;
  }
  if (!told || told->begin != range.reached ||
      told->end != std::min(range.end, told->size)) {
    range.wrong = unavailable(fmt::format(
        "bytes {}-{} were asked for, the answer is HTTP {} {}", range.reached,
        range.end - 1, answer.status, answer.header("content-range")));
  } else if (const auto bytes = told->end - told->begin;
             length >= 0 && static_cast<std::uint64_t>(length) != bytes) {
    range.wrong =
        unavailable(fmt::format("{} bytes came of {}", length, bytes));
  }
  return !range.wrong && learn(range, *told);
}

// Notes what the first answer says of the object; what others say must be the
// same.
bool ObjectDownload::learn(Range& range, const ContentRange& told) {
  const std::string etag = in_quotes(range.answer.header("etag"));
  if ((size_ && told.size != *size_) ||
      (!etag_.empty() && !etag.empty() && etag != etag_)) {
    range.wrong = unavailable("changed while it was read");
    return false;
  }
  if (!etag.empty()) etag_ = etag;
  if (size_) return true;
  if (!sink_.reserve(told.size)) return false;
  size_ = told.size;
  range.end = told.end;
  if (told.end - told.begin == told.size) {
    sum_ = S3Checksum::announced(range.answer.headers, told.size,
                                 options_.part_bytes);
  } else {
    waits_for_sum_ = &range;
  }
  return true;
}

// The answer to a range does not bring the checksum of the object. Only the
// first range is under way, and it waits for what is added to the sum.
Status ObjectDownload::ask_for_sum() {
  Range* const first = std::exchange(waits_for_sum_, nullptr);
  const CurlHandle handle = new_curl_handle();
  for (int number = 0;; ++number) {
    Attempt answer;
    DMP_ASSIGN(const CurlHeaders lines, lines_of("HEAD", {}));
    prepare(handle.get(), lines, answer);
    curl_easy_setopt(handle.get(), CURLOPT_NOBODY, 1L);
    answer.code = curl_easy_perform(handle.get());
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    if (answer.code == CURLE_OK && holds_bytes(answer.status)) {
      sum_ = S3Checksum::announced(answer.headers, *size_, options_.part_bytes);
      break;
    }
    if (!answer.is_temporary() || number + 1 >= options_.retries.attempts)
      return failure(answer);
    std::this_thread::sleep_for(pause_after(options_.retries, number, answer));
  }
  if (!first->handle ||
      curl_easy_pause(first->handle.get(), CURLPAUSE_CONT) == CURLE_OK) {
    return {};
  }
  // What was kept was handed on in that call, and lost.
  DMP_TRY(sink_.state());
  return first->wrong ? *first->wrong : unavailable("the connection is lost");
}

Status ObjectDownload::settle_finished() {
  int left = 0;
  while (const CURLMsg* message =
             curl_multi_info_read(connections_.multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message goes with stop()
    Range* range = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &range);
    DMP_ASSIGN(const bool done, settle(*range, code));
    if (done) ranges_.remove_if([&](const Range& r) { return &r == range; });
  }
  return {};
}

// True: all of the range is there. False: it starts again after a pause.
Result<bool> ObjectDownload::settle(Range& range, CURLcode code) {
  Attempt& answer = range.answer;
  if (!range.is_judged) judge(range);  // without a body
  stop(range);
  DMP_TRY(sink_.state());
  if (range.wrong) return *std::move(range.wrong);
  answer.code = code;
  if (answer.status == 416 && !size_) {  // nothing can be asked of it
    size_ = 0;
    return true;
  }
  const bool has_bytes = holds_bytes(answer.status);
  if (has_bytes && range.reached == range.end) return true;
  const S3Refusal refusal{static_cast<int>(answer.status), answer.body};
  if (has_bytes && code == CURLE_OK) answer.code = CURLE_PARTIAL_FILE;
  // Other keys are not to be had by waiting.
  const bool may_pass =
      answer.status >= 300
          ? refusal.is_temporary() && !refusal.code().starts_with("Expired")
          : answer.is_temporary();
  if (!may_pass || ++range.failures >= options_.retries.attempts)
    return failure(answer);
  log::info("{}: {}; again from byte {}", shown_url(url_),
            refusal.text(answer.reason()), range.reached);
  range.start_at =
      Clock::now() + pause_after(options_.retries, range.failures - 1, answer);
  return false;
}

Error ObjectDownload::failure(const Attempt& answer) const {
  const S3Refusal refusal{static_cast<int>(answer.status), answer.body};
  return Error{refusal.kind().value_or(ErrorCode::unavailable),
               refusal.text(answer.reason())};
}

// Until a pause ends, at most a second.
int ObjectDownload::most_wait_ms() const {
  std::chrono::milliseconds wait{1000};
  const auto now = Clock::now();
  for (const auto& range : ranges_) {
    if (range.handle) continue;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::max(range.start_at, now) - now);
    wait = std::min(wait, left);
  }
  return static_cast<int>(wait.count());
}

}  // namespace

struct S3Downloads::Impl {
  S3DownloadOptions options;
  std::mutex lock;
  std::vector<std::unique_ptr<Connections>> idle;
  std::atomic<int> busy{0};

  std::unique_ptr<Connections> borrow() {
    const std::lock_guard<std::mutex> hold(lock);
    if (idle.empty()) return std::make_unique<Connections>();
    auto connections = std::move(idle.back());
    idle.pop_back();
    return connections;
  }
  void give_back(std::unique_ptr<Connections> connections) {
    const std::lock_guard<std::mutex> hold(lock);
    idle.push_back(std::move(connections));
  }
  Status get(const std::string& url, std::string_view etag, FileSink& sink,
             Connections& connections);
};

// Bytes that were spoilt on the way come better another time: once.
Status S3Downloads::Impl::get(const std::string& url, std::string_view etag,
                              FileSink& sink, Connections& connections) {
  std::string wanted(etag);
  for (int pass = 0; pass < 2; ++pass) {
    ObjectDownload object(options, url, wanted, sink, connections, busy);
    auto done = object.run();
    // It changed between two ranges: all of it is there to be had anew.
    if (!done && done.error().code == ErrorCode::corrupt_input && etag.empty())
      done.error().code = ErrorCode::unavailable;
    DMP_TRY(done);
    if (object.is_intact()) return {};
    log::warning("{}: the checksum is not that of the bytes", shown_url(url));
    wanted = object.etag();
  }
  return unavailable("the checksum is not that of the bytes that came");
}

S3Downloads::S3Downloads(S3DownloadOptions options)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}

S3Downloads::~S3Downloads() = default;

Status S3Downloads::get(std::string_view key, std::string_view etag,
                        FileSink& sink) const {
  auto connections = impl_->borrow();
  const std::string url = impl_->options.url + "/" + uri_encoded(key, true);
  Status done = impl_->get(url, etag, sink, *connections);
  impl_->give_back(std::move(connections));
  return done;
}

}  // namespace dmp::net
