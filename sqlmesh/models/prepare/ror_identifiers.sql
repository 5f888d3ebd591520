MODEL (
  name prepare.ror_identifiers,
  kind FULL,
  description 'Every identifier of an organisation and the one organisation it names; null where several are left.',
  columns (
    type TEXT,
    identifier TEXT,
    ror_id TEXT
  ),
  column_descriptions (
    type = 'ror, isni, fundref, grid or wikidata.',
    identifier = 'In the normal form of its type.',
    ror_id = 'The organisation it names; null where several are left.'
  ),
  audits (unique_combination_of_columns(columns := (type, identifier)))
);
-- reads: raw.ror
-- key: (type, identifier), unique. nulls: ror_id (ambiguous).
-- Source: works-index.md 3.1.
WITH identifiers AS (
  SELECT ror_id, 'ror' AS type, ror_id AS identifier, status = 'active' AS active, TRUE AS preferred
  FROM raw.ror
  UNION ALL
  SELECT ror_id, e.type, e.identifier, status = 'active', COALESCE(e.preferred, FALSE)
  FROM (SELECT ror_id, status, UNNEST(external_ids) AS e FROM raw.ror)
  WHERE e.type IS NOT NULL AND e.identifier IS NOT NULL
)
SELECT type, identifier,
  CASE
    WHEN COUNT(DISTINCT ror_id) = 1 THEN MIN(ror_id)
    WHEN COUNT(DISTINCT ror_id) FILTER (WHERE active) = 1 THEN MIN(ror_id) FILTER (WHERE active)
    WHEN COUNT(DISTINCT ror_id) FILTER (WHERE active AND preferred) = 1 THEN MIN(ror_id) FILTER (WHERE active AND preferred)
  END AS ror_id
FROM identifiers
GROUP BY type, identifier
