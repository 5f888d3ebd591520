#include "net/s3_refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace dmp::net {

namespace {

std::string tag(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const auto start = xml.find(open);
  if (start == std::string_view::npos) return "";
  const auto from = start + open.size();
  const auto end = xml.find("</", from);
  return end == std::string_view::npos
             ? ""
             : std::string(xml.substr(from, end - from));
}

}  // namespace

std::string S3Refusal::code() const {
  return tag(body, "Code");
}

bool S3Refusal::is_temporary() const {
  constexpr std::array<std::string_view, 6> kCodes{
      "ExpiredToken",   "ExpiredTokenException", "SlowDown",
      "RequestTimeout", "RequestTimeTooSkewed",  "InternalError"};
  return status >= 500 || status == 408 || status == 429 ||
         std::find(kCodes.begin(), kCodes.end(), code()) != kCodes.end();
}

std::optional<ErrorCode> S3Refusal::kind() const {
  if (status == 404) return ErrorCode::not_found;
  if (is_temporary()) return ErrorCode::unavailable;
  if (status == 412) return ErrorCode::corrupt_input;
  if (status >= 300) return ErrorCode::invalid_argument;
  return std::nullopt;
}

std::string S3Refusal::text(const std::string& otherwise) const {
  std::string what = code();
  if (what.empty() && status >= 300) {
    what = fmt::format("HTTP {}{}", status,
                       status == 403 ? ", keys or rights refused" : "");
  }
  if (what.empty()) what = otherwise;
  const std::string more = tag(body, "Message");
  return more.empty() ? what : what + " (" + more + ")";
}

}  // namespace dmp::net
