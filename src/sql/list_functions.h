#pragma once

#include <duckdb.h>

namespace dmp::sql {

// Bodies of dmp_organisations and dmp_authors, see functions.h.
void merge_organisations(duckdb_function_info info, duckdb_data_chunk input,
                         duckdb_vector output);
void complete_authors(duckdb_function_info info, duckdb_data_chunk input,
                      duckdb_vector output);

}  // namespace dmp::sql
