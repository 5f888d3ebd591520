#include "storage/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <vector>

namespace dmp::storage {

Result<Digest> parse_digest(std::string_view text) {
  static const std::map<std::string_view, std::size_t> kDigits{
      {"md5", 32}, {"sha1", 40}, {"sha256", 64}, {"sha512", 128}};
  const auto colon = text.find(':');
  const auto hex = text.substr(colon == std::string_view::npos ? 0 : colon + 1);
  for (const auto& [name, digits] : kDigits) {
    const bool named =
        colon == std::string_view::npos || text.substr(0, colon) == name;
    if (!named || hex.size() != digits ||
        hex.find_first_not_of("0123456789abcdefABCDEF") !=
            std::string_view::npos) {
      continue;
    }
    Digest digest{std::string(name), std::string(hex)};
    for (char& c : digest.hex) {
      if (c >= 'A' && c <= 'F') c = static_cast<char>(c + ('a' - 'A'));
    }
    return digest;
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("\"{}\" is not a digest", text)};
}

Status verify_digest(const std::filesystem::path& file, const Digest& digest) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(),
                    EVP_get_digestbyname(digest.algorithm.c_str()), nullptr);
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(std::size_t{1} << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())),
         in.gcount() > 0) {
    EVP_DigestUpdate(context.get(), buffer.data(),
                     static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof()) {
    return Error{ErrorCode::io, file.string() + ": cannot be read"};
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned count = 0;
  EVP_DigestFinal_ex(context.get(), bytes.data(), &count);
  std::string hex;
  for (unsigned i = 0; i < count; ++i) hex += fmt::format("{:02x}", bytes[i]);
  if (hex == digest.hex) return {};
  return Error{ErrorCode::corrupt_input,
               fmt::format("its {} is {}, {} was expected", digest.algorithm,
                           hex, digest.hex)};
}

}  // namespace dmp::storage
