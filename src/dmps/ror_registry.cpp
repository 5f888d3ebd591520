#include "dmps/ror_registry.h"

#include "sql/session.h"
#include "storage/manifest.h"

#include <fmt/format.h>

#include <utility>

namespace dmp::dmps {
namespace {

// Runs `sql`, whose first two columns are texts, and hands each pair on.
template <class Visit>
Status each_pair(sql::Session& session, const std::string& sql, Visit visit) {
  DMP_ASSIGN(auto rows, session.query(sql));
  while (true) {
    DMP_ASSIGN(const std::size_t count, rows.next());
    if (count == 0) return {};
    for (std::size_t row = 0; row < count; ++row) {
      visit(std::string(rows.column(0).text(row)),
            std::string(rows.column(1).text(row)));
    }
  }
}

}  // namespace

Result<RorRegistry> RorRegistry::load(const std::filesystem::path& ror_stage) {
  DMP_ASSIGN(const auto manifest, storage::read_manifest(ror_stage));
  const auto paths = manifest.paths(ror_stage, "ror");
  RorRegistry registry;
  if (paths.empty()) return registry;
  const std::string files = sql::parquet_files(paths);
  DMP_ASSIGN(auto session, sql::Session::open({}));
  DMP_TRY(each_pair(
      session,
      fmt::format("SELECT replace(e.identifier, '10.13039/', ''), ror_id FROM "
                  "(SELECT ror_id, status, "
                  "unnest(external_ids) AS e FROM {}) WHERE "
                  "e.type = 'fundref' ORDER BY e.preferred DESC NULLS LAST, "
                  "status <> 'active', ror_id",
                  files),
      [&](std::string fundref, std::string ror) {
        registry.add_fundref(std::move(fundref), std::move(ror));
      }));
  DMP_TRY(each_pair(session,
                    fmt::format("SELECT ror_id, successors[1] FROM {} WHERE "
                                "status = 'withdrawn' AND len(successors) = 1",
                                files),
                    [&](std::string ror, std::string successor) {
                      registry.add_successor(std::move(ror),
                                             std::move(successor));
                    }));
  return registry;
}

std::optional<std::string> RorRegistry::of_fundref(
    std::string_view fundref) const {
  const auto found = fundrefs_.find(fundref);
  if (found == fundrefs_.end()) return std::nullopt;
  return canonical(found->second);
}

std::string RorRegistry::canonical(std::string ror) const {
  constexpr int kMostSteps = 5;
  for (int step = 0; step < kMostSteps; ++step) {
    const auto found = successors_.find(ror);
    if (found == successors_.end()) break;
    ror = found->second;
  }
  return ror;
}

}  // namespace dmp::dmps
