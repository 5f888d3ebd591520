#pragma once

#include "base/counters.h"
#include "base/result.h"
#include "sql/table_buffer.h"

#include <simdjson.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace dmp::ingest {

// The organisations of a ROR dump, in memory: a row a record with a valid ROR
// id, in the order of the dump. Counted: records, ror_bad_id,
// ror_bad_external_id. Source: records.md 5.
class RorTable {
 public:
  RorTable();

  // Adds the records of a schema-2 document; `name` is for messages.
  // Errors: corrupt_input (not a JSON array).
  Status read(const std::string& name, const std::string& json);

  // As Parquet, sorted by ROR id. Errors: io.
  Status write(const std::filesystem::path& path) const;

  const sql::TableBuffer& table() const { return rows_; }
  std::size_t size() const { return ids_.size(); }
  const Counters& counters() const { return counters_; }

 private:
  using Element = simdjson::dom::element;

  bool add(Element record);  // false: no valid ROR id
  void append_list(std::size_t column, const std::vector<std::string>& texts);
  void add_names(Element record);
  void add_country(Element record);
  void add_external_ids(Element record);
  void add_relations(Element record);

  sql::TableBuffer rows_;
  std::vector<std::string> ids_;
  Counters counters_;
};

}  // namespace dmp::ingest
