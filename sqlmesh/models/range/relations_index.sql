MODEL (
  name works.relations_index,
  kind FULL,
  description 'For each DOI its related DOIs in three classes, uncut; symmetric, distinct, sorted by bytes.',
  audits (unique_values(columns := (doi)))
);
-- reads: prepare.related_dois
-- key: doi (unique). Source: works-index.md 4.4.
SELECT doi, doi_bucket,
  LIST_SORT(COALESCE(LIST(DISTINCT related) FILTER (WHERE class = 'intra'), [])) AS intra_work_dois,
  LIST_SORT(COALESCE(LIST(DISTINCT related) FILTER (WHERE class = 'shared'), [])) AS possible_shared_project_dois,
  LIST_SORT(COALESCE(LIST(DISTINCT related) FILTER (WHERE class = 'citation'), [])) AS dataset_citation_dois
FROM prepare.related_dois
WHERE doi_bucket BETWEEN @bucket_lo AND @bucket_hi
GROUP BY doi, doi_bucket
