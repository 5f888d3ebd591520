#pragma once

#include "database/sqlite.h"

namespace dmp::database {

// Brings a file to the tables of this version, which docs/formats.md lists: an
// empty one, or one of an older version. Source: spec database.md 7.
// Errors: invalid_argument (a newer version's, or another program's file),
// corrupt_input (two of its works are one DOI under text::collation_key of
// now).
Status prepare_schema(Connection& connection);

// To read a file as it is: of an older version the columns that came later are
// null, by a view of this connection.
// Errors: invalid_argument (it has not these tables; the message says why).
Status view_schema(Connection& connection);

// The temporary tables of this connection that a batch is staged in, and what
// apply() keeps in between.
Status make_staging_tables(Connection& connection);

}  // namespace dmp::database
