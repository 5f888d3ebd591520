MODEL (
  name works.openalex_ranked,
  kind FULL,
  description 'OpenAlex: one row per record id, ranked within its DOI by how many identifiers it has; rank 1 is the primary record.'
);
-- key: id (unique). Source: works-index.md 3.3.
WITH records AS (
  SELECT * EXCLUDE (rank_in_id) FROM (
    SELECT o.*, row_number() OVER (PARTITION BY id ORDER BY updated_date DESC NULLS LAST, o::VARCHAR) AS rank_in_id
    FROM raw.openalex_works o
    WHERE doi_bucket BETWEEN @bucket_low AND @bucket_high
  )
  WHERE rank_in_id = 1
),
counted AS (
  SELECT *,
    (ids.mag IS NOT NULL)::INT + (ids.pmid IS NOT NULL)::INT + (ids.pmcid IS NOT NULL)::INT
    + len(list_distinct(list_transform(authors, lambda a: a.orcid)))
    + len(list_distinct(list_transform(awards, lambda a: a.funder_award_id)))
    + len(list_distinct(list_transform(funders, lambda f: f.id)))
    + len(list_distinct(list_transform(institutions, lambda i: i.ror))) AS total_count
  FROM records
)
SELECT *,
  row_number() OVER (PARTITION BY doi ORDER BY total_count DESC, substr(id, 2)::BIGINT) AS doi_rank,
  count(*) OVER (PARTITION BY doi) AS doi_count
FROM counted
