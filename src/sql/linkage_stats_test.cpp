#include "sql/linkage_stats.h"

#include "sql/session.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <random>

namespace dmp::sql {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder()
      : path_(fs::temp_directory_path() /
              ("linkage_stats_" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_ / "scratch");
    fs::create_directories(path_ / "out");
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

model::Author person(const char* given, const char* family) {
  text::NameParts parts;
  parts.given = given;
  parts.family = family;
  return {std::nullopt, text::parse_name(parts).value_or(text::PersonName{})};
}

model::Work work(int i) {
  model::Work w;
  w.doi = "10.5555/w" + std::to_string(i);
  w.title = "Kelp forests " + std::to_string(i);
  w.authors = {person("Ana M.", "Silva"), person("J.", "Peña-Ruiz")};
  w.funders = {{"Some Fund", std::nullopt}, {"some fund", std::nullopt}};
  w.institutions = {{std::nullopt, "03yrm5c26"}};
  w.awards = {{"5R01GM123456-03", {}, {}},
              {"5R01GM123456-03", {}, {}},
              {std::to_string(700'000 + i), {}, {}}};
  w.publication_date = text::to_day(2020, 1 + i % 12, 1);
  w.source_name = "Crossref";
  return w;
}

TEST(NameKey, FoldsCaseDiacriticsBlanksAndHyphens) {
  const struct {
    const char *given, *family, *surname, *first, *initial, *second;
  } table[] = {
      {"Ana M.", "Silva", "silva", "ana", "a", "m"},
      {"J.", "Peña-Ruiz", "penaruiz", "", "j", ""},
      {"Jan-Willem", "van der Berg", "vanderberg", "janwillem", "j", "w"},
      {"Søren", "Østergård", "ostergard", "soren", "s", ""},
  };
  for (const auto& row : table) {
    const NameKey key = name_key(person(row.given, row.family).name);
    EXPECT_EQ(key, (NameKey{row.surname, row.first, row.initial, row.second}))
        << row.family;
  }
}

TEST(AwardCores, SurviveTheGrammarOfAFunder) {
  const struct {
    const char* id;
    std::vector<std::string> cores;
  } table[] = {
      {"PHY-1401829", {"1401829"}},
      {"5R01GM123456-03", {"123456", "GM123456"}},
      {"Grant Agreement No. 647112", {"647112"}},
      {"A12345", {"12345", "A12345"}},
      {"ABC-1234", {}},
      {"", {}},
  };
  for (const auto& row : table)
    EXPECT_EQ(award_cores(row.id), row.cores) << row.id;
}

TEST(LinkageStats, CountsNamesOrganisationsAwardsAndMonths) {
  const Folder folder;
  LinkageStats stats(folder / "scratch");
  for (int i = 0; i < 24; ++i) ASSERT_TRUE(stats.add(work(i)));
  auto session = Session::open({});
  ASSERT_TRUE(session);
  ASSERT_TRUE(stats.finish(*session, {folder / "out", folder / "out"}));
  const auto summary = read_linkage_summary(*session, folder / "out");
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->works, 24);
  EXPECT_EQ(summary->author_slots, 48);
  EXPECT_EQ(summary->institution_slots, 24);
  EXPECT_EQ(summary->works_with_award, 24);
  ASSERT_EQ(summary->months.size(), 12U);
  for (const auto& [month, works] : summary->months) EXPECT_EQ(works, 2);
  EXPECT_EQ(summary->sample.size(), 24U);
  LinkageCounts counts;
  const std::uint64_t full =
      count_key(CountKind::surname_given, "silva", "ana");
  const std::uint64_t fund = count_key(CountKind::funder, "some fund");
  const std::uint64_t core = count_key(CountKind::award_core, "GM123456");
  const std::uint64_t none = count_key(CountKind::surname, "nobody");
  for (const auto key : {full, fund, core, none}) counts.want(key);
  ASSERT_TRUE(counts.read(*session, folder / "out"));
  EXPECT_EQ(counts.of(full), 24U);
  EXPECT_EQ(counts.of(fund), 24U);  // works, not mentions
  EXPECT_EQ(counts.of(core), 24U);
  EXPECT_EQ(counts.of(none), 1U);
}

TEST(LinkageStats, DoNotDependOnOrderOrOnSpilling) {
  std::vector<std::string> answers;
  for (const bool shuffled : {false, true}) {
    const Folder folder;
    LinkageStats stats(folder / "scratch", shuffled ? 90 : 1'000'000);
    std::vector<int> order(500);
    for (int i = 0; i < 500; ++i) order[static_cast<std::size_t>(i)] = i;
    if (shuffled) std::shuffle(order.begin(), order.end(), std::mt19937(7));
    for (const int i : order) ASSERT_TRUE(stats.add(work(i)));
    auto session = Session::open({});
    ASSERT_TRUE(stats.finish(*session, {folder / "out", folder / "out"}));
    std::string answer;
    for (const char* file : kLinkageFiles) {
      const auto digest = session->scalar_text(
          "SELECT md5(string_agg(t::VARCHAR, '|' ORDER BY t::VARCHAR)) FROM "
          "read_parquet(" +
          quote((folder / "out" / file).string()) + ") t");
      ASSERT_TRUE(digest) << digest.error().message;
      answer += *digest;
    }
    const auto summary = read_linkage_summary(*session, folder / "out");
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->sample.size(), 300U);
    for (const auto& sampled : summary->sample)
      EXPECT_FALSE(sampled.text.empty());
    answers.push_back(answer);
  }
  EXPECT_EQ(answers[0], answers[1]);
}

TEST(PublicationDays, TakeTheFirstOfJanuaryOfOpenAlexAsTheYear) {
  model::Work w = work(0);
  w.publication_date = text::to_day(2020, 1, 1);
  EXPECT_EQ(publication_days(w)->last, text::to_day(2020, 1, 1));
  w.source_name = "OpenAlex";
  EXPECT_EQ(publication_days(w)->last, text::to_day(2020, 12, 31));
  w.publication_date.reset();
  EXPECT_FALSE(publication_days(w));
}

}  // namespace
}  // namespace dmp::sql
