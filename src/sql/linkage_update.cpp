#include "sql/linkage_update.h"

#include "base/log.h"
#include "sql/table_buffer.h"
#include "sql/work_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

// What keys are made of (linkage_keys.h).
constexpr std::string_view kCounted = "authors, institutions, funders, awards";

// Of counts that add up: their files and their keys.
std::string rules() {
  return fmt::format("{}, {}", LinkageStats::kFormat, count_key_rules());
}

Status write_origin(const LinkageOrigin& origin, const fs::path& path) {
  TableBuffer rows({text_field("rules"), field("works", Kind::int64),
                    field("steps", Kind::int64), text_field("continued"),
                    text_field("why_anew")});
  rows.column(0).append_text(origin.rules);
  rows.column(1).append_int(origin.works);
  rows.column(2).append_int(origin.steps);
  rows.column(3).append_text(origin.continued);
  rows.column(4).append_text(origin.why_anew);
  rows.end_row();
  return write_parquet(rows, {}, path, {});
}

// Files of a stage, known to be what its manifest lists.
class SummedFiles {
 public:
  explicit SummedFiles(const IndexStage& index) : index_(index) {}

  // Those whose names begin so; none: why_not() says what is amiss.
  std::vector<fs::path> named(const std::string& prefix) {
    const auto files = index_.manifest.files_named(prefix);
    if (files.empty()) why_not_ = "the index before has no " + prefix;
    std::vector<fs::path> paths;
    for (const auto& file : files) {
      paths.push_back(index_.dir / file.path);
      const auto sum = storage::sha256_file(paths.back());
      if (sum && *sum == file.sha256) continue;
      why_not_ = fmt::format(
          "{} of the index before {}", file.path,
          sum ? "has not the bytes its manifest lists" : "cannot be read");
      return {};
    }
    return paths;
  }
  const std::string& why_not() const { return why_not_; }

 private:
  const IndexStage& index_;
  std::string why_not_;
};

// Calls `use` for each work of a query, which may lack columns.
template <class Use>
Status each_work(Session& session, const std::string& query, Use&& use) {
  DMP_ASSIGN(auto answer, session.query(query));
  WorkRows works(std::move(answer));
  for (;;) {
    DMP_ASSIGN(const std::size_t count, works.next());
    if (count == 0) return {};
    for (std::size_t row = 0; row < count; ++row) DMP_TRY(use(works.work(row)));
  }
}

// The keys of some works, on disk.
struct TalliedWorks {
  std::int64_t works = 0;
  std::vector<fs::path> parts;
};
Result<TalliedWorks> tally(Session& session, const std::string& query,
                           const fs::path& scratch, const char* name) {
  TalliedWorks tallied;
  KeyTally keys(scratch, name);
  WorkKeys of_work;
  DMP_TRY(each_work(session, query, [&](const model::Work& work) {
    ++tallied.works;
    return keys.add(of_work.of(work));
  }));
  DMP_ASSIGN(tallied.parts, keys.finish());
  return tallied;
}

// Those of the former index whose DOIs changed, being what its state says.
std::string works_that_went(const std::vector<fs::path>& former) {
  return fmt::format(
      "SELECT {} FROM {} w JOIN {} s ON s.doi = w.doi AND s.hash_before = "
      "w.hash WHERE s.before = 'UPSERT'",
      kCounted, parquet_files(former), kChangedDois);
}

std::string works_that_came(const std::vector<fs::path>& exported) {
  return fmt::format(
      "SELECT {} FROM {} w JOIN {} s ON s.doi = w.doi AND s.hash = w.hash "
      "WHERE s.state = 'UPSERT'",
      kCounted, parquet_files(exported), kChangedDois);
}

Status remove_files(const CountFiles& files) {
  std::error_code error;
  for (const auto& path : {files.counts, files.singles}) {
    fs::remove(path, error);
    if (error)
      return Error{ErrorCode::io, path.string() + ": " + error.message()};
  }
  return {};
}

}  // namespace

Result<LinkageOrigin> read_linkage_origin(Session& session,
                                          const fs::path& state) {
  const fs::path path = state / "origin.parquet";
  DMP_ASSIGN(auto one,
             session.query("SELECT works, steps, rules, continued, why_anew "
                           "FROM " +
                           parquet_files({path})));
  DMP_ASSIGN(const std::size_t count, one.next());
  if (count != 1)
    return Error{ErrorCode::corrupt_input, path.string() + ": not one row"};
  LinkageOrigin origin;
  origin.works = one.column(0).value<std::int64_t>(0);
  origin.steps = one.column(1).value<std::int64_t>(0);
  std::string* const texts[] = {&origin.rules, &origin.continued,
                                &origin.why_anew};
  for (std::size_t i = 0; i < std::size(texts); ++i)
    *texts[i] = one.column(2 + i).text(0);
  return origin;
}

Status LinkageUpdate::look_at(Session& session, const IndexStage& index) {
  SummedFiles files(index);
  const auto refuse = [&] {
    why_not_ = files.why_not();
    return Status{};
  };
  const auto origin = files.named("linkage_state/origin.parquet");
  if (origin.empty()) return refuse();
  Former former;
  former.key = index.manifest.key;
  auto said = read_linkage_origin(session, origin.front().parent_path());
  if (!said) {
    why_not_ =
        "linkage_state/origin.parquet of the index before has a form "
        "that is not known";
    return {};
  }
  former.origin = *std::move(said);
  if (former.origin.rules != rules()) {
    why_not_ =
        fmt::format("the index before counts by rules {}, this one by {}",
                    former.origin.rules, rules());
    return {};
  }
  const auto singles = files.named("linkage_state/singles.parquet");
  if (singles.empty()) return refuse();
  const auto counts = files.named("linkage_stats/counts.parquet");
  if (counts.empty()) return refuse();
  former.works = files.named("works_index/");
  if (former.works.empty()) return refuse();
  former.counts = {counts.front(), singles.front()};
  former_ = std::move(former);
  return {};
}

Result<LinkageUpdate> LinkageUpdate::begin(
    Session& session, const std::optional<PreviousState>& previous,
    LinkageStats& stats) {
  LinkageUpdate update;
  if (!previous) return update;
  if (previous->index) {
    DMP_TRY(update.look_at(session, *previous->index));
  } else {
    update.why_not_ = "the DOI state that is continued lies alone";
  }
  if (update.former_) stats.leave_out_keys();
  return update;
}

Status LinkageUpdate::finish(Session& session, LinkageStats& stats,
                             const IndexRows& rows, const fs::path& scratch,
                             const LinkageFolders& folders) {
  DMP_TRY(stats.write_totals(folders.stats));
  if (former_) DMP_TRY(go_on(session, stats, rows, scratch, folders.counts()));
  LinkageOrigin origin{rules(), stats.works(), 0, "", why_not_};
  if (former_ && why_not_.empty()) {
    origin.steps = former_->origin.steps + 1;
    origin.continued = former_->key;
  } else {
    if (!why_not_.empty()) {
      log::info("works index: linkage statistics are made of all works: {}",
                why_not_);
    }
    DMP_TRY(begin_anew(session, stats, rows, folders.counts()));
  }
  counts_["linkage_steps"] = origin.steps;
  return write_origin(origin, folders.state / "origin.parquet");
}

Status LinkageUpdate::go_on(Session& session, const LinkageStats& stats,
                            const IndexRows& rows, const fs::path& scratch,
                            const CountFiles& files) {
  const std::int64_t before = former_->origin.works;
  const auto changed = [&](const char* column) {
    return session.scalar_int(fmt::format(
        "SELECT count(*) FROM {} WHERE {} = 'UPSERT'", kChangedDois, column));
  };
  DMP_ASSIGN(const std::int64_t went, changed("before"));
  DMP_ASSIGN(const std::int64_t came, changed("state"));
  if (static_cast<double>(std::max(went, came)) >
      kMostChanged * static_cast<double>(before)) {
    why_not_ = fmt::format(
        "of {} works before {} went or were changed, {} came or "
        "were changed",
        before, went, came);
    return {};
  }
  DMP_ASSIGN(const auto taken, tally(session, works_that_went(former_->works),
                                     scratch, "linkage_taken"));
  DMP_ASSIGN(const auto added, tally(session, works_that_came(rows.exported),
                                     scratch, "linkage_added"));
  if (before != rows.state.live_before || taken.works != went ||
      added.works != came || before - went + came != stats.works()) {
    why_not_ = fmt::format(
        "the DOI state has {} works before, {} that went and {} that came, the "
        "indexes have {}, {} and {}",
        rows.state.live_before, went, came, before, taken.works, added.works);
    return {};
  }
  DMP_ASSIGN(auto streams, read_counts(session, former_->counts));
  DMP_ASSIGN(auto change, sum_of_parts(session, added.parts, taken.parts));
  streams.push_back(std::move(change));
  auto written = write_counts(std::move(streams), files);
  if (!written && written.error().code == ErrorCode::corrupt_input) {
    why_not_ = written.error().message;
    return remove_files(files);
  }
  DMP_TRY(written);
  counts_["linkage_works_taken"] = went;
  counts_["linkage_works_added"] = came;
  return {};
}

Status LinkageUpdate::begin_anew(Session& session, LinkageStats& stats,
                                 const IndexRows& rows,
                                 const CountFiles& files) {
  // The works have passed, their keys left out.
  if (former_) {
    const std::string all =
        fmt::format("SELECT {} FROM {}", kCounted, parquet_files(rows.works));
    DMP_TRY(each_work(session, all, [&](const model::Work& work) {
      return stats.add_keys(work);
    }));
  }
  return stats.write_counts(session, files);
}

}  // namespace dmp::sql
