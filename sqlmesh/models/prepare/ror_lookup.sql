MODEL (
  name prepare.ror_lookup,
  kind FULL,
  description 'The ROR index as one value, for the functions that resolve identifiers: "type:identifier" -> canonical ROR id.',
  columns (
    lookup BLOB
  ),
  column_descriptions (
    lookup = 'Table of type:identifier to ROR id, in the form DMP_LOOKUP gives it.'
  )
);
-- reads: prepare.ror_index
-- key: one row. lookup: a blob of DMP_LOOKUP, for this run only.
-- Source: works-index.md 3.1 "broadcast".
SELECT DMP_LOOKUP(
    LIST(type || ':' || identifier ORDER BY type, identifier), LIST(ror_id ORDER BY type, identifier)
  ) AS lookup
FROM prepare.ror_index
