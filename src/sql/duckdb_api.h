#pragma once

// DuckDB's C API for the sources that are compiled twice: into the program,
// linked with libduckdb, and into the loadable extension, which is handed a
// table of functions by the DuckDB that loads it. For sql/ and
// src/extension.cpp.
#ifdef DUCKDB_EXTENSION_NAME
#include <duckdb_extension.h>
DUCKDB_EXTENSION_EXTERN
#else
#include <duckdb.h>
#endif

namespace dmp::sql {

// Puts valid UTF-8, or any bytes into a BLOB. The extension keeps to the stable
// part of the API, so that one build is loaded by any DuckDB from 1.3 on (1.2
// has that API too, but its Python package wants extensions of an older
// compiler); there the text is looked at once more.
inline void assign_text(duckdb_vector vector, idx_t row, const char* text,
                        idx_t bytes) {
#ifdef DUCKDB_EXTENSION_NAME
  duckdb_vector_assign_string_element_len(vector, row, text, bytes);
#else
  duckdb_unsafe_vector_assign_string_element_len(vector, row, text, bytes);
#endif
}

}  // namespace dmp::sql
