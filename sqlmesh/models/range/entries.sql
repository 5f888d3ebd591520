MODEL (
  name works.entries,
  kind FULL,
  description 'Institutions and funders of every work, from all its sources, in the order of the merge rules, identifiers resolved to ROR.'
);
-- key: (kind, doi, place), unique. Source: works-index.md 3.12, 3.13.
WITH datacite_own AS (
  SELECT 'institution' AS kind, doi, 0 AS tier, pos, e.name AS name, e.affiliation_identifier AS identifier
  FROM (SELECT doi, unnest(institutions) AS e, generate_subscripts(institutions, 1) AS pos FROM works.datacite_works)
  UNION ALL
  SELECT 'funder', doi, 0, pos, e.funder_name, e.funder_identifier
  FROM (SELECT doi, unnest(funders) AS e, generate_subscripts(funders, 1) AS pos FROM works.datacite_works)
),
resolved AS (
  SELECT d.kind, d.doi, d.tier, d.pos, d.name,
    coalesce(r.ror_id, CASE WHEN regexp_full_match(d.identifier, '0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}') THEN d.identifier END) AS ror
  FROM datacite_own d
  LEFT JOIN prepare.ror_index r ON r.identifier = d.identifier
    AND r.type = CASE
      WHEN d.identifier LIKE 'grid.%' THEN 'grid'
      WHEN d.identifier LIKE '10.13039/%' THEN 'fundref'
      WHEN d.identifier LIKE 'q%' THEN 'wikidata'
      WHEN length(d.identifier) = 16 THEN 'isni'
      ELSE 'ror' END
),
openalex AS (
  SELECT 'institution' AS kind, doi, 1 AS tier, doi_rank * 100000 + pos AS pos, e.name AS name, e.ror AS ror
  FROM (SELECT doi, doi_rank, unnest(institutions) AS e, generate_subscripts(institutions, 1) AS pos FROM works.openalex_ranked)
  UNION ALL
  SELECT 'funder', doi, 1, doi_rank * 100000 + pos, e.display_name, e.ror
  FROM (SELECT doi, doi_rank, unnest(funders) AS e, generate_subscripts(funders, 1) AS pos FROM works.openalex_ranked)
),
crossref AS (
  SELECT 'institution' AS kind, doi, 2 AS tier, pos, e.name AS name, e.ror AS ror
  FROM (SELECT doi, unnest(institutions) AS e, generate_subscripts(institutions, 1) AS pos FROM works.crossref_works)
  WHERE e.ror IS NOT NULL
  UNION ALL
  SELECT 'funder', c.doi, 2, c.pos, c.e.name, r.ror_id
  FROM (SELECT doi, unnest(funders) AS e, generate_subscripts(funders, 1) AS pos FROM works.crossref_works) c
  LEFT JOIN prepare.ror_index r ON r.type = 'fundref' AND r.identifier = c.e.funder_doi
  UNION ALL
  SELECT 'funder', doi, 3, pos, e.name, e.ror
  FROM (SELECT doi, unnest(funder_rors) AS e, generate_subscripts(funder_rors, 1) AS pos FROM works.crossref_works)
),
everything AS (
  SELECT * FROM resolved
  UNION ALL SELECT * FROM openalex
  -- Crossref completes OpenAlex works only.
  UNION ALL SELECT * FROM crossref
    WHERE NOT EXISTS (SELECT 1 FROM works.datacite_works d WHERE d.doi = crossref.doi)
)
SELECT e.kind, e.doi, row_number() OVER (PARTITION BY e.kind, e.doi ORDER BY e.tier, e.pos, e.name, e.ror) AS place,
  e.name, coalesce(c.canonical, e.ror) AS ror
FROM everything e
LEFT JOIN prepare.canonical_ror c ON c.ror_id = e.ror
WHERE e.name IS NOT NULL OR e.ror IS NOT NULL
