MODEL (
  name raw.crossref_metadata,
  kind VIEW,
  description 'Crossref records as transformed.'
);
SELECT * FROM read_parquet(@crossref_metadata_files)
