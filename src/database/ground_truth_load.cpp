#include "database/ground_truth_load.h"

#include "database/batch.h"
#include "database/effect.h"
#include "database/plan_map.h"
#include "match/listed_works.h"
#include "results/csv.h"
#include "storage/files.h"
#include "text/collation.h"
#include "text/unicode.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace dmp::database {

namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

struct Columns {
  std::size_t plan_id = kNone, dmp_doi = kNone, work_doi = kNone;
};

Result<Columns> columns_of(const std::vector<std::string>& header,
                           const std::string& file) {
  Columns columns;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string_view name = text::trim(header[i]);
    if (name == "plan_id") columns.plan_id = i;
    if (name == "dmp_doi" || name == "dmp_id") columns.dmp_doi = i;
    if (name == "work_doi") columns.work_doi = i;
  }
  const auto missing = [&](const char* name) {
    return Error{ErrorCode::corrupt_input,
                 fmt::format("{}: no column {}", file, name)};
  };
  if (columns.work_doi == kNone) return missing("work_doi");
  if (columns.plan_id == kNone && columns.dmp_doi == kNone)
    return missing("plan_id or dmp_doi");
  return columns;
}

std::string_view field(const std::vector<std::string>& fields,
                       std::size_t column) {
  return column < fields.size() ? text::trim(fields[column])
                                : std::string_view();
}

struct Pair {
  std::int64_t line = 0, plan = 0;
  std::string work_doi;
};

class Load {
 public:
  Load(RelatedWorksStore& store, const LoadOptions& options)
      : store_(store), options_(options) {}

  Result<LoadSummary> run() {
    DMP_TRY(read_rows());
    DMP_TRY(leave_out_rejected());
    DMP_ASSIGN(const Batch batch, batch_of_works());
    if (!batch.links.empty()) {
      DMP_TRY(store_.stage(batch));
      DMP_TRY(store_.apply(BatchOrigin::persons_list));
    }
    for (const auto& [plan, before] : before_) {
      DMP_ASSIGN(const auto after, store_.links(plan));
      const LinkCounts counts = difference(before, after).counts();
      summary_.links.inserted += counts.inserted;
      summary_.links.updated += counts.updated;
    }
    return std::move(summary_);
  }

 private:
  void warn(std::int64_t line, std::string_view why) {
    summary_.warnings.push_back(
        fmt::format("{}: line {}: {}", options_.csv.string(), line, why));
  }

  Status read_rows() {
    DMP_ASSIGN(const auto plans, store_.plans());
    const PlanMap map(plans);
    std::set<std::int64_t> ids;
    for (const PlanRow& plan : plans) ids.insert(plan.id);
    DMP_ASSIGN(std::string text, storage::read_file(options_.csv));
    results::CsvReader csv(std::move(text));
    std::vector<std::string> fields;
    csv.next(fields);
    DMP_ASSIGN(const Columns columns,
               columns_of(fields, options_.csv.string()));
    std::set<std::pair<std::int64_t, std::string>> seen;
    while (csv.next(fields)) {
      ++summary_.rows;
      Pair pair{csv.line(), 0, normal_doi(field(fields, columns.work_doi))};
      if (pair.work_doi.empty()) {
        warn(pair.line, "no DOI of a work");
        continue;
      }
      const auto plan = plan_of(field(fields, columns.plan_id),
                                field(fields, columns.dmp_doi), ids, map);
      if (!plan) {
        warn(pair.line, "no such plan");
        continue;
      }
      pair.plan = *plan;
      if (seen.emplace(*plan, text::collation_key(pair.work_doi)).second) {
        pairs_.push_back(std::move(pair));
      } else {
        ++summary_.duplicates;
      }
    }
    return {};
  }

  static std::optional<std::int64_t> plan_of(std::string_view id,
                                             std::string_view doi,
                                             const std::set<std::int64_t>& ids,
                                             const PlanMap& map) {
    if (id.empty()) return map.find(doi, std::nullopt);
    std::int64_t number = 0;
    const char* end = id.data() + id.size();
    const auto [rest, error] = std::from_chars(id.data(), end, number);
    if (error != std::errc() || rest != end || !ids.contains(number))
      return std::nullopt;
    return number;
  }

  Status leave_out_rejected() {
    std::set<std::pair<std::int64_t, std::string>> rejected;
    for (const Pair& pair : pairs_) {
      if (before_.contains(pair.plan)) continue;
      DMP_ASSIGN(auto links, store_.links(pair.plan));
      for (const Link& link : links) {
        if (link.values.status == LinkStatus::rejected)
          rejected.emplace(pair.plan, text::collation_key(link.values.doi));
      }
      before_.emplace(pair.plan, std::move(links));
    }
    if (options_.override_rejected) return {};
    std::erase_if(pairs_, [&](const Pair& pair) {
      if (!rejected.contains({pair.plan, text::collation_key(pair.work_doi)}))
        return false;
      warn(pair.line, pair.work_doi + " is REJECTED");
      return true;
    });
    return {};
  }

  Result<Batch> batch_of_works() {
    match::ListedWorks listed;
    for (const Pair& pair : pairs_) listed.want(0, pair.work_doi);
    Batch batch;
    if (pairs_.empty()) return batch;
    DMP_TRY(listed.find(options_.works_files, {}, options_.threads));
    DMP_ASSIGN(const auto works, listed.next());
    std::map<std::string, WorkVersion> staged;  // by collation key
    for (const Pair& pair : pairs_) {
      const model::Work* found = works.find(pair.work_doi);
      if (found == nullptr) {
        warn(pair.line, pair.work_doi + " is not in the works index");
        continue;
      }
      const std::string key = text::collation_key(pair.work_doi);
      auto place = staged.find(key);
      if (place == staged.end()) {
        auto work = staged_work(*found, summary_.staging);
        if (!work) {
          warn(pair.line, pair.work_doi + " does not fit the tables");
          continue;
        }
        batch.works.push_back(*work);
        place = staged.emplace(key, *std::move(work)).first;
      }
      batch.links.push_back(accepted_link(pair.plan, place->second));
      ++summary_.loaded;
    }
    return batch;
  }

  RelatedWorksStore& store_;
  const LoadOptions& options_;
  LoadSummary summary_;
  std::vector<Pair> pairs_;
  std::map<std::int64_t, std::vector<Link>> before_;  // by plan
};

}  // namespace

Result<LoadSummary> load_ground_truth(RelatedWorksStore& store,
                                      const LoadOptions& options) {
  return Load(store, options).run();
}

}  // namespace dmp::database
