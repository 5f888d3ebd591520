MODEL (
  name prepare.openalex_homes,
  kind FULL,
  description 'OpenAlex record ids that occur with several DOIs, and the DOI of the latest one.',
  columns (
    id TEXT,
    doi TEXT
  ),
  column_descriptions (
    id = 'OpenAlex work id that occurs with several DOIs.',
    doi = 'The one it counts for.'
  ),
  audits (
    unique_values(columns := (id))
  )
);
-- reads: raw.openalex_works
-- key: id (unique). Seldom any row; the rows of such an id lie in several ranges.
-- Source: works-index.md 3.3, "dedupe by id".
WITH repeated AS (
  SELECT CAST(SUBSTR(id, 2) AS UBIGINT) AS id_number
  FROM raw.openalex_works
  GROUP BY CAST(SUBSTR(id, 2) AS UBIGINT)
  HAVING COUNT(*) > 1
)
SELECT o.id, FIRST(o.doi ORDER BY o.updated_date DESC NULLS LAST, o.doi) AS doi
FROM raw.openalex_works AS o
JOIN repeated AS r ON r.id_number = CAST(SUBSTR(o.id, 2) AS UBIGINT)
GROUP BY o.id
HAVING COUNT(DISTINCT o.doi) > 1
