#include "jobs/search_run.h"

#include "match/linkage_file.h"
#include "match/option_names.h"
#include "storage/manifest.h"
#include "storage/s3_object.h"
#include "text/dates.h"

namespace dmp::jobs {

Result<model::SearchRun::Linkage> linkage_of(
    const match::SearchOptions& search) {
  match::linkage::Model model;
  if (!search.linkage_file) {
    return model::SearchRun::Linkage{
        model.trained.method,
        storage::sha256_text(match::linkage::model_json(model))};
  }
  const std::string file = search.linkage_file->string();
  DMP_ASSIGN(const auto text, storage::read_file_or_object(file));
  auto given = match::linkage::parse_model(text);
  if (!given) return std::move(given).error().during(file);
  return model::SearchRun::Linkage{given->trained.method,
                                   storage::sha256_text(text)};
}

Result<model::SearchRun> planned_search(const match::SearchOptions& search,
                                        const IndexFiles& index,
                                        const std::string& run_id) {
  model::SearchRun run;
  if (!run_id.empty()) run.run_id = run_id;
  run.started_at = storage::created_now();
  run.engine = "stream";
  run.query_builder = match::name_in(match::kQueryBuilders, search.builder);
  run.ranker = match::name_in(match::kRankers, search.ranker);
  run.similarity = match::name_in(match::kSimilarities, search.similarity);
  if (search.ranker == match::Ranker::linkage) {
    DMP_ASSIGN(run.linkage, linkage_of(search));
  }
  if (search.changed_since)
    run.window = text::format_day(*search.changed_since);
  run.works_index = {index.name, 0, index.stats_sha256};
  return run;
}

}  // namespace dmp::jobs
