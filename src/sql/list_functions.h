#pragma once

#include "sql/lookup.h"

#include <duckdb.h>

#include <string_view>

namespace dmp::sql {

// What "type:identifier" stands for: the table's ROR id, or the id itself where
// it is a ROR id that the table lacks; data() is nullptr for nothing.
std::string_view resolved_ror(const Lookup& rors, std::string_view identifier);

// Bodies of dmp_organisations, dmp_awards and dmp_authors, see functions.h.
void merge_organisations(duckdb_function_info info, duckdb_data_chunk input,
                         duckdb_vector output);
void merge_awards(duckdb_function_info info, duckdb_data_chunk input,
                  duckdb_vector output);
void complete_authors(duckdb_function_info info, duckdb_data_chunk input,
                      duckdb_vector output);

}  // namespace dmp::sql
