#include "jobs/index_thresholds.h"

#include "base/log.h"

namespace dmp::jobs {

namespace {

constexpr std::int64_t kCrossrefRows = 167'008'747;
constexpr std::int64_t kDataciteRows = 100'000'000;
constexpr std::int64_t kRorRows = 100'000;

std::int64_t openalex_rows(const storage::Manifest& manifest) {
  // Without the expansion pack a third fewer works are there.
  const auto xpac = manifest.options.find("xpac");
  const bool dropped = xpac == manifest.options.end() || xpac->second == "drop";
  return dropped ? 172'000'000 : 264'675'126;
}

// True: as many as the specification asks for.
bool fill(std::int64_t& rows, std::int64_t standard,
          const storage::Manifest& manifest) {
  if (rows < 0) {
    rows = standard;
    if (manifest.subset || manifest.synthetic) {
      log::info("{}: a subset or synthetic, so one row is enough",
                manifest.stage);
      rows = 1;
    }
    if (manifest.subset && manifest.rows_out == 0) {
      log::warning("{}: the subset holds no work of this source",
                   manifest.stage);
      rows = 0;
    }
  }
  return rows >= standard;
}

}  // namespace

IndexThresholds index_thresholds(IndexThresholds given,
                                 const storage::Manifest& openalex_works,
                                 const storage::Manifest& crossref_metadata,
                                 const storage::Manifest& datacite) {
  const bool openalex =
      fill(given.openalex_works, openalex_rows(openalex_works), openalex_works);
  const bool crossref =
      fill(given.crossref_metadata, kCrossrefRows, crossref_metadata);
  const bool whole =
      fill(given.datacite, kDataciteRows, datacite) && openalex && crossref;
  if (given.ror < 0) given.ror = whole ? kRorRows : 1;
  if (given.corpus < 0) given.corpus = whole ? 1 : 0;
  return given;
}

}  // namespace dmp::jobs
