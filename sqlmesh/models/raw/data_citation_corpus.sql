MODEL (
  name raw.data_citation_corpus,
  kind VIEW,
  description 'Distinct (publication, dataset) pairs of the Data Citation Corpus.'
);
SELECT * FROM read_parquet(@data_citation_corpus_files)
