MODEL (
  name works.organisations,
  kind FULL,
  description 'The final lists of institutions and funders: once per ROR (first name wins), nameless doubles dropped, order kept.'
);
-- key: (kind, doi), unique. Source: works-index.md 3.12, "dedupe".
WITH with_ror AS (
  SELECT kind, doi, ror, min(place) AS place,
    first(name ORDER BY place) FILTER (WHERE name IS NOT NULL) AS name
  FROM works.entries WHERE ror IS NOT NULL
  GROUP BY kind, doi, ror
),
named AS (
  SELECT DISTINCT kind, doi, lower(name) AS name_key FROM works.entries WHERE ror IS NOT NULL AND name IS NOT NULL
),
without_ror AS (
  SELECT e.kind, e.doi, min(e.place) AS place, first(e.name ORDER BY e.place) AS name
  FROM works.entries e
  LEFT JOIN named n ON n.kind = e.kind AND n.doi = e.doi AND n.name_key = lower(e.name)
  WHERE e.ror IS NULL AND n.doi IS NULL
  GROUP BY e.kind, e.doi, lower(e.name)
),
final AS (
  SELECT kind, doi, place, name, ror FROM with_ror
  UNION ALL
  SELECT kind, doi, place, name, NULL FROM without_ror
)
SELECT kind, doi,
  list({'name': name, 'ror': ror} ORDER BY place)[1:@nested_object_limit] AS items
FROM final
GROUP BY kind, doi
