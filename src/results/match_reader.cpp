#include "ingest/record_lines.h"
#include "results/match_files.h"
#include "storage/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <system_error>
#include <utility>

namespace dmp::results {
namespace {

namespace fs = std::filesystem;

// What a search or a merge leaves beside matches is named after them and is
// none.
bool is_match_file(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.rfind("matches", 0) == 0 &&
         (name.ends_with(".jsonl") || name.ends_with(".jsonl.gz")) &&
         !name.ends_with(".failures.jsonl") &&
         !name.ends_with(".merge_progress.jsonl") &&
         !name.ends_with(".failed_dmps.jsonl");
}

Result<std::vector<fs::path>> match_files(const fs::path& path) {
  std::error_code error;
  std::vector<fs::path> files;
  if (!fs::is_directory(path, error)) return std::vector<fs::path>{path};
  if (fs::exists(path / "manifest.json", error)) {
    DMP_ASSIGN(const auto manifest, storage::read_manifest(path));
    DMP_TRY(storage::verify_sizes(manifest, path));
    for (fs::path& file : manifest.paths(path)) {
      if (is_match_file(file)) files.push_back(std::move(file));
    }
  } else {
    for (const fs::path& dir : {path, path / "matches"}) {
      for (const auto& entry : fs::directory_iterator(dir, error)) {
        if (is_match_file(entry.path())) files.push_back(entry.path());
      }
    }
    std::sort(files.begin(), files.end());
  }
  if (files.empty()) {
    return Error{ErrorCode::not_found,
                 path.string() + ": no matches*.jsonl[.gz] in it"};
  }
  return files;
}

// The guide-era form says one work a line, in any order.
class FlatMatches {
 public:
  void add(model::PlanMatches pair) {
    auto [place, is_new] = plans_.try_emplace(pair.plan_doi, std::move(pair));
    if (is_new) return;
    model::PlanMatches& plan = place->second;
    plan.score_max = std::max(plan.score_max, pair.score_max);
    if (!plan.plan_id) plan.plan_id = pair.plan_id;
    plan.works.push_back(std::move(pair.works.front()));
  }

  Status hand_on(const MatchVisit& visit) {
    for (auto& [doi, plan] : plans_) {
      std::sort(plan.works.begin(), plan.works.end(),
                [](const model::Match& a, const model::Match& b) {
                  if (a.score != b.score) return a.score > b.score;
                  return a.work.doi < b.work.doi;
                });
      DMP_TRY(visit(std::move(plan)));
    }
    return {};
  }

 private:
  std::map<std::string, model::PlanMatches> plans_;
};

Status read_file(const fs::path& file, MatchParser& parser, FlatMatches& flat,
                 const MatchVisit& visit) {
  DMP_ASSIGN(auto lines, ingest::RecordLines::open(file));
  while (true) {
    DMP_ASSIGN(const auto line, lines.next());
    if (!line) return {};
    auto record = parser.parse(line->json);
    if (!record) {
      return std::move(record).error().during(
          fmt::format("{}: line {}", file.string(), line->line));
    }
    if (record->form == MatchRecord::Form::pair) {
      flat.add(std::move(record->matches));
    } else {
      DMP_TRY(visit(std::move(record->matches)));
    }
  }
}

}  // namespace

Status read_matches(const fs::path& path, const MatchVisit& visit) {
  DMP_ASSIGN(const auto files, match_files(path));
  MatchParser parser;
  FlatMatches flat;
  for (const fs::path& file : files) {
    DMP_TRY(read_file(file, parser, flat, visit));
  }
  return flat.hand_on(visit);
}

MatchSource matches_at(const fs::path& path) {
  return [path](const MatchVisit& visit) { return read_matches(path, visit); };
}

}  // namespace dmp::results
