#include "sql/prepared_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmp::sql {

namespace fs = std::filesystem;

namespace {

// Its bytes are those of a machine: it is made again from prepare.ror_index.
constexpr std::string_view kLookup = "prepare.ror_lookup";
// What the checks of a range and of the whole read, beside the models.
constexpr std::array<std::string_view, 5> kOfChecks{
    "prepare.openalex_homes", "prepare.related_dois", "prepare.ror_identifiers",
    "prepare.ror_index", "prepare.work_types"};
// In front of the names of other counts in the manifest.
constexpr std::string_view kUnclassified = "unclassified relation ";

bool lies_by_bucket(const Model& model) {
  return std::any_of(
      model.columns.begin(), model.columns.end(),
      [](const ModelColumn& column) { return column.name == "doi_bucket"; });
}

std::vector<Model> handed_on(const std::vector<Model>& models) {
  std::set<std::string, std::less<>> read(kOfChecks.begin(), kOfChecks.end());
  for (const auto& model : models) {
    if (model.scope == ModelScope::range)
      read.insert(model.reads.begin(), model.reads.end());
  }
  std::vector<Model> tables;
  for (const auto& model : models) {
    if (model.scope == ModelScope::prepare && !model.is_view &&
        model.name != kLookup && read.contains(model.name))
      tables.push_back(model);
  }
  return tables;
}

std::string file_of(const Model& model) {
  return model.name.substr(model.name.find('.') + 1) + ".parquet";
}

}  // namespace

storage::Manifest planned_prepared(const storage::Manifest& stage) {
  storage::Manifest part = stage;
  part.stage = "works index, prepared";
  return part;
}

Result<storage::Manifest> write_prepared(Session& session,
                                         const ModelRunner& runner,
                                         const PreparedCounts& counts,
                                         storage::Publication publication,
                                         storage::Manifest part) {
  for (const auto& model : handed_on(runner.models())) {
    const fs::path file = publication.dir() / file_of(model);
    DMP_TRY(session.execute(fmt::format(
        "COPY (SELECT * FROM {}{}) TO {} (FORMAT parquet, COMPRESSION zstd)",
        model.name, lies_by_bucket(model) ? " ORDER BY doi_bucket" : "",
        quote(file.string()))));
    DMP_ASSIGN(const auto rows,
               session.scalar_int("SELECT count(*) FROM " + model.name));
    DMP_TRY(publication.add(file, rows));
  }
  part.counters = counts.counts;
  for (const auto& [type, count] : counts.unclassified)
    part.counters[std::string(kUnclassified) + type] = count;
  return publication.publish(std::move(part));
}

Result<PreparedCounts> read_prepared(Session& session, ModelRunner& runner,
                                     const fs::path& dir,
                                     const storage::Manifest& stage) {
  const auto part = storage::finished_part(dir, planned_prepared(stage));
  if (!part) {
    return storage::parts_missing(dir.parent_path(), {dir.filename().string()});
  }
  for (const auto& model : handed_on(runner.models())) {
    const auto files = part->paths(dir, file_of(model));
    DMP_TRY(session.execute(
        fmt::format("CREATE OR REPLACE {} {} AS SELECT * FROM {}",
                    lies_by_bucket(model) ? "VIEW" : "TABLE", model.name,
                    parquet_files(files))));
  }
  DMP_TRY(runner.make(kLookup));
  PreparedCounts counts;
  for (const auto& [name, count] : part->counters) {
    if (name.starts_with(kUnclassified)) {
      counts.unclassified[name.substr(kUnclassified.size())] = count;
    } else {
      counts.counts[name] = count;
    }
  }
  return counts;
}

}  // namespace dmp::sql
