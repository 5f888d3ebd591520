#include "net/s3_download.h"

#include "net/reply_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace dmp::net {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kObject = "0123456789abcdefghij";  // 20 bytes
constexpr const char* kTag = "ETag: \"one\"\r\n";

// What the request asks for of `object`, the first `count` bytes of it under a
// header that promises all. A HEAD has no bytes.
std::string range_of(std::string_view object, const std::string& request,
                     const std::string& headers = kTag,
                     std::size_t count = SIZE_MAX) {
  if (request.starts_with("HEAD "))
    return reply("200 OK", headers, "", object.size());
  std::size_t begin = 0, last = 0;
  const auto at = request.find("Range: bytes=");
  EXPECT_NE(at, std::string::npos) << request;
  EXPECT_EQ(
      std::sscanf(request.c_str() + at, "Range: bytes=%zu-%zu", &begin, &last),
      2);
  const std::string bytes(object.substr(begin, last + 1 - begin));
  return reply("206 Partial Content",
               headers + fmt::format("Content-Range: bytes {}-{}/{}\r\n", begin,
                                     begin + bytes.size() - 1, object.size()),
               bytes.substr(0, count), bytes.size());
}

std::string refusal(const std::string& status, const std::string& code) {
  return reply(status, "",
               "<Error><Code>" + code + "</Code><Message>no</Message></Error>");
}

// Ranges of 8 bytes, parts of 4.
class S3Download : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "s3dlXXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    AwsSessionOptions options;
    options.region = "us-east-1";
    options.keys = AwsKeys{"key-id", "s3cret", ""};
    auto session = AwsSession::open(options);
    ASSERT_TRUE(session) << session.error().message;
    session_ = *std::move(session);
  }
  void TearDown() override { fs::remove_all(dir_); }

  Status fetch(const ReplyServer& server, const std::string& etag = "",
               std::uint64_t range_bytes = 8, bool is_signed = true) {
    S3DownloadOptions options;
    options.session = session_.get();
    options.url = server.url("/bucket");
    options.is_signed = is_signed;
    options.headers = {{"x-amz-request-payer", "requester"}};
    options.range_bytes = range_bytes;
    options.part_bytes = 4;
    options.retries = {4, std::chrono::milliseconds{1}};
    const S3Downloads downloads(options);
    auto sink = FileSink::create(dir_ / "file");
    EXPECT_TRUE(sink);
    DMP_TRY(downloads.get("a b/../c", etag, **sink));
    return (*sink)->finish();
  }
  void fails(const ReplyServer& server, ErrorCode code, const char* says,
             const std::string& etag = "", std::uint64_t range_bytes = 8) {
    const Status done = fetch(server, etag, range_bytes);
    ASSERT_FALSE(done) << says;
    EXPECT_EQ(done.error().code, code) << done.error().message;
    EXPECT_THAT(done.error().message, HasSubstr(says));
    EXPECT_FALSE(fs::exists(dir_ / "file"));
  }
  std::string content() const {
    std::ifstream in(dir_ / "file", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path dir_;
  std::unique_ptr<AwsSession> session_;
};

TEST_F(S3Download, AsksOnceForAnObjectThatFitsARange) {
  ReplyServer server([](const auto& request, std::size_t) {
    return range_of("abc", request);
  });
  const Status done = fetch(server);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(content(), "abc");
  ASSERT_EQ(server.requests().size(), 1U);
  const std::string request = server.requests()[0];
  EXPECT_THAT(request, HasSubstr("GET /bucket/a%20b/../c HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nRange: bytes=0-7\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nx-amz-checksum-mode: ENABLED\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nx-amz-request-payer: requester\r\n"));
  EXPECT_THAT(request, HasSubstr("/us-east-1/s3/aws4_request, "));
  EXPECT_THAT(request, HasSubstr("\r\nx-amz-content-sha256: e3b0c44298fc1c14"));
  EXPECT_THAT(request, Not(HasSubstr("If-Match")));
}

TEST_F(S3Download, SignsNothingWithoutBeingToldTo) {
  ReplyServer server([](const auto& request, std::size_t) {
    return range_of("abc", request);
  });
  ASSERT_TRUE(fetch(server, "", 8, false));
  EXPECT_THAT(server.requests()[0], Not(HasSubstr("Authorization")));
}

TEST_F(S3Download, AsksForTheOtherRangesOfTheSameObject) {
  ReplyServer server([](const auto& request, std::size_t) {
    return range_of(kObject, request);
  });
  const Status done = fetch(server);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(content(), kObject);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_THAT(requests[1], HasSubstr("HEAD /bucket/a%20b/../c HTTP/1.1\r\n"));
  EXPECT_THAT(requests, Contains(HasSubstr("\r\nRange: bytes=16-19\r\n")));
  for (const auto number : {1U, 2U, 3U})
    EXPECT_THAT(requests[number], HasSubstr("\r\nIf-Match: \"one\"\r\n"));
}

TEST_F(S3Download, WritesAnEmptyObject) {
  ReplyServer server({refusal("416 Range Not Satisfiable", "InvalidRange")});
  const Status done = fetch(server);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(fs::exists(dir_ / "file"));
  EXPECT_EQ(content(), "");
}

TEST_F(S3Download, TakesAllOfItFromAServerWithoutRanges) {
  ReplyServer server({reply("200 OK", kTag, kObject)});
  const Status done = fetch(server);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(content(), kObject);
}

TEST_F(S3Download, P120_GoesOnWhereAnAnswerBrokeOff) {
  for (const std::size_t broken : {0U, 2U, 3U}) {
    ReplyServer server([&](const auto& request, std::size_t n) {
      return range_of(kObject, request, kTag, n == broken ? 3 : SIZE_MAX);
    });
    const Status done = fetch(server);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(content(), kObject);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 5U);
    EXPECT_THAT(
        requests,
        Contains(testing::ContainsRegex("Range: bytes=(3-7|11-15|19-19)\r\n")));
  }
}

TEST_F(S3Download, AsksAgainWhereTheServerIsBusyOrSilent) {
  ReplyServer server([](const auto& request, std::size_t n) {
    return n == 0   ? refusal("503 Slow Down", "SlowDown")
           : n == 1 ? std::string()
           : n == 3 ? reply("503 Busy", "", "")  // to HEAD
           : n == 5 ? refusal("500 Oops", "InternalError")
                    : range_of(kObject, request);
  });
  const Status done = fetch(server);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(content(), kObject);
  EXPECT_EQ(server.requests().size(), 8U);
}

TEST_F(S3Download, TellsTheFailuresApart) {
  struct Example {
    std::string reply;
    ErrorCode code;
    const char* says;
    std::size_t requests;
  };
  const std::vector<Example> examples{
      {refusal("404 Not Found", "NoSuchKey"), ErrorCode::not_found,
       "NoSuchKey (no)", 1},
      {reply("403 Forbidden", "", ""), ErrorCode::invalid_argument,
       "HTTP 403, keys or rights refused", 1},
      {refusal("400 Bad Request", "ExpiredToken"), ErrorCode::unavailable,
       "ExpiredToken (no)", 1},
      {refusal("503 Slow Down", "SlowDown"), ErrorCode::unavailable,
       "SlowDown (no)", 4},
      {refusal("412 Precondition Failed", "PreconditionFailed"),
       ErrorCode::corrupt_input, "PreconditionFailed (no)", 1},
      {"", ErrorCode::unavailable, "", 4},
  };
  for (const auto& example : examples) {
    ReplyServer server({example.reply});
    fails(server, example.code, example.says, "wanted");
    EXPECT_EQ(server.requests().size(), example.requests) << example.says;
    EXPECT_THAT(server.requests()[0], HasSubstr("If-Match: \"wanted\"\r\n"));
  }
}

TEST_F(S3Download, P121_AnObjectThatChangesBetweenTwoRangesIsToBeHadAnew) {
  ReplyServer refusing([](const auto& request, std::size_t n) {
    return n < 2 ? range_of(kObject, request)
                 : refusal("412 Precondition Failed", "PreconditionFailed");
  });
  fails(refusing, ErrorCode::unavailable, "PreconditionFailed");
  ReplyServer careless([](const auto& request, std::size_t n) {
    return range_of(kObject, request, n < 2 ? kTag : "ETag: \"two\"\r\n");
  });
  fails(careless, ErrorCode::unavailable, "changed while it was read");
}

TEST_F(S3Download, RefusesARangeThatWasNotAskedFor) {
  const auto answer = [](const char* range, const char* body) {
    return reply("206 Partial Content",
                 fmt::format("Content-Range: bytes {}\r\n", range), body);
  };
  ReplyServer elsewhere({answer("1-8/20", "12345678")});
  fails(elsewhere, ErrorCode::unavailable, "bytes 0-7 were asked for");
  ReplyServer too_short({answer("0-7/20", "0123")});
  fails(too_short, ErrorCode::unavailable, "4 bytes came of 8");
  ReplyServer nameless({answer("all", "01234567")});
  fails(nameless, ErrorCode::unavailable, "bytes 0-7 were asked for");
}

TEST_F(S3Download, FetchesSpoiltBytesOnceMore) {
  const std::string sum =
      std::string(kTag) + "x-amz-checksum-crc32c: 4waSgw==\r\n";
  ReplyServer once([&](const auto& request, std::size_t n) {
    return range_of(n == 0 ? "123456780" : "123456789", request, sum);
  });
  const Status done = fetch(once, "", 16);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(content(), "123456789");
  ASSERT_EQ(once.requests().size(), 2U);
  EXPECT_THAT(once.requests()[1], HasSubstr("If-Match: \"one\"\r\n"));
  ReplyServer always([&](const auto& request, std::size_t) {
    return range_of("12345679", request, sum);
  });
  fails(always, ErrorCode::unavailable, "checksum");
  EXPECT_EQ(always.requests().size(), 2U);
}

TEST_F(S3Download, ComparesTheSumOfAnObjectOfSeveralRanges) {
  for (const char* sum : {"4waSgw==", "uSVqcA==-3"}) {
    const std::string headers =
        fmt::format("{}x-amz-checksum-crc32c: {}\r\n", kTag, sum);
    const auto answer = [&](std::size_t first_good) {
      return [=](const auto& request, std::size_t n) {
        const bool is_head = request.starts_with("HEAD ");
        return range_of(n < first_good ? "12345678x" : "123456789", request,
                        is_head ? headers : kTag);
      };
    };
    ReplyServer once(answer(4));
    const Status done = fetch(once, "", 4);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(content(), "123456789");
    EXPECT_EQ(once.requests().size(), 8U);
    fs::remove(dir_ / "file");
    ReplyServer always(answer(SIZE_MAX));
    fails(always, ErrorCode::unavailable, "checksum", "", 4);
  }
}

TEST_F(S3Download, ComparesTheSumOfAnAnswerThatBrokeOff) {
  ReplyServer server([](const auto& request, std::size_t n) {
    return range_of("123456789", request,
                    std::string(kTag) + "x-amz-checksum-crc32c: uSVqcA==-3\r\n",
                    n == 0 ? 5 : SIZE_MAX);
  });
  const Status done = fetch(server, "", 16);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(content(), "123456789");
  EXPECT_EQ(server.requests().size(), 2U);
}

}  // namespace
}  // namespace dmp::net
