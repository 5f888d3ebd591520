#include "sql/term_table.h"

#include "sql/key_counts.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace dmp::sql {
namespace {

TEST(TermTable, CountsLikeAMap) {
  TermTable table;
  std::map<std::string, std::uint32_t> expected;
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same terms each run
  for (int i = 0; i < 50'000; ++i) {
    const std::string term(random() % 30,
                           static_cast<char>('a' + random() % 26));
    const std::string both = term + std::to_string(random() % 500);
    ++table.find(both, table.prepare(both)).title;
    ++expected[both];
  }
  EXPECT_EQ(table.size(), expected.size());
  std::map<std::string, std::uint32_t> counted;
  table.each([&](std::string_view term, const TermTable::Frequencies& counts) {
    counted[std::string(term)] = counts.title;
  });
  EXPECT_EQ(counted, expected);
  table.clear();
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.find("", table.prepare("")).title, 0U);
}

TEST(KeyCounts, CountsLikeAMapZeroIncluded) {
  KeyCounts counts;
  std::map<std::uint64_t, std::uint32_t> expected, counted;
  std::mt19937_64 random(1);  // NOLINT(cert-msc51-cpp): the same keys each run
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t key = random() % 9'000 * 0x9E3779B97F4A7C15U;
    counts.add(key);
    ++expected[key];
  }
  counts.each([&](std::uint64_t key, std::uint32_t n) { counted[key] = n; });
  EXPECT_EQ(counted, expected);
}

}  // namespace
}  // namespace dmp::sql
