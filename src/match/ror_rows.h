#pragma once

#include "match/families.h"
#include "sql/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dmp::match {

// An organisation as in ror.parquet. For tests only.
struct RorRow {
  RorRow(std::string row_id, std::string display_name)
      : id(std::move(row_id)), name(std::move(display_name)) {}
  std::string id, name;
  std::vector<std::string> labels, aliases, acronyms;
  std::vector<std::string> parents, children, successors, predecessors;
};

inline std::string sql_list(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items)
    out += (out.empty() ? "" : ", ") + sql::quote(item);
  return "[" + out + "]::VARCHAR[]";
}

inline void write_ror(const std::vector<RorRow>& rows,
                      const std::filesystem::path& file) {
  std::string values;
  for (const auto& row : rows) {
    values += fmt::format("{}({}, {}, {}, {}, {}, {}, {}, {}, {})",
                          values.empty() ? "" : ", ", sql::quote(row.id),
                          sql::quote(row.name), sql_list(row.labels),
                          sql_list(row.aliases), sql_list(row.acronyms),
                          sql_list(row.parents), sql_list(row.children),
                          sql_list(row.successors), sql_list(row.predecessors));
  }
  auto session = sql::Session::open({});
  EXPECT_TRUE(session);
  const auto written = session->execute(fmt::format(
      "COPY (SELECT * FROM (VALUES {}) AS rows(ror_id, name, labels, aliases, "
      "acronyms, parents, children, successors, predecessors)) TO {} "
      "(FORMAT parquet)",
      values, sql::quote(file.string())));
  EXPECT_TRUE(written) << written.error().message;
}

// As read from a file of these rows.
inline FunderFamilies families_of(const std::vector<RorRow>& rows) {
  const auto file = std::filesystem::temp_directory_path() /
                    fmt::format("ror_rows_{}.parquet", ::getpid());
  write_ror(rows, file);
  auto families = FunderFamilies::read(file);
  EXPECT_TRUE(families);
  std::filesystem::remove(file);
  return families ? *std::move(families) : FunderFamilies();
}

}  // namespace dmp::match
