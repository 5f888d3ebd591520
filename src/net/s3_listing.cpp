#include "net/s3_client.h"

#include <charconv>

namespace dmp::net {

namespace {

void append_utf8(std::string& out, std::uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | (point >> 6));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | (point >> 12));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | ((point >> 18) & 0x07));
    out += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

// The entity between & and ;, as text; an unknown one stays as it is.
std::string entity(std::string_view name) {
  if (name == "amp") return "&";
  if (name == "lt") return "<";
  if (name == "gt") return ">";
  if (name == "quot") return "\"";
  if (name == "apos") return "'";
  if (name.starts_with('#')) {
    const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    const auto digits = name.substr(hex ? 2 : 1);
    std::uint32_t point = 0;
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, point, hex ? 16 : 10);
    if (read.ec == std::errc() && read.ptr == end && point < 0x110000) {
      std::string out;
      append_utf8(out, point);
      return out;
    }
  }
  return "&" + std::string(name) + ";";
}

std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto start = text.find('&');
    out += text.substr(0, start);
    if (start == std::string_view::npos) break;
    text.remove_prefix(start + 1);
    const auto end = text.substr(0, 12).find(';');
    if (end == std::string_view::npos) {
      out += '&';
      continue;
    }
    out += entity(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return out;
}

// The text between <name> and </name>, nullopt when there is none.
std::optional<std::string_view> between(std::string_view xml,
                                        std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const auto start = xml.find(open);
  if (start == std::string_view::npos) return std::nullopt;
  xml.remove_prefix(start + open.size());
  const auto end = xml.find("</" + std::string(name) + ">");
  if (end == std::string_view::npos) return std::nullopt;
  return xml.substr(0, end);
}

std::optional<S3Object> object_of(std::string_view xml) {
  const auto key = between(xml, "Key");
  const auto size = between(xml, "Size");
  if (!key || !size) return std::nullopt;
  S3Object object;
  object.key = unescaped(*key);
  const auto* end = size->data() + size->size();
  const auto read = std::from_chars(size->data(), end, object.bytes);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  std::string etag = unescaped(between(xml, "ETag").value_or(""));
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
    etag = etag.substr(1, etag.size() - 2);
  object.etag = std::move(etag);
  return object;
}

constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

}  // namespace

Result<S3Listing> parse_listing(std::string_view xml) {
  const Error bad{ErrorCode::corrupt_input, "not a listing of objects"};
  if (xml.find("<ListBucketResult") == std::string_view::npos ||
      xml.find("</ListBucketResult>") == std::string_view::npos) {
    return bad;
  }
  S3Listing listing;
  constexpr std::string_view kOpen = "<Contents>", kClose = "</Contents>";
  std::string_view rest = xml;
  for (auto at = rest.find(kOpen); at != std::string_view::npos;
       at = rest.find(kOpen)) {
    rest.remove_prefix(at + kOpen.size());
    const auto end = rest.find(kClose);
    if (end == std::string_view::npos) return bad;
    auto object = object_of(rest.substr(0, end));
    if (!object) return bad;
    listing.objects.push_back(*std::move(object));
    rest.remove_prefix(end + kClose.size());
  }
  if (between(xml, "IsTruncated").value_or("false") == "true") {
    const auto next = between(xml, "NextContinuationToken");
    if (!next || next->empty()) return bad;
    listing.next = unescaped(*next);
  }
  return listing;
}

std::string uri_encoded(std::string_view text, bool keep_slashes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos ||
        (keep_slashes && c == '/')) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace dmp::net
