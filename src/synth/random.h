#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace dmp::synth {

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits
// in which every input bit reaches every output bit.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Keys form a tree: the key of a thing is the key of what it belongs to, and
// its number there. So everything about a work follows from seed and number.
constexpr std::uint64_t child(std::uint64_t parent, std::uint64_t number) {
  return mix(parent ^ mix(number ^ 0x6a09e667f3bcc909u));
}

// A stream of random numbers from a key. Only integer steps and exactly rounded
// floating-point multiplication: the same numbers on every machine. (The
// standard distributions are not the same everywhere.)
class Random {
 public:
  explicit Random(std::uint64_t key) : state_(key) {}

  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15u); }

  // 0 … n - 1; n > 0. The bias of the multiplication is below n / 2^32.
  std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
  }
  // low … high, both included.
  int between(int low, int high) {
    return low +
           static_cast<int>(below(static_cast<std::uint32_t>(high - low) + 1));
  }
  // [0, 1)
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double share) { return unit() < share; }

  // 0 … n - 1, small ones more often: half of the draws in the first quarter.
  std::uint32_t skewed(std::uint32_t n) {
    const std::uint64_t u = next() >> 32;
    return static_cast<std::uint32_t>((((u * u) >> 32) * n) >> 32);
  }
  // Mean `mean`, most often below it, never above 30 x mean + 30.
  std::uint32_t geometric(double mean) {
    const double more = mean / (1 + mean);
    const auto most = static_cast<std::uint32_t>(30 * mean + 30);
    std::uint32_t n = 0;
    while (n < most && chance(more)) ++n;
    return n;
  }
  template <class T>
  const T& pick(std::span<const T> from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }
  template <class T, std::size_t N>
  const T& pick(const std::array<T, N>& from) {
    return from[below(static_cast<std::uint32_t>(N))];
  }

 private:
  std::uint64_t state_;
};

// A bijection of 0 … size - 1, by key: scatters what was numbered in order.
// A four-round Feistel network over the next power of four, walked until it
// lands inside; so no table is held.
class Permutation {
 public:
  Permutation(std::uint64_t key, std::uint64_t size) : key_(key), size_(size) {
    while ((std::uint64_t{1} << (2 * half_bits_)) < size) ++half_bits_;
  }
  std::uint64_t operator()(std::uint64_t i) const {
    do i = once(i);
    while (i >= size_);
    return i;
  }

 private:
  std::uint64_t once(std::uint64_t i) const {
    const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
    std::uint64_t left = i >> half_bits_, right = i & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t next =
          left ^ (mix(key_ ^ (right << 2) ^ round) & mask);
      left = right;
      right = next;
    }
    return (left << half_bits_) | right;
  }
  std::uint64_t key_, size_;
  unsigned half_bits_ = 1;
};

}  // namespace dmp::synth
