#pragma once

#include "base/result.h"
#include "sql/works_index_counts.h"

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace dmp::model {
struct Work;
}

namespace dmp::sql {

class Session;

// The audits of works-index.md 7 that are no claim of a model's header.

// Fewer rows than asked for: says by how many, and `hint`, how to override.
// Errors: invalid_argument.
Status audit_rows(const std::string& table, std::int64_t rows,
                  std::int64_t least, const std::string& hint);

// The ROR ids of the registry, which works are held against.
class RorIds {
 public:
  // Of prepare.ror_identifiers. Errors: those of a query.
  Status read(Session& session);
  // How many ids of the work's institutions and funders the registry lacks; 0
  // where there is no registry.
  std::int64_t unknown(const model::Work& work) const;

 private:
  bool lacks(const std::string& ror) const;
  std::unordered_set<std::string> ids_;
};

// Adds, of the range whose tables stand in `works`: records and DOIs a source
// gives, texts that are empty (empty_texts), and to `unknown_types` the works
// by "source type" of a type that has no mapping.
Status audit_range(Session& session, Counts& counts, Counts& unknown_types);

// What deserves a look though nothing failed, a sentence each: repeated
// records, empty texts, unknown types, lists that were cut, unknown ROR ids.
std::vector<std::string> index_warnings(const Counts& counts,
                                        const Counts& unknown_types);

}  // namespace dmp::sql
