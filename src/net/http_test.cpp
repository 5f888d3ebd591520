#include "net/http.h"

#include "net/reply_server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace dmp::net {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr RetryPolicy kQuick{4, std::chrono::milliseconds{1}};

class HttpDownload : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(dir_); }
  void TearDown() override { fs::remove_all(dir_); }

  Status fetch(const ReplyServer& server, std::uint64_t most = 1 << 20) const {
    return http_download(server.url("/f.zip?token=s3cret"), file_, most,
                         kQuick);
  }
  std::string content() const {
    std::ifstream in(file_, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  void leave(const std::string& bytes, const std::string& tag) const {
    std::ofstream(file_, std::ios::binary) << bytes;
    std::ofstream(file_.string() + ".etag") << tag << "\n";
  }

  fs::path dir_ =
      fs::temp_directory_path() / fmt::format("http_test_{}", ::getpid());
  fs::path file_ = dir_ / "f.zip";
};

TEST_F(HttpDownload, WritesTheAnswerToTheFile) {
  ReplyServer server({reply("200 OK", "", "0123456789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
}

TEST_F(HttpDownload, P120_GoesOnWhereAConnectionBroke) {
  ReplyServer server(
      {reply("200 OK", "ETag: \"a\"\r\n", "01234", 10),
       reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 5-9/10\r\n", "56789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_THAT(server.requests()[1], HasSubstr("Range: bytes=5-\r\n"));
  EXPECT_THAT(server.requests()[1], HasSubstr("If-Range: \"a\"\r\n"));
}

TEST_F(HttpDownload, GoesOnWithWhatAKilledAttemptLeft) {
  leave("0123", "\"a\"");
  ReplyServer server(
      {reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\n", "456789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
}

TEST_F(HttpDownload, KeepsWhatItHasWhenTheServerIsBusy) {
  leave("0123", "\"a\"");
  ReplyServer server(
      {reply("503 Service Unavailable", "", "<html>later</html>"),
       reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\n", "456789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
}

TEST_F(HttpDownload, BeginsAnewWhenTheServerHasAnotherFile) {
  leave("0123456789012345", "\"a\"");
  ReplyServer server({reply("200 OK", "ETag: \"b\"\r\n", "new")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "new");
}

TEST_F(HttpDownload, DoesNotTrustBytesWithoutAStrongTag) {
  leave("0123", "");
  ReplyServer server({reply("200 OK", "ETag: W/\"a\"\r\n", "abcdef")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "abcdef");
  EXPECT_THAT(server.requests()[0], Not(HasSubstr("Range:")));
}

TEST_F(HttpDownload, FetchesNothingOfAFileThatIsWhole) {
  leave("0123456789", "\"a\"");
  ReplyServer server({reply("416 Range Not Satisfiable",
                            "Content-Range: bytes */10\r\n", "")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpDownload, BeginsAnewWhenThereIsMoreThanTheServerHas) {
  leave("0123456789", "\"a\"");
  ReplyServer server(
      {reply("416 Range Not Satisfiable", "Content-Range: bytes */4\r\n", ""),
       reply("200 OK", "ETag: \"a\"\r\n", "0123")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123");
}

TEST_F(HttpDownload, RefusesARangeThatWasNotAskedFor) {
  leave("0123", "\"a\"");
  ReplyServer server(
      {reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 0-5/10\r\n", "012345")});
  const auto done = fetch(server);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::unavailable);
  EXPECT_THAT(done.error().message,
              HasSubstr("bytes from 0 on were asked for, 0 came under "
                        "\"Content-Range: bytes 0-5/10\""));
  EXPECT_EQ(content(), "0123");
  EXPECT_EQ(server.requests().size(), 4U);
  EXPECT_THAT(server.requests()[1], Not(HasSubstr("Range:")));
}

// Issue 7: none of these may pass for a whole file.
TEST_F(HttpDownload, BeginsAnewAfterARangeThatIsNotTheOneAskedFor) {
  for (const char* told : {"bytes 3-9/10", "bytes 5-9/10", "bytes 4-9/*",
                           "bytes 4-10/10", "bytes 4-9", ""}) {
    leave("0123", "\"a\"");
    ReplyServer server(
        {reply("206 Partial Content",
               fmt::format("ETag: \"a\"\r\nContent-Range: {}\r\n", told),
               "xxxxxx"),
         reply("200 OK", "ETag: \"a\"\r\n", "0123456789")});
    const auto done = fetch(server);
    EXPECT_TRUE(done) << told;
    EXPECT_EQ(content(), "0123456789") << told;
  }
}

TEST_F(HttpDownload, TakesARangeThatIsAllOfTheFile) {
  const std::string whole =
      reply("206 Partial Content",
            "ETag: \"b\"\r\nContent-Range: bytes 0-9/10\r\n", "0123456789");
  ReplyServer unasked({whole});
  EXPECT_TRUE(fetch(unasked));
  EXPECT_EQ(content(), "0123456789");
  EXPECT_EQ(unasked.requests().size(), 1U);
  leave("xxxx", "\"a\"");
  ReplyServer asked_for_the_rest({whole});
  EXPECT_TRUE(fetch(asked_for_the_rest));
  EXPECT_EQ(content(), "0123456789");
}

// Issue 7: the page of a success that has no file is not the file.
TEST_F(HttpDownload, AsksAgainWhereASuccessHasNoFile) {
  leave("0123", "\"a\"");
  ReplyServer server(
      {reply("202 Accepted", "ETag: \"a\"\r\n", "<html>soon</html>"),
       reply("204 No Content", "", ""),
       reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\n", "456789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
}

TEST_F(HttpDownload, GoesOnAfterARangeThatEndsEarly) {
  leave("0123", "\"a\"");
  ReplyServer server(
      {reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 4-6/10\r\n", "456"),
       reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 7-9/10\r\n", "789")});
  const auto done = fetch(server);
  EXPECT_TRUE(done);
  EXPECT_EQ(content(), "0123456789");
  EXPECT_THAT(server.requests()[1], HasSubstr("Range: bytes=7-\r\n"));
}

TEST_F(HttpDownload, GoesOnAfterARangeWithFewerBytesThanItSays) {
  leave("0123", "\"a\"");
  ReplyServer server(
      {reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\n", "456"),
       reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 7-9/10\r\n", "789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
}

TEST_F(HttpDownload, TakesNoMoreOfARangeThanThereIs) {
  leave("0123", "\"a\"");
  ReplyServer server(
      {reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\n", "456789xyz"),
       reply("200 OK", "ETag: \"a\"\r\n", "0123456789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
}

TEST_F(HttpDownload, SaysThatARangeNeverComesWhole) {
  leave("0123", "\"a\"");
  ReplyServer server(
      {reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\n", "")});
  const auto done = fetch(server);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::unavailable);
  EXPECT_THAT(done.error().message, HasSubstr("bytes from 4 on"));
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST_F(HttpDownload, FollowsRedirects) {
  ReplyServer target({reply("200 OK", "", "here")});
  ReplyServer server(
      {reply("302 Found", "Location: " + target.url("/x") + "\r\n",
             "<html>moved</html>")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "here");
}

TEST_F(HttpDownload, FollowsNoRedirectToAFile) {
  ReplyServer server(
      {reply("302 Found", "Location: file:///etc/passwd\r\n", "")});
  const auto done = fetch(server);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(content(), "");
}

TEST_F(HttpDownload, TellsTheFailuresApartAndShowsNoQuery) {
  struct Example {
    std::string reply;
    ErrorCode code;
    std::string says;
    std::size_t requests;
  };
  const std::vector<Example> examples{
      {reply("404 Not Found", "", "<html>"), ErrorCode::not_found,
       "HTTP 404, not found", 1},
      {reply("410 Gone", "", "<html>"), ErrorCode::not_found, "HTTP 410", 1},
      {reply("403 Forbidden", "", "no"), ErrorCode::invalid_argument,
       "HTTP 403, keys or rights refused", 1},
      {reply("302 Found", "", "<html>"), ErrorCode::invalid_argument,
       "HTTP 302, a redirect that leads nowhere", 1},
      {reply("302 Found", "", ""), ErrorCode::invalid_argument, "HTTP 302", 1},
      {reply("304 Not Modified", "", ""), ErrorCode::invalid_argument,
       "HTTP 304, \"not modified\"", 1},
      {reply("202 Accepted", "", "<html>"), ErrorCode::unavailable,
       "HTTP 202, an answer without the file", 4},
      {reply("202 Accepted", "", ""), ErrorCode::unavailable, "HTTP 202", 4},
      {"HTTP/1.1 204 No Content\r\n\r\n", ErrorCode::unavailable,
       "HTTP 204, an answer without the file", 4},
      {reply("203 Changed On The Way", "", "x"), ErrorCode::unavailable,
       "HTTP 203", 4},
      {reply("408 Request Timeout", "", ""), ErrorCode::unavailable, "HTTP 408",
       4},
      {reply("500 Oops", "", "no"), ErrorCode::unavailable, "HTTP 500", 4},
      {reply("501 Oops", "", "no"), ErrorCode::unavailable, "HTTP 501", 4},
      {reply("429 Slow", "", ""), ErrorCode::unavailable, "HTTP 429", 4},
      {"", ErrorCode::unavailable, "", 4},
      {reply("200 OK", "", "half", 8), ErrorCode::unavailable, "", 4},
      // P134: a length beyond what is allowed ends it before a byte is kept.
      {reply("200 OK", "", "x", std::size_t{4} << 30), ErrorCode::corrupt_input,
       "larger than allowed", 1},
  };
  for (const auto& example : examples) {
    fs::remove(file_);
    fs::remove(file_.string() + ".etag");
    ReplyServer server({example.reply});
    const auto done = fetch(server);
    ASSERT_FALSE(done) << example.reply;
    EXPECT_EQ(done.error().code, example.code) << example.reply;
    EXPECT_THAT(done.error().message, HasSubstr(example.says));
    EXPECT_THAT(done.error().message, HasSubstr("/f.zip: "));
    EXPECT_THAT(done.error().message, Not(HasSubstr("s3cret")));
    EXPECT_EQ(server.requests().size(), example.requests) << example.reply;
  }
}

TEST_F(HttpDownload, SaysThatTheDiskIsTooSmall) {
  constexpr std::size_t kMuch = std::size_t{1} << 60;
  ReplyServer server({reply("200 OK", "", "x", kMuch)});
  const auto done = fetch(server, 2 * kMuch);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::io);
  EXPECT_EQ(done.error().message, file_.string() + ": No space left on device");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpDownload, P134_StopsAnAnswerWithoutEnd) {
  ReplyServer server({"HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x')});
  const auto done = fetch(server, 1000);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::corrupt_input);
  EXPECT_LE(content().size(), 1000U);
}

TEST_F(HttpDownload, TakesAFileUrl) {
  const fs::path from = dir_ / "from";
  std::ofstream(from) << "abc";
  EXPECT_TRUE(http_download("file://" + from.string(), file_, 10, kQuick));
  EXPECT_EQ(content(), "abc");
  const auto absent = http_download("file:///no/such", file_, 10, kQuick);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
}

TEST(HttpSend, RetriesAndHandsOverTheAnswer) {  // P78
  ReplyServer server({reply("503 Busy", "", ""), reply("503 Busy", "", ""),
                      reply("200 OK", "X-Part:  of it \r\n", "body")});
  HttpRequest request;
  request.method = "POST";
  request.url = server.url("/q");
  request.body = "ask";
  const auto got = http_send(request, kQuick);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, "body");
  EXPECT_THAT(got->headers,
              testing::Contains(testing::Pair("x-part", "of it")));
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(HttpSend, HandsOverRefusals) {
  ReplyServer server({reply("401 Unauthorized", "", "who")});
  HttpRequest request;
  request.url = server.url("/");
  request.user = "me";
  request.password = "s3cret";
  const auto got = http_send(request, kQuick);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 401);
  EXPECT_THAT(server.requests()[0],
              HasSubstr("Authorization: Basic bWU6czNjcmV0"));
}

TEST(HttpSend, GivesUpAndSaysWhyWithoutSecrets) {
  ReplyServer server({reply("503 Busy", "", "")});
  HttpRequest request;
  request.url = server.url("/a?key=s3cret");
  request.user = "me";
  request.password = "s3cret";
  const auto got = http_send(request, kQuick);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::unavailable);
  EXPECT_EQ(got.error().message, server.url("/a") + ": HTTP 503");
}

TEST(HttpSend, P134_AReplyLargerThan64MiBIsRefused) {
  ReplyServer server({"HTTP/1.1 200 OK\r\n\r\n" +
                      std::string((std::size_t{64} << 20) + 1, 'x')});
  HttpRequest request;
  request.url = server.url("/");
  const auto got = http_send(request, kQuick);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::corrupt_input);
}

TEST(ShownUrl, DropsUserPasswordAndQuery) {
  for (const auto& [url, shown] :
       {std::pair{"https://a.b/c?d=e#f", "https://a.b/c"},
        std::pair{"https://u:p@a.b/c@d", "https://a.b/c@d"},
        std::pair{"https://u:p@a.b", "https://a.b"},
        std::pair{"https://a.b/c", "https://a.b/c"},
        std::pair{"https://u:p/q@a.b/c", "https://u:p/q@a.b/c"},
        std::pair{"s3://bucket/x", "s3://bucket/x"}}) {
    EXPECT_EQ(shown_url(url), shown);
  }
}

TEST(SecretInUrl, FindsWhatLooksLikeOneAndDoesNotShowIt) {
  for (const auto& [url, what] :
       {std::pair{"https://u:p@a.b/c", "a user or password"},
        std::pair{"https://u@a.b", "a user or password"},
        std::pair{"https://a.b/c?x=1&access_token=s", "parameter access_token"},
        std::pair{"https://a.b/c?X-Amz-Signature=s",
                  "parameter x-amz-signature"},
        std::pair{"https://a.b/c?AWSAccessKeyId=s", "parameter awsaccesskeyid"},
        std::pair{"https://a.b/c?api_key=s", "parameter api_key"},
        std::pair{"https://a.b/c?a;sig=s", "parameter sig"},
        std::pair{"https://a.b/c#token=s", "parameter token"}}) {
    EXPECT_EQ(secret_in_url(url), what) << url;
  }
  for (const char* url :
       {"https://a.b/c", "https://a.b/c@d?download=1", "", "s3://bucket/key",
        "https://a.b/token?keyword=x&x=token", "file:///a@b"}) {
    EXPECT_EQ(secret_in_url(url), std::nullopt) << url;
  }
}

}  // namespace
}  // namespace dmp::net
