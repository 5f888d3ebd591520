MODEL (
  name prepare.ror_index,
  kind FULL,
  description 'Identifier of an organisation -> its canonical ROR id. Ambiguous identifiers are settled by status, then by preferred, or left out.'
);
-- key: (type, identifier), unique. Source: works-index.md 3.1.
WITH ids AS (
  SELECT ror_id, 'ror' AS type, ror_id AS identifier, status = 'active' AS active, TRUE AS preferred
  FROM raw.ror
  UNION ALL
  SELECT ror_id, e.type, e.identifier, status = 'active', e.preferred
  FROM (SELECT ror_id, status, unnest(external_ids) AS e FROM raw.ror)
  WHERE e.type IS NOT NULL AND e.identifier IS NOT NULL
),
settled AS (
  SELECT type, identifier,
    CASE
      WHEN count(DISTINCT ror_id) = 1 THEN min(ror_id)
      WHEN count(DISTINCT ror_id) FILTER (WHERE active) = 1 THEN min(ror_id) FILTER (WHERE active)
      WHEN count(DISTINCT ror_id) FILTER (WHERE active AND preferred) = 1 THEN min(ror_id) FILTER (WHERE active AND preferred)
      WHEN count(DISTINCT ror_id) FILTER (WHERE active) = 0
        AND count(DISTINCT ror_id) FILTER (WHERE preferred) = 1 THEN min(ror_id) FILTER (WHERE preferred)
    END AS ror_id
  FROM ids
  GROUP BY type, identifier
)
SELECT s.type, s.identifier, coalesce(c.canonical, s.ror_id) AS ror_id
FROM settled s LEFT JOIN prepare.canonical_ror c ON c.ror_id = s.ror_id
WHERE s.ror_id IS NOT NULL
