MODEL (
  name works.awards,
  kind FULL,
  description 'Award numbers of every work, each once, with the funders under which the sources list it.'
);
-- key: doi (unique). order: (lower(award_id), award_id). Source: works-index.md 3.14.
WITH stated AS (
  SELECT doi, e.award_number AS award_id, e.funder_name AS funder_name, r.ror_id AS funder_ror
  FROM (SELECT doi, unnest(funders) AS e FROM works.datacite_works)
  LEFT JOIN prepare.ror_index r ON r.identifier = e.funder_identifier
    AND r.type = CASE e.funder_identifier_type WHEN 'Crossref Funder ID' THEN 'fundref' ELSE lower(e.funder_identifier_type) END
  UNION ALL
  SELECT a.doi, a.e.funder_award_id, a.e.funder_display_name, f.ror
  FROM (SELECT id, doi, unnest(awards) AS e FROM works.openalex_ranked) a
  LEFT JOIN (SELECT DISTINCT id, f.id AS funder_id, f.ror AS ror
             FROM (SELECT id, unnest(funders) AS f FROM works.openalex_ranked) WHERE f.ror IS NOT NULL AND f.id IS NOT NULL) f
    ON f.id = a.id AND f.funder_id = a.e.funder_id
  UNION ALL
  SELECT c.doi, c.e.award, c.e.name, r.ror_id
  FROM (SELECT doi, unnest(funders) AS e FROM raw.crossref_metadata
        WHERE doi_bucket BETWEEN @bucket_low AND @bucket_high) c
  LEFT JOIN prepare.ror_index r ON r.type = 'fundref' AND r.identifier = c.e.funder_doi
  WHERE NOT EXISTS (SELECT 1 FROM works.datacite_works d WHERE d.doi = c.doi)
  UNION ALL
  SELECT c.doi, c.r.relation_id, NULL, NULL
  FROM (SELECT doi, unnest(relations) AS r FROM works.crossref_works) c
  WHERE c.r.relation_type = 'is-financed-by' AND c.r.id_type = 'doi'
    AND NOT EXISTS (SELECT 1 FROM works.datacite_works d WHERE d.doi = c.doi)
),
united AS (
  SELECT s.doi, lower(s.award_id) AS award_key, min(s.award_id) AS award_id,
    list_sort(list_distinct(list(coalesce(c.canonical, s.funder_ror)))) AS funder_rors,
    list_sort(list_distinct(list(s.funder_name))) AS funder_names
  FROM stated s LEFT JOIN prepare.canonical_ror c ON c.ror_id = s.funder_ror
  WHERE s.award_id IS NOT NULL
  GROUP BY s.doi, lower(s.award_id)
)
SELECT doi,
  list({'award_id': award_id, 'funder_rors': funder_rors, 'funder_names': funder_names} ORDER BY award_key, award_id)[1:@nested_object_limit] AS items
FROM united
GROUP BY doi
