#pragma once

#include "base/result.h"

namespace dmp::sql {

// Registers the functions that the models use and DuckDB lacks on a
// duckdb_connection; every connection of its database has them then.
//
//   dmp_key(text) -> text            text::key, for comparison
//   dmp_doi_bucket(doi) -> utinyint  text::doi_bucket
//   dmp_organisation_id(text, scheme) -> text
//       "type:identifier" by text::classify_org_id; null: no known form.
//   dmp_lookup(list<text> keys, list<text> values) -> blob
//       a table for the functions below (lookup.h); the first of equal keys
//       counts.
//   dmp_organisations(list<struct(name, identifier)>, blob)
//       -> list<struct(name, ror)>
//       identifiers as "type:identifier", resolved by the table (a ROR id that
//       it lacks stands for itself); once per ror (first name wins, a null name
//       is filled by a later one); an entry without ror goes if its key(name)
//       is that of another entry, or if it has no name; order kept.
//       Source: works-index.md 3.1, 3.12.
//   dmp_awards(list<struct(award_id, funder_name, identifier)>, blob)
//       -> list<struct(award_id, funder_rors, funder_names)>
//       once per key(award_id), spelt as the smallest by bytes; funders of all
//       spellings united, sorted; ordered by (key, award_id); entries without
//       award_id dropped. Source: works-index.md 3.14.
//   dmp_authors(list<author>, list<author>) -> list<author>
//       the first list with ORCIDs of the second where the name is
//       unambiguous, or the second where the first is empty; exact doubles and
//       nameless doubles of an ORCID dropped, order kept.
//       Source: works-index.md 3.11.
//   dmp_md5(any, …) -> text          MD5 of the canonical bytes of the
//       arguments (text, date, boolean, list, struct), 32 hex digits.
//       Source: works-index.md 5.2.
//   dmp_md5_pair(struct common, struct a, struct b) -> struct(first, second)
//       dmp_md5 of the fields of common and a, and of common and b; what is
//       common is hashed once.
//
// Null lists count as empty. Time is linear in the input.
// Errors: internal, naming the function that DuckDB refused.
Status register_functions(void* connection);

}  // namespace dmp::sql
