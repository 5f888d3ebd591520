MODEL (
  name works.organisations,
  kind FULL,
  description 'The final lists of institutions and funders, uncut: identifiers resolved to ROR, once per ROR (first name wins), nameless doubles dropped, order kept.'
);
-- reads: works.stated_organisations, prepare.ror_index
-- key: (kind, doi), unique; works without any are not listed.
-- Source: works-index.md 3.1 "lookup", 3.12 "dedupe".
WITH stated AS (
  SELECT 'institution' AS kind, doi, UNNEST(institutions) AS e, GENERATE_SUBSCRIPTS(institutions, 1) AS place
  FROM works.stated_organisations
  UNION ALL
  SELECT 'funder', doi, UNNEST(funders), GENERATE_SUBSCRIPTS(funders, 1)
  FROM works.stated_organisations
),
resolved AS (
  SELECT s.kind, s.doi, s.place, s.e.name AS name,
    COALESCE(r.ror_id, CASE WHEN s.e.identifier LIKE 'ror:%' THEN SUBSTR(s.e.identifier, 5) END) AS ror
  FROM stated AS s
  LEFT JOIN prepare.ror_index AS r ON r.type || ':' || r.identifier = s.e.identifier
)
SELECT kind, doi, DMP_ORGANISATIONS(LIST({'name': name, 'ror': ror} ORDER BY place)) AS items
FROM resolved
WHERE NOT (name IS NULL AND ror IS NULL)
GROUP BY kind, doi
