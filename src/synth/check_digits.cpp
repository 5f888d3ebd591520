#include "synth/check_digits.h"

#include <fmt/format.h>

#include <string_view>

namespace dmp::synth {
namespace {

// ISO 7064 mod 11-2 over fifteen digits.
std::string with_check(std::uint64_t number) {
  std::string digits = fmt::format("{:015}", number);
  int total = 0;
  for (const char digit : digits) total = (total + digit - '0') * 2 % 11;
  const int check = (12 - total) % 11;
  digits += check == 10 ? 'X' : static_cast<char>('0' + check);
  return digits;
}

std::string grouped(std::string_view digits, char separator) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += separator;
    out += digits[i];
  }
  return out;
}

}  // namespace

std::string make_ror(std::uint32_t number) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string out = "0";
  for (int shift = 25; shift >= 0; shift -= 5)
    out += kAlphabet[(number >> shift) & 31u];
  const std::uint64_t check = 98 - std::uint64_t{number} * 100 % 97;
  return out + fmt::format("{:02}", check);
}

std::string make_orcid(std::uint64_t number) {
  return grouped(with_check(100'000'000'000 + number), '-');
}

std::string make_isni(std::uint64_t number) {
  return grouped(with_check(number), ' ');
}

}  // namespace dmp::synth
