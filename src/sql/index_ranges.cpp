#include "sql/index_ranges.h"

#include "sql/model_runner.h"
#include "sql/session.h"
#include "sql/work_hash.h"
#include "sql/work_table.h"
#include "storage/files.h"
#include "text/doi.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

// Rows of a file; about 500 MB at 1.5 KB a row.
constexpr std::size_t kFileRows = 262'144;
// Small groups, so that one DOI bucket touches little of a file.
constexpr std::size_t kGroupRows = 2'048;
constexpr std::size_t kChunkRows = 2'048;  // the most that come at once
constexpr std::string_view kWorks = "works_index";
constexpr std::string_view kRelations = "relation_index";
// In front of the names of other counts in the manifest of a range.
constexpr std::string_view kType = "work type ";
constexpr std::string_view kUnknownType = "unknown work type ";

void add_counts(Counts& all, const Counts& some) {
  for (const auto& [name, count] : some) all[name] += count;
}

Counts as_one(const IndexCounts& counts) {
  Counts one = counts.counts;
  for (const auto& [name, count] : counts.types)
    one[std::string(kType) + name] = count;
  for (const auto& [name, count] : counts.unknown_types)
    one[std::string(kUnknownType) + name] = count;
  return one;
}

IndexCounts apart(const Counts& one) {
  IndexCounts counts;
  for (const auto& [name, count] : one) {
    if (name.starts_with(kType)) {
      counts.types[name.substr(kType.size())] = count;
    } else if (name.starts_with(kUnknownType)) {
      counts.unknown_types[name.substr(kUnknownType.size())] = count;
    } else {
      counts.counts[name] = count;
    }
  }
  return counts;
}

// What is counted of works, by name once they are all through.
class WorkCounts {
 public:
  void add(const model::Work& work) {
    OfSource& of = sources_[work.source_name];
    ++of.works;
    of.with_award += work.awards.empty() ? 0 : 1;
    of.with_funder += work.funders.empty() ? 0 : 1;
    of.with_institution += work.institutions.empty() ? 0 : 1;
    without_title_ += work.title ? 0 : 1;
    with_abstract_ += work.abstract_text ? 1 : 0;
    without_date_ += work.publication_date ? 0 : 1;
    const bool related = !work.intra_work_dois.empty() ||
                         !work.possible_shared_project_dois.empty() ||
                         !work.dataset_citation_dois.empty();
    with_relation_ += related ? 1 : 0;
    ++types_[work.work_type];
  }

  // Only of what there is any.
  void write(IndexCounts& all) const {
    const auto put = [&](const std::string& name, std::int64_t count) {
      if (count > 0) all.counts[name] += count;
    };
    for (const auto& [source, of] : sources_) {
      put("works", of.works);
      put("works_" + source, of.works);
      for (const auto& [list, count] :
           {std::pair("award", of.with_award),
            std::pair("funder", of.with_funder),
            std::pair("institution", of.with_institution)}) {
        put(std::string("works_with_") + list, count);
        put(fmt::format("works_with_{}_{}", list, source), count);
      }
    }
    put("works_without_title", without_title_);
    put("works_with_abstract", with_abstract_);
    put("works_without_date", without_date_);
    put("works_with_relation", with_relation_);
    add_counts(all.types, types_);
  }

 private:
  struct OfSource {
    std::int64_t works = 0, with_award = 0, with_funder = 0,
                 with_institution = 0;
  };
  std::map<std::string, OfSource> sources_;
  Counts types_;
  std::int64_t without_title_ = 0, with_abstract_ = 0, without_date_ = 0,
               with_relation_ = 0;
};

// The works of one range on their way to its files.
class RangeWriter {
 public:
  RangeWriter(const IndexRanges::Needs& needs,
              storage::Publication& publication)
      : needs_(needs), publication_(publication), rows_(work_schema()) {}

  // Streams the rows, checks and counts them, and writes them by bucket and
  // DOI. What one file holds is ordered here: sooner done than in DuckDB, which
  // copies the rows for it; more than that need not fit in memory.
  Status write(IndexCounts& counts) {
    DMP_ASSIGN(const std::int64_t all,
               needs_.session.scalar_int("SELECT count(*) FROM "
                                         "works.merged_works"));
    const bool several = all > static_cast<std::int64_t>(kFileRows);
    DMP_ASSIGN(auto answer, needs_.session.query(fmt::format(
                                "SELECT * FROM works.works_index{}",
                                several ? " ORDER BY doi_bucket, doi" : "")));
    WorkRows works(std::move(answer));
    WorkCounts counted;
    std::int64_t& unknown = counts.counts["ror_unknown"];
    std::int64_t number = 0;
    for (;;) {
      DMP_ASSIGN(const std::size_t count, works.next());
      if (count == 0) break;
      for (std::size_t row = 0; row < count; ++row) {
        const model::Work& work = works.work(row);
        DMP_TRY(check(work, works, row, number++));
        if (needs_.stats != nullptr) DMP_TRY(needs_.stats->add(work));
        counted.add(work);
        unknown += needs_.ror_ids.unknown(work);
        dois_.push_back(work.doi);
      }
      works.append_to(rows_, count);
      if (several && rows_.rows() + kChunkRows > kFileRows) DMP_TRY(flush());
    }
    counted.write(counts);
    return files_ > 0 && dois_.empty() ? Status{} : flush();
  }

 private:
  // The hash of the models against the plain reading of its rule, now and
  // then: it decides what the search server is sent.
  static Status check(const model::Work& work, const WorkRows& works,
                      std::size_t row, std::int64_t number) {
    constexpr std::int64_t kCheckedRows = 1'000;
    if (number % kCheckedRows != 0) return {};
    if (work.hash == work_hash(work, works.extras(row)) &&
        work.version_hash == version_hash(work)) {
      return {};
    }
    return Error{ErrorCode::internal, "audit: wrong hash of DOI " + work.doi};
  }

  // Of the rows that are held, by bucket and DOI. Errors: internal, a DOI is
  // there twice.
  Result<std::vector<std::uint32_t>> order() const {
    std::vector<std::pair<std::uint8_t, std::uint32_t>> rows;
    rows.reserve(dois_.size());
    for (const auto& doi : dois_) {
      rows.emplace_back(text::doi_bucket(doi),
                        static_cast<std::uint32_t>(rows.size()));
    }
    std::sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first
                                : dois_[a.second] < dois_[b.second];
    });
    std::vector<std::uint32_t> order;
    order.reserve(rows.size());
    const std::string* previous = &last_;
    for (const auto& [bucket, row] : rows) {
      const std::string& doi = dois_[row];
      if (doi == *previous)
        return Error{ErrorCode::internal, "audit: two rows of DOI " + doi};
      previous = &doi;
      order.push_back(row);
    }
    return order;
  }

  Status flush() {
    const fs::path path =
        publication_.dir() / fmt::format("{}_{}.parquet", kWorks, files_++);
    ParquetOptions parquet;
    parquet.row_group_rows = kGroupRows;
    DMP_ASSIGN(const auto rows, order());
    DMP_TRY(write_parquet(rows_, rows, path, parquet));
    DMP_TRY(publication_.add(path, static_cast<std::int64_t>(rows_.rows())));
    if (!rows.empty()) last_ = std::move(dois_[rows.back()]);
    rows_.clear();
    dois_.clear();
    return {};
  }

  const IndexRanges::Needs& needs_;
  storage::Publication& publication_;
  TableBuffer rows_;
  std::vector<std::string> dois_;  // of rows_
  std::string last_;               // DOI of the former file
  int files_ = 0;
};

Status write_relations(Session& session, storage::Publication& publication,
                       std::int64_t rows) {
  const fs::path path =
      publication.dir() / fmt::format("{}_0.parquet", kRelations);
  DMP_TRY(session.execute(fmt::format(
      "COPY (SELECT doi, intra_work_dois, possible_shared_project_dois, "
      "dataset_citation_dois, doi_bucket FROM works.relations_index ORDER BY "
      "doi_bucket, doi) TO {} (FORMAT parquet, COMPRESSION zstd)",
      quote(path.string()))));
  return publication.add(path, rows);
}

}  // namespace

std::vector<BucketRange> cut_buckets(int count) {
  std::vector<BucketRange> cut;
  cut.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    cut.push_back({i * 256 / count, (i + 1) * 256 / count - 1});
  return cut;
}

std::string part_name(const BucketRange& range) {
  return fmt::format("{}-{}", range.low, range.high);
}

storage::Manifest planned_range(const storage::Manifest& stage,
                                const BucketRange& range) {
  storage::Manifest part = stage;
  part.stage = "works index, buckets";
  part.options["buckets"] = part_name(range);
  return part;
}

Status IndexStats::add(const model::Work& work) {
  DMP_TRY(collection.add(work));
  return linkage.add(work);
}

void IndexCounts::add(const IndexCounts& other) {
  add_counts(counts, other.counts);
  add_counts(types, other.types);
  add_counts(unknown_types, other.unknown_types);
}

Status IndexRanges::keep_only(const std::vector<BucketRange>& cut) const {
  std::set<std::string> of_this_cut;
  for (const auto& range : cut)
    if (part(range)) of_this_cut.insert(part_name(range));
  std::error_code error;
  for (fs::directory_iterator it(parts_, error), end; !error && it != end;
       it.increment(error)) {
    if (of_this_cut.contains(it->path().filename().string())) continue;
    DMP_TRY(storage::remove_folder(it->path()));
  }
  return {};
}

Result<storage::Manifest> IndexRanges::part(const BucketRange& range) const {
  const std::string name = part_name(range);
  auto found =
      storage::finished_part(parts_ / name, planned_range(planned_, range));
  if (!found) return storage::parts_missing(parts_, {name});
  return *std::move(found);
}

Result<storage::Manifest> IndexRanges::make(const BucketRange& range,
                                            const fs::path& dir,
                                            storage::Manifest part) {
  DMP_TRY(needs_.runner.run(ModelScope::range, range.low, range.high));
  DMP_ASSIGN(auto publication, storage::Publication::begin(dir, part.stage));
  IndexCounts counts;
  const auto write = [&]() -> Status {
    DMP_TRY(count_range(needs_.session, range, counts.counts));
    DMP_TRY(audit_range(needs_.session, counts.counts, counts.unknown_types));
    DMP_TRY(write_relations(needs_.session, publication,
                            counts.counts["relations_index_rows"]));
    return RangeWriter(needs_, publication).write(counts);
  };
  DMP_TRY(needs_.runner.clock().time("cpu_ms rows of the range", write));
  part.counters = as_one(counts);
  part.rows_out = counts.counts["works"];
  return publication.publish(std::move(part));
}

// What is counted beside the rows is not in the files: the works are read.
Status IndexRanges::read_again(const fs::path& dir,
                               const storage::Manifest& part) {
  for (const auto& path : part.paths(dir, kWorks)) {
    DMP_ASSIGN(auto answer,
               needs_.session.query(fmt::format(
                   "SELECT * EXCLUDE (doi_bucket) FROM read_parquet({})",
                   quote(path.string()))));
    WorkRows works(std::move(answer));
    for (;;) {
      DMP_ASSIGN(const std::size_t count, works.next());
      if (count == 0) break;
      for (std::size_t row = 0; row < count; ++row) {
        DMP_TRY(needs_.stats->add(works.work(row)));
      }
    }
  }
  return {};
}

Status IndexRanges::count_again(const fs::path& dir,
                                const storage::Manifest& part) {
  if (needs_.stats == nullptr) return {};
  return needs_.runner.clock().time("cpu_ms rows made before",
                                    [&] { return read_again(dir, part); });
}

void IndexRanges::include(const fs::path& dir, const storage::Manifest& part) {
  counts_.add(apart(part.counters));
  for (const auto& file : part.files) {
    const std::string name = fs::path(file.path).filename().string();
    auto& files = name.starts_with(kWorks) ? works_ : relations_;
    files.push_back({dir / file.path, file});
  }
}

Status IndexRanges::add(const BucketRange& range,
                        const std::function<void(std::string_view)>& progress) {
  const std::string buckets = part_name(range);
  const fs::path dir = parts_ / buckets;
  auto made = part(range);
  if (progress) {
    progress(fmt::format("buckets {} of 256{}", buckets,
                         made ? ": made before" : ""));
  }
  if (made) {
    DMP_TRY(count_again(dir, *made));
  } else {
    made = make(range, dir, planned_range(planned_, range));
    if (!made) return std::move(made).error();
  }
  include(dir, *made);
  return {};
}

Status IndexRanges::take(const std::vector<BucketRange>& cut) {
  std::vector<std::string> absent;
  std::vector<std::pair<fs::path, storage::Manifest>> parts;
  for (const auto& range : cut) {
    const std::string name = part_name(range);
    if (auto found = part(range)) {
      parts.emplace_back(parts_ / name, *std::move(found));
    } else {
      absent.push_back(name);
    }
  }
  if (!absent.empty()) return storage::parts_missing(parts_, absent);
  for (const auto& [dir, manifest] : parts) {
    DMP_TRY(count_again(dir, manifest));
    include(dir, manifest);
  }
  return {};
}

std::vector<fs::path> IndexRanges::work_files() const {
  std::vector<fs::path> paths;
  for (const auto& file : works_) paths.push_back(file.path);
  return paths;
}

std::vector<fs::path> IndexRanges::relation_files() const {
  std::vector<fs::path> paths;
  for (const auto& file : relations_) paths.push_back(file.path);
  return paths;
}

Status IndexRanges::publish(storage::Publication& publication,
                            const fs::path& out) const {
  const auto move = [&](const std::vector<File>& files,
                        std::string_view name) -> Status {
    int number = 0;
    for (const auto& file : files) {
      const fs::path path =
          out / name / fmt::format("{}_{}.parquet", name, number++);
      // A second name where there is such a thing: then the part stays whole
      // until the stage is published.
      std::error_code error;
      fs::create_hard_link(file.path, path, error);
      if (error) fs::rename(file.path, path, error);
      if (error)
        return Error{ErrorCode::io, path.string() + ": " + error.message()};
      publication.adopt(path, file.listed);
    }
    return {};
  };
  DMP_TRY(move(works_, kWorks));
  return move(relations_, kRelations);
}

}  // namespace dmp::sql
