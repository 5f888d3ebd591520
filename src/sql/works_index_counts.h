#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <string>

namespace dmp::sql {

class Session;

using Counts = std::map<std::string, std::int64_t>;

// Counts over the tables of the models, and what must hold between them.
// Source: works-index.md 7. Errors: internal, naming the check (C1 …).

// Adds the one row of `sql` to `counts`, under its column names.
Status add_row(Session& session, const std::string& sql, Counts& counts);
// Adds rows of (name, number) to `counts`, each under prefix + name.
Status add_named(Session& session, const std::string& sql,
                 const std::string& prefix, Counts& counts);

// What became of every stated relation (relations_…), and C5.
Status count_relations(Session& session, Counts& counts);
// "source type" -> relations of a type that has no class.
Result<Counts> unclassified_relations(Session& session);

// DOI buckets, both ends included.
struct BucketRange {
  int low = 0, high = 255;
};

// Adds the counts of the range whose tables stand in `works`: rows a source has
// in it (in_ranges_…) and gives, lists longer than the limit, works of a source
// with awards, funders and institutions (stated_…).
Status count_range(Session& session, const BucketRange& range, Counts& counts);

// What check_totals needs of the parameters.
struct IndexScope {
  bool xpac_enrich = false;
  bool include_crossref_only = false;
};
// C1, C2, C3, C4, C8 over all ranges; C4 of 1,000 pairs both ways, chosen by a
// hash, in the table relation_index of all ranges.
Status check_totals(Session& session, const IndexScope& scope,
                    const Counts& counts);

// C`name`: both sides equal.
Status check_equal(const char* name, std::int64_t left, std::int64_t right);

}  // namespace dmp::sql
