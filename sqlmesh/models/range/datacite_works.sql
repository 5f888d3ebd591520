MODEL (
  name works.datacite_works,
  kind FULL,
  description 'DataCite: one row per DOI, the newest; ties by longer abstract, longer title, content.'
);
-- key: doi (unique). Source: works-index.md 3.2.
SELECT * EXCLUDE (rank_in_doi) FROM (
  SELECT d.*, row_number() OVER (
      PARTITION BY doi
      ORDER BY updated_date DESC NULLS LAST, length(abstract) DESC NULLS LAST, length(title) DESC NULLS LAST, d::VARCHAR
    ) AS rank_in_doi
  FROM raw.datacite d
  WHERE doi_bucket BETWEEN @bucket_low AND @bucket_high
)
WHERE rank_in_doi = 1
