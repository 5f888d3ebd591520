MODEL (
  name works.awards,
  kind FULL,
  description 'Award numbers of every work, each once, uncut, with the funders under which the sources list it.',
  audits (unique_values(columns := (doi)))
);
-- reads: works.datacite_works, works.openalex_works, works.crossref_works, prepare.ror_index
-- key: doi (unique). order: (award_key, award_id); spelling: the smallest by bytes.
-- Source: works-index.md 3.14.
WITH stated AS (
  SELECT doi, e.award_number AS award_id, e.funder_name AS funder_name,
    DMP_ORGANISATION_ID(e.funder_identifier, e.funder_identifier_type) AS identifier
  FROM (SELECT doi, UNNEST(funders) AS e FROM works.datacite_works)
  UNION ALL
  SELECT doi, e.award_id, e.name, 'ror:' || e.ror
  FROM (SELECT doi, UNNEST(awards) AS e FROM works.openalex_works)
  UNION ALL
  SELECT doi, e.award, e.name, 'fundref:' || e.funder_doi
  FROM (
    SELECT doi, UNNEST(funders) AS e FROM works.crossref_works
    WHERE doi NOT IN (SELECT doi FROM works.datacite_works)
  )
  UNION ALL
  SELECT doi, UNNEST(financed_by), NULL, NULL
  FROM works.crossref_works
  WHERE doi NOT IN (SELECT doi FROM works.datacite_works)
),
united AS (
  SELECT s.doi, DMP_KEY(s.award_id) AS award_key, MIN(s.award_id) AS award_id,
    LIST_SORT(COALESCE(LIST(DISTINCT COALESCE(r.ror_id, SUBSTR(s.identifier, 5))) FILTER (
      WHERE r.ror_id IS NOT NULL OR s.identifier LIKE 'ror:%'
    ), [])) AS funder_rors,
    LIST_SORT(COALESCE(LIST(DISTINCT s.funder_name) FILTER (WHERE s.funder_name IS NOT NULL), [])) AS funder_names
  FROM stated AS s
  LEFT JOIN prepare.ror_index AS r ON r.type || ':' || r.identifier = s.identifier
  WHERE s.award_id IS NOT NULL
  GROUP BY s.doi, DMP_KEY(s.award_id)
)
SELECT doi,
  LIST({'award_id': award_id, 'funder_rors': funder_rors, 'funder_names': funder_names} ORDER BY award_key, award_id) AS items
FROM united
GROUP BY doi
