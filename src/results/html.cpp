#include "results/html.h"

#include "storage/files.h"
#include "storage/manifest.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>

namespace dmp::results {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr std::string_view kOpen = "<mark>", kClose = "</mark>";

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if (byte >= 0x20 && byte != 0x7F) {
          out += c;
        } else if (c == '\n' || c == '\t') {
          out += ' ';
        }
    }
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  append_escaped(out, text::to_valid_utf8(text));
  return out;
}

std::string escape_highlight(std::string_view text) {
  const std::string valid = text::to_valid_utf8(text);
  std::string_view rest = valid;
  std::string out;
  bool is_open = false;
  while (!rest.empty()) {
    const std::string_view wanted = is_open ? kClose : kOpen;
    const std::size_t found = rest.find(wanted);
    const bool will_close =
        is_open || (found != std::string_view::npos &&
                    rest.find(kClose, found) != std::string_view::npos);
    if (found == std::string_view::npos || !will_close) {
      append_escaped(out, rest);
      break;
    }
    append_escaped(out, rest.substr(0, found));
    out += wanted;
    rest.remove_prefix(found + wanted.size());
    is_open = !is_open;
  }
  return out;
}

std::string doi_url(std::string_view doi) {
  std::string url = "https://doi.org/";
  for (const char c : doi) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 ||
        std::string_view("-._~/:;()@!$*+,=").find(c) !=
            std::string_view::npos) {
      url += c;
    } else {
      url += fmt::format("%{:02X}", byte);
    }
  }
  return url;
}

std::optional<std::string> safe_url(std::string_view url) {
  const std::string start = text::to_lower(url.substr(0, 8));
  if (start.rfind("http://", 0) != 0 && start != "https://") return {};
  const bool has_blank = std::any_of(
      url.begin(), url.end(),
      [](unsigned char byte) { return byte <= 0x20 || byte == 0x7F; });
  if (has_blank) return {};
  return escape_html(url);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i) {
      const unsigned char byte =
          i < count ? static_cast<unsigned char>(bytes[at + i]) : 0;
      group = group << 8 | byte;
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= count ? kDigits[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

std::string csp_hash(std::string_view text) {
  const std::string hex = storage::sha256_text(text);
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return "'sha256-" + base64(bytes) + "'";
}

Result<HtmlFile> HtmlFile::create(const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path()) {
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) {
      return Error{ErrorCode::io,
                   path.parent_path().string() + ": " + error.message()};
    }
  }
  HtmlFile file;
  file.path_ = path;
  file.temporary_ = path;
  file.temporary_ += ".tmp";
  file.out_.open(file.temporary_, std::ios::binary | std::ios::trunc);
  if (!file.out_) {
    return storage::write_error(file.temporary_);
  }
  return file;
}

HtmlFile& HtmlFile::operator<<(std::string_view html) {
  buffer_ += html;
  if (buffer_.size() >= kBufferBytes) {
    out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    buffer_.clear();
  }
  return *this;
}

Status HtmlFile::finish() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  out_.close();
  if (!out_) {
    return storage::write_error(temporary_);
  }
  DMP_TRY(storage::sync_to_disk(temporary_));
  std::error_code error;
  std::filesystem::rename(temporary_, path_, error);
  if (error)
    return Error{ErrorCode::io, path_.string() + ": " + error.message()};
  temporary_.clear();
  return {};
}

HtmlFile::~HtmlFile() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
}

}  // namespace dmp::results
