MODEL (
  name prepare.ror_index,
  kind FULL,
  description 'Identifier of an organisation -> its canonical ROR id.',
  columns (
    type TEXT,
    identifier TEXT,
    ror_id TEXT
  ),
  column_descriptions (
    ror_id = 'Canonical ROR id.'
  ),
  audits (
    unique_combination_of_columns(columns := (type, identifier)),
    not_null(columns := (ror_id))
  )
);
-- reads: prepare.ror_identifiers, prepare.canonical_ror
-- key: (type, identifier), unique. types: ror, isni, fundref, grid, wikidata.
-- from here on an identifier names one organisation or none.
-- Source: works-index.md 3.1.
SELECT i.type, i.identifier, COALESCE(c.canonical, i.ror_id) AS ror_id
FROM prepare.ror_identifiers AS i
LEFT JOIN prepare.canonical_ror AS c ON c.ror_id = i.ror_id
WHERE i.ror_id IS NOT NULL
