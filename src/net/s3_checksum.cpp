#include "net/s3_checksum.h"

#include <aws/checksums/crc.h>
#include <aws/common/byte_buf.h>
#include <aws/common/encoding.h>

#include <algorithm>
#include <charconv>

namespace dmp::net {

namespace {

std::string header(const Headers& headers, std::string_view name) {
  for (const auto& [own, value] : headers) {
    if (own == name) return value;
  }
  return "";
}

// The number after the last '-' of an ETag or checksum of parts; 0: none.
std::uint64_t count_of_parts(std::string_view text) {
  while (text.ends_with('"')) text.remove_suffix(1);
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return 0;
  text.remove_prefix(dash + 1);
  std::uint64_t count = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() ? count : 0;
}

// The `count` low bytes of `number`, the highest first.
std::string big_endian(std::uint64_t number, int count) {
  std::string bytes;
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8)
    bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const aws_byte_cursor in =
      aws_byte_cursor_from_array(bytes.data(), bytes.size());
  aws_byte_buf out = aws_byte_buf_from_empty_array(text.data(), text.size());
  aws_base64_encode(&in, &out);
  text.resize(4 * ((bytes.size() + 2) / 3));
  return text;
}

}  // namespace

std::optional<S3Checksum> S3Checksum::announced(const Headers& headers,
                                                std::uint64_t bytes,
                                                std::uint64_t part_bytes) {
  S3Checksum sum;
  sum.bytes_ = bytes;
  sum.part_bytes_ = part_bytes;
  const std::uint64_t parts = (bytes + part_bytes - 1) / part_bytes;
  for (const auto& [kind, name] :
       {std::pair{Kind::crc32c, "x-amz-checksum-crc32c"},
        std::pair{Kind::crc64nvme, "x-amz-checksum-crc64nvme"},
        std::pair{Kind::crc32, "x-amz-checksum-crc32"}}) {
    std::string value = header(headers, name);
    if (value.empty()) continue;
    // To a range that holds all of it AWS answers with a composite checksum
    // that does not say so: botocore issue 3346.
    std::uint64_t count = count_of_parts(value);
    const std::string type = header(headers, "x-amz-checksum-type");
    if (count == 0 && type != "FULL_OBJECT")
      count = count_of_parts(header(headers, "etag"));
    sum.composite_ = count > 0 || type == "COMPOSITE";
    if (sum.composite_ && (kind != Kind::crc32c || count != parts)) continue;
    sum.kind_ = kind;
    sum.expected_ = value.substr(0, value.find('-'));
    sum.parts_.resize(parts);
    return sum;
  }
  return std::nullopt;
}

void S3Checksum::add(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    auto& crc = parts_[offset / part_bytes_];
    const std::uint64_t room = part_bytes_ - offset % part_bytes_;
    const auto count = std::min<std::uint64_t>(bytes.size(), room);
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const auto before = static_cast<std::uint32_t>(crc);
    switch (kind_) {
      case Kind::crc32:
        crc = aws_checksums_crc32_ex(data, count, before);
        break;
      case Kind::crc32c:
        crc = aws_checksums_crc32c_ex(data, count, before);
        break;
      case Kind::crc64nvme:
        crc = aws_checksums_crc64nvme_ex(data, count, crc);
        break;
    }
    offset += count;
    bytes.remove_prefix(count);
  }
}

std::uint64_t S3Checksum::whole() const {
  std::uint64_t crc = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const std::uint64_t part = parts_[i];
    const auto left = static_cast<std::uint32_t>(crc);
    const auto right = static_cast<std::uint32_t>(part);
    const std::uint64_t size = std::min(part_bytes_, bytes_ - part_bytes_ * i);
    switch (kind_) {
      case Kind::crc32:
        crc = aws_checksums_crc32_combine(left, right, size);
        break;
      case Kind::crc32c:
        crc = aws_checksums_crc32c_combine(left, right, size);
        break;
      case Kind::crc64nvme:
        crc = aws_checksums_crc64nvme_combine(crc, part, size);
        break;
    }
  }
  return crc;
}

bool S3Checksum::matches() const {
  if (!composite_) {
    const int size = kind_ == Kind::crc64nvme ? 8 : 4;
    return base64(big_endian(whole(), size)) == expected_;
  }
  std::string sums;
  for (const std::uint64_t part : parts_) sums += big_endian(part, 4);
  const std::uint32_t crc = aws_checksums_crc32c_ex(
      reinterpret_cast<const std::uint8_t*>(sums.data()), sums.size(), 0);
  return base64(big_endian(crc, 4)) == expected_;
}

}  // namespace dmp::net
