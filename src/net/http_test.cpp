#include "net/http.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace dmp::net {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr RetryPolicy kQuick{4, std::chrono::milliseconds{1}};

// Answers each request, in turn, with the bytes of the next reply as they
// stand, and closes the connection. The last reply is given for ever.
class Server {
 public:
  explicit Server(std::vector<std::string> replies)
      : replies_(std::move(replies)),
        socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_, any, size), 0);
    EXPECT_EQ(::listen(socket_, 8), 0);
    ::getsockname(socket_, any, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string url(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  std::vector<std::string> requests() {
    const std::lock_guard<std::mutex> hold(lock_);
    return requests_;
  }

 private:
  void serve() {
    for (std::size_t number = 0;; ++number) {
      const int client = ::accept(socket_, nullptr, nullptr);
      if (client < 0) return;
      std::string request;
      std::array<char, 4096> buffer{};
      while (request.find("\r\n\r\n") == std::string::npos) {
        const auto count = ::recv(client, buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        request.append(buffer.data(), static_cast<std::size_t>(count));
      }
      {
        const std::lock_guard<std::mutex> hold(lock_);
        requests_.push_back(request);
      }
      const auto& reply = replies_[std::min(number, replies_.size() - 1)];
      ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
      ::close(client);
    }
  }

  std::vector<std::string> replies_;
  int socket_;
  int port_ = 0;
  std::mutex lock_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

// `length`: what the header says, whatever follows.
std::string reply(const std::string& status, const std::string& headers,
                  const std::string& body, std::size_t length) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status,
                     length, headers, body);
}
std::string reply(const std::string& status, const std::string& headers,
                  const std::string& body) {
  return reply(status, headers, body, body.size());
}

class HttpDownload : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(dir_); }
  void TearDown() override { fs::remove_all(dir_); }

  Status fetch(const Server& server, std::uint64_t most = 1 << 20) const {
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
  Server server({reply("200 OK", "", "0123456789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
}

TEST_F(HttpDownload, GoesOnWhereAConnectionBroke) {  // P120
  Server server(
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
  Server server(
      {reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\n", "456789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
}

TEST_F(HttpDownload, KeepsWhatItHasWhenTheServerIsBusy) {
  leave("0123", "\"a\"");
  Server server(
      {reply("503 Service Unavailable", "", "<html>later</html>"),
       reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\n", "456789")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
}

TEST_F(HttpDownload, BeginsAnewWhenTheServerHasAnotherFile) {
  leave("0123456789012345", "\"a\"");
  Server server({reply("200 OK", "ETag: \"b\"\r\n", "new")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "new");
}

TEST_F(HttpDownload, DoesNotTrustBytesWithoutAStrongTag) {
  leave("0123", "");
  Server server({reply("200 OK", "ETag: W/\"a\"\r\n", "abcdef")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "abcdef");
  EXPECT_THAT(server.requests()[0], Not(HasSubstr("Range:")));
}

TEST_F(HttpDownload, FetchesNothingOfAFileThatIsWhole) {
  leave("0123456789", "\"a\"");
  Server server({reply("416 Range Not Satisfiable",
                       "Content-Range: bytes */10\r\n", "")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123456789");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpDownload, BeginsAnewWhenThereIsMoreThanTheServerHas) {
  leave("0123456789", "\"a\"");
  Server server(
      {reply("416 Range Not Satisfiable", "Content-Range: bytes */4\r\n", ""),
       reply("200 OK", "ETag: \"a\"\r\n", "0123")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "0123");
}

TEST_F(HttpDownload, RefusesARangeThatWasNotAskedFor) {
  leave("0123", "\"a\"");
  Server server(
      {reply("206 Partial Content",
             "ETag: \"a\"\r\nContent-Range: bytes 0-5/10\r\n", "012345")});
  const auto done = fetch(server);
  ASSERT_FALSE(done);
  EXPECT_EQ(content(), "0123");
}

TEST_F(HttpDownload, FollowsRedirects) {
  Server target({reply("200 OK", "", "here")});
  Server server({reply("302 Found", "Location: " + target.url("/x") + "\r\n",
                       "<html>moved</html>")});
  EXPECT_TRUE(fetch(server));
  EXPECT_EQ(content(), "here");
}

TEST_F(HttpDownload, FollowsNoRedirectToAFile) {
  Server server({reply("302 Found", "Location: file:///etc/passwd\r\n", "")});
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
      {reply("404 Not Found", "", "<html>"), ErrorCode::not_found, "HTTP 404",
       1},
      {reply("403 Forbidden", "", "no"), ErrorCode::invalid_argument,
       "HTTP 403", 1},
      {reply("500 Oops", "", "no"), ErrorCode::unavailable, "HTTP 500", 4},
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
    Server server({example.reply});
    const auto done = fetch(server);
    ASSERT_FALSE(done) << example.reply;
    EXPECT_EQ(done.error().code, example.code) << example.reply;
    EXPECT_THAT(done.error().message, HasSubstr(example.says));
    EXPECT_THAT(done.error().message, HasSubstr("/f.zip: "));
    EXPECT_THAT(done.error().message, Not(HasSubstr("s3cret")));
    EXPECT_EQ(server.requests().size(), example.requests) << example.reply;
  }
}

TEST_F(HttpDownload, StopsAnAnswerWithoutEnd) {  // P134
  Server server({"HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x')});
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
  Server server({reply("503 Busy", "", ""), reply("503 Busy", "", ""),
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
  Server server({reply("401 Unauthorized", "", "who")});
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
  Server server({reply("503 Busy", "", "")});
  HttpRequest request;
  request.url = server.url("/a?key=s3cret");
  request.user = "me";
  request.password = "s3cret";
  const auto got = http_send(request, kQuick);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::unavailable);
  EXPECT_EQ(got.error().message, server.url("/a") + ": HTTP 503");
}

TEST(HttpSend, AReplyLargerThan64MiBIsRefused) {  // P134
  Server server({"HTTP/1.1 200 OK\r\n\r\n" +
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

}  // namespace
}  // namespace dmp::net
