// The functions of the models as an extension that any DuckDB loads:
// LOAD 'dmpworks.duckdb_extension'. The PyPI tool sqlmesh runs our models so.
#include "sql/duckdb_api.h"
#include "sql/functions.h"

DUCKDB_EXTENSION_ENTRYPOINT(duckdb_connection connection,
                            duckdb_extension_info info,
                            duckdb_extension_access* access) {
  const dmp::Status done = dmp::sql::register_functions(connection);
  if (!done) access->set_error(info, done.error().message.c_str());
  return done.has_value();
}
