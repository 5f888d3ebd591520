MODEL (
  name raw.openalex_works,
  kind VIEW,
  description 'OpenAlex works as transformed: one row per record that has a DOI.'
);
SELECT * FROM read_parquet(@openalex_works_files)
