MODEL (
  name works.relations_index,
  kind FULL,
  description 'For each DOI its related DOIs in three classes, uncut; symmetric, distinct, sorted by bytes.',
  columns (
    doi TEXT,
    doi_bucket UTINYINT,
    intra_work_dois TEXT[],
    possible_shared_project_dois TEXT[],
    dataset_citation_dois TEXT[]
  ),
  column_descriptions (
    doi = 'Normalised DOI, in the index or not.',
    intra_work_dois = 'The same work: versions, forms, preprints. Sorted by bytes.',
    possible_shared_project_dois = 'Other works, probably of the same project. Sorted by bytes.',
    dataset_citation_dois = 'Data cited by it, or what cites it as data. Sorted by bytes.'
  ),
  audits (
    unique_values(columns := (doi)),
    not_null(columns := (doi))
  )
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
