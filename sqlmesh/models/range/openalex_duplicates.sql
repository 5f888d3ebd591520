MODEL (
  name works.openalex_duplicates,
  kind FULL,
  description 'OpenAlex records that share a DOI, ranked by how much they identify; rank 1 is the primary record.',
  audits (unique_values(columns := (id)))
);
-- reads: works.openalex_records
-- key: id (unique), and (doi, doi_rank). DOIs with one record are not listed.
-- Source: works-index.md 3.3.
WITH repeated AS (
  SELECT doi, COUNT(*) AS doi_count FROM works.openalex_records GROUP BY doi HAVING COUNT(*) > 1
),
counted AS (
  SELECT o.*, r.doi_count,
    CAST(o.ids.mag IS NOT NULL AS INT) + CAST(o.ids.pmid IS NOT NULL AS INT) + CAST(o.ids.pmcid IS NOT NULL AS INT) AS id_count,
    LIST_UNIQUE(LIST_TRANSFORM(o.authors, a -> a.orcid)) AS orcid_count,
    LIST_UNIQUE(LIST_TRANSFORM(o.awards, a -> a.funder_award_id)) AS award_id_count,
    LIST_UNIQUE(LIST_TRANSFORM(o.funders, f -> f.id)) AS funder_id_count,
    LIST_UNIQUE(LIST_TRANSFORM(o.institutions, i -> i.ror)) AS inst_id_count
  FROM works.openalex_records AS o
  JOIN repeated AS r ON r.doi = o.doi
)
SELECT *, id_count + orcid_count + award_id_count + funder_id_count + inst_id_count AS total_count,
  ROW_NUMBER() OVER (
    PARTITION BY doi
    ORDER BY id_count + orcid_count + award_id_count + funder_id_count + inst_id_count DESC, CAST(SUBSTR(id, 2) AS UBIGINT)
  ) AS doi_rank
FROM counted
