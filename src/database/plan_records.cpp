#include "database/plan_records.h"

#include "results/match_files.h"
#include "storage/digest.h"
#include "storage/manifest.h"
#include "text/collation.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace dmp::database {

namespace {

namespace fs = std::filesystem;
using model::PlanMatches;

// read_matches() looks at sizes; here a changed byte would reach a database.
Status verify_sums(const fs::path& matches) {
  const auto stage = stage_of(matches);
  if (!stage) return {};
  DMP_ASSIGN(const auto manifest, storage::read_manifest(*stage));
  for (const auto& file : manifest.files) {
    if (file.path.find("matches") == std::string::npos) continue;
    const fs::path path = *stage / file.path;
    if (Status same = storage::verify_digest(path, {"sha256", file.sha256});
        !same) {
      return std::move(same).error().during(path.string());
    }
  }
  return {};
}

std::string hash_of(const PlanMatches& matches) {
  return storage::sha256_text(
      results::match_record_json(matches, results::Explain::omit));
}

void add_later(PlanMatches& all, PlanMatches&& later) {
  all.score_max = std::max(all.score_max, later.score_max);
  for (auto& match : later.works) {
    const std::string key = text::collation_key(match.work.doi);
    std::erase_if(all.works, [&](const model::Match& one) {
      return text::collation_key(one.work.doi) == key;
    });
  }
  std::move(later.works.begin(), later.works.end(),
            std::back_inserter(all.works));
}

}  // namespace

std::optional<fs::path> stage_of(const fs::path& matches) {
  std::error_code error;
  fs::path start = fs::absolute(matches, error).lexically_normal();
  if (!start.has_filename()) start = start.parent_path();
  if (fs::exists(start / "manifest.json", error)) return start;
  for (fs::path dir = start; dir.has_relative_path();) {
    dir = dir.parent_path();
    if (storage::read_manifest(dir)) return dir;
  }
  return std::nullopt;
}

Result<PlanRecords> PlanRecords::read(const fs::path& matches) {
  PlanRecords all;
  all.matches_ = matches;
  DMP_TRY(verify_sums(matches));
  DMP_TRY(results::read_matches(matches, [&](PlanMatches&& record) -> Status {
    all.records_.push_back({record.plan_doi, record.plan_id, hash_of(record)});
    return {};
  }));
  return all;
}

std::string PlanRecords::digest() const {
  std::string text;
  for (const Record& record : records_)
    text += record.dmp_doi + " " + record.hash + "\n";
  return storage::sha256_text(text);
}

void PlanRecords::assign(const PlanMap& plans) {
  plans_.clear();
  count_of_.clear();
  for (const Record& record : records_) {
    plans_.push_back(plans.find(record.dmp_doi, record.stated_plan));
    if (plans_.back()) ++count_of_[*plans_.back()];
  }
}

std::vector<const PlanRecords::Record*> PlanRecords::without_plan() const {
  std::vector<const Record*> none;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (!plans_[i]) none.push_back(&records_[i]);
  }
  return none;
}

Status PlanRecords::each_plan(const Visit& visit) const {
  struct Open {
    PlanMatches matches;
    std::vector<const Record*> records;
  };
  std::unordered_map<std::int64_t, Open> open;
  std::size_t next = 0;
  const auto changed = [&] {
    return Error{ErrorCode::corrupt_input,
                 matches_.string() + ": changed while it was read"};
  };
  DMP_TRY(results::read_matches(matches_, [&](PlanMatches&& matches) -> Status {
    if (next >= records_.size() || records_[next].dmp_doi != matches.plan_doi)
      return changed();
    const std::size_t i = next++;
    if (!plans_[i]) return {};
    const std::int64_t plan = *plans_[i];
    Open& one = open[plan];
    if (one.records.empty()) {
      one.matches = std::move(matches);
    } else {
      add_later(one.matches, std::move(matches));
    }
    one.records.push_back(&records_[i]);
    if (one.records.size() < count_of_.at(plan)) return {};
    const auto whole = open.extract(plan);
    return visit(plan, std::move(whole.mapped().matches),
                 whole.mapped().records);
  }));
  if (next < records_.size()) return changed();
  return {};
}

}  // namespace dmp::database
