MODEL (
  name raw.data_citation_corpus,
  kind VIEW,
  description 'Pairs of the Data Citation Corpus.',
  columns (
    publication_doi TEXT,
    dataset_doi TEXT,
    source TEXT
  ),
  column_descriptions (
    publication_doi = 'Normalised DOI of what cites.',
    dataset_doi = 'Normalised DOI of what is cited.',
    source = 'Which collections say so, by comma.'
  )
);
-- key: (publication_doi, dataset_doi). Source: records.md 6.
SELECT publication_doi, dataset_doi, source
FROM READ_PARQUET(@data_citation_corpus_path || '/data_citation_corpus*.parquet')
