#include "sql/linkage_stats.h"

#include "sql/session.h"
#include "sql/table_buffer.h"
#include "text/unicode.h"
#include "text/xxh3.h"

#include <fmt/format.h>

#include <algorithm>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSampleWorks = 300;
constexpr std::uint64_t kSampleSeed = 42;
// Longer texts say no more about chance and would make the file large.
constexpr std::size_t kMostSampleBytes = 20'000;
// A date this wide (years) says nothing; it would fill the histogram.
constexpr std::int32_t kMostMonths = 12 * 20;

std::int32_t month_of(text::Day day) {
  const auto date = text::from_day(day);
  return (date.year - 1970) * 12 + date.month - 1;
}

// Front: the largest drawn number, then the larger DOI.
bool drawn_before(const std::pair<std::uint64_t, SampleWork>& a,
                  const std::pair<std::uint64_t, SampleWork>& b) {
  return a.first != b.first ? a.first < b.first : a.second.doi < b.second.doi;
}

std::string cut_at_character(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
    --bytes;
  return std::string(text.substr(0, bytes));
}

}  // namespace

bool has_abstract(const model::Work& work) {
  return work.abstract_text &&
         text::count_code_points(*work.abstract_text) > kShortAbstract;
}

std::optional<DayRange> publication_days(const model::Work& work) {
  if (!work.publication_date) return std::nullopt;
  DayRange days{*work.publication_date, *work.publication_date};
  if (work.publication_date_end && *work.publication_date_end > days.first)
    days.last = *work.publication_date_end;
  const auto date = text::from_day(days.first);
  if (days.last == days.first && date.month == 1 && date.day == 1 &&
      work.source_name == "OpenAlex") {
    days.last = text::to_day(date.year, 12, 31);
  }
  return days;
}

// -------------------------------------------------------------------- totals

void LinkageTotals::add(const model::Work& work) {
  ++summary_.works;
  summary_.author_slots += static_cast<std::int64_t>(work.authors.size());
  summary_.institution_slots +=
      static_cast<std::int64_t>(work.institutions.size());
  if (!work.funders.empty()) ++summary_.works_with_funder;
  if (!work.awards.empty()) ++summary_.works_with_award;
  count_date(work);
  offer_sample(work);
}

void LinkageTotals::count_date(const model::Work& work) {
  const auto days = publication_days(work);
  if (!days) return;
  ++summary_.works_with_date;
  const std::int32_t first = month_of(days->first);
  const std::int32_t months =
      std::min(month_of(days->last) - first + 1, kMostMonths);
  // Twelfths go to the first months of an interval that they do not divide.
  for (std::int32_t i = 0; i < months; ++i)
    months_[first + i] += 12 / months + (i < 12 % months ? 1 : 0);
}

void LinkageTotals::offer_sample(const model::Work& work) {
  const std::uint64_t drawn =
      XXH3_64bits_withSeed(work.doi.data(), work.doi.size(), kSampleSeed);
  if (sample_.size() == kSampleWorks && drawn > sample_.front().first) return;
  std::string text = work.title.value_or("");
  if (work.abstract_text) text += " " + *work.abstract_text;
  sample_.push_back({drawn,
                     {work.doi, has_abstract(work),
                      cut_at_character(text, kMostSampleBytes)}});
  std::push_heap(sample_.begin(), sample_.end(), drawn_before);
  if (sample_.size() <= kSampleWorks) return;
  std::pop_heap(sample_.begin(), sample_.end(), drawn_before);
  sample_.pop_back();
}

Status LinkageTotals::write(const fs::path& dir) {
  TableBuffer summary({field("works", Kind::int64),
                       field("author_slots", Kind::int64),
                       field("institution_slots", Kind::int64),
                       field("works_with_award", Kind::int64),
                       field("works_with_funder", Kind::int64),
                       field("works_with_date", Kind::int64)});
  const std::int64_t values[] = {summary_.works,
                                 summary_.author_slots,
                                 summary_.institution_slots,
                                 summary_.works_with_award,
                                 summary_.works_with_funder,
                                 summary_.works_with_date};
  for (std::size_t i = 0; i < std::size(values); ++i)
    summary.column(i).append_int(values[i]);
  summary.end_row();
  DMP_TRY(write_parquet(summary, {}, dir / "summary.parquet", {}));

  std::vector<std::pair<std::int32_t, std::int64_t>> months(months_.begin(),
                                                            months_.end());
  std::sort(months.begin(), months.end());
  TableBuffer histogram(
      {field("month", Kind::int32), field("twelfths", Kind::int64)});
  for (const auto& [month, twelfths] : months) {
    histogram.column(0).append_int(month);
    histogram.column(1).append_int(twelfths);
    histogram.end_row();
  }
  DMP_TRY(write_parquet(histogram, {}, dir / "months.parquet", {}));

  std::sort(sample_.begin(), sample_.end(), [](const auto& a, const auto& b) {
    return a.second.doi < b.second.doi;
  });
  TableBuffer sample({text_field("doi"), field("has_abstract", Kind::boolean),
                      text_field("text")});
  for (const auto& [drawn, work] : sample_) {
    sample.column(0).append_text(work.doi);
    sample.column(1).append_bool(work.has_abstract);
    sample.column(2).append_text(work.text);
    sample.end_row();
  }
  return write_parquet(sample, {}, dir / "sample.parquet", {});
}

// -------------------------------------------------------------------- counts

Status LinkageStats::add(const model::Work& work) {
  totals_.add(work);
  return with_keys_ ? add_keys(work) : Status{};
}

Status LinkageStats::add_keys(const model::Work& work) {
  return tally_.add(keys_.of(work));
}

Status LinkageStats::write_counts(const Session& session,
                                  const CountFiles& files) {
  DMP_ASSIGN(const auto parts, tally_.finish());
  std::vector<CountStream> sums;
  DMP_ASSIGN(auto sum, sum_of_parts(session, parts));
  sums.push_back(std::move(sum));
  return sql::write_counts(std::move(sums), files);
}

Status LinkageStats::finish(const Session& session,
                            const LinkageFolders& folders) {
  DMP_TRY(write_counts(session, folders.counts()));
  return write_totals(folders.stats);
}

// ------------------------------------------------------------------- reading

Status LinkageCounts::read(Session& session, const fs::path& dir) {
  DMP_ASSIGN(auto rows, session.query("SELECT key, count FROM " +
                                      parquet_files({dir / "counts.parquet"})));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return {};
    for (std::size_t row = 0; row < count; ++row) {
      const auto found = wanted_.find(
          static_cast<std::uint64_t>(rows.column(0).value<std::int64_t>(row)));
      if (found == wanted_.end()) continue;
      found->second = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
          rows.column(1).value<std::int64_t>(row), 1, UINT32_MAX));
    }
  }
}

Result<LinkageSummary> read_linkage_summary(Session& session,
                                            const fs::path& dir) {
  LinkageSummary summary;
  DMP_ASSIGN(auto one,
             session.query("SELECT works, author_slots, institution_slots, "
                           "works_with_award, works_with_funder, "
                           "works_with_date FROM " +
                           parquet_files({dir / "summary.parquet"})));
  DMP_ASSIGN(const std::size_t count, one.next());
  if (count != 1) {
    return Error{ErrorCode::corrupt_input,
                 (dir / "summary.parquet").string() + ": not one row"};
  }
  std::int64_t* const fields[] = {&summary.works,
                                  &summary.author_slots,
                                  &summary.institution_slots,
                                  &summary.works_with_award,
                                  &summary.works_with_funder,
                                  &summary.works_with_date};
  for (std::size_t i = 0; i < std::size(fields); ++i)
    *fields[i] = one.column(i).value<std::int64_t>(0);

  DMP_ASSIGN(
      auto months,
      session.query("SELECT month, twelfths FROM " +
                    parquet_files({dir / "months.parquet"}) + " ORDER BY 1"));
  for (;;) {
    DMP_ASSIGN(const std::size_t rows, months.next());
    if (rows == 0) break;
    for (std::size_t row = 0; row < rows; ++row) {
      summary.months.emplace_back(
          months.column(0).value<std::int32_t>(row),
          static_cast<double>(months.column(1).value<std::int64_t>(row)) / 12);
    }
  }
  DMP_ASSIGN(
      auto sample,
      session.query("SELECT doi, has_abstract, text FROM " +
                    parquet_files({dir / "sample.parquet"}) + " ORDER BY doi"));
  for (;;) {
    DMP_ASSIGN(const std::size_t rows, sample.next());
    if (rows == 0) return summary;
    for (std::size_t row = 0; row < rows; ++row) {
      summary.sample.push_back({std::string(sample.column(0).text(row)),
                                sample.column(1).value<bool>(row),
                                std::string(sample.column(2).text(row))});
    }
  }
}

}  // namespace dmp::sql
