#pragma once

// A server for the unit tests of net/. Not for the program.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace dmp::net {

// Answers one request after the other with bytes as they stand, and closes the
// connection.
class ReplyServer {
 public:
  using Answer =
      std::function<std::string(const std::string& request, std::size_t n)>;

  // The bytes for each request, `n` counting them from 0.
  explicit ReplyServer(Answer answer)
      : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
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
  // These in turn; the last is given for ever.
  explicit ReplyServer(std::vector<std::string> replies)
      : ReplyServer([all = std::move(replies)](const auto&, std::size_t n) {
          return all[std::min(n, all.size() - 1)];
        }) {}
  ~ReplyServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  ReplyServer(const ReplyServer&) = delete;
  ReplyServer& operator=(const ReplyServer&) = delete;

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
      const std::string reply = answer_(request, number);
      ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
      ::close(client);
    }
  }

  Answer answer_;
  int socket_;
  int port_ = 0;
  std::mutex lock_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

// `length`: what the header says, whatever follows.
inline std::string reply(const std::string& status, const std::string& headers,
                         const std::string& body, std::size_t length) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status,
                     length, headers, body);
}
inline std::string reply(const std::string& status, const std::string& headers,
                         const std::string& body) {
  return reply(status, headers, body, body.size());
}

}  // namespace dmp::net
