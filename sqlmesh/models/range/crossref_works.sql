MODEL (
  name works.crossref_works,
  kind FULL,
  description 'Crossref: one row per DOI, the one with the longest abstract, then title, then newest.'
);
-- key: doi (unique). Source: works-index.md 3.4.
SELECT * EXCLUDE (rank_in_doi),
  max(updated_date) OVER (PARTITION BY doi) AS newest_update
FROM (
  SELECT c.*, row_number() OVER (
      PARTITION BY doi
      ORDER BY length(abstract) DESC NULLS LAST, length(title) DESC NULLS LAST, updated_date DESC NULLS LAST, c::VARCHAR
    ) AS rank_in_doi
  FROM raw.crossref_metadata c
  WHERE doi_bucket BETWEEN @bucket_low AND @bucket_high
)
WHERE rank_in_doi = 1
