MODEL (
  name raw.datacite,
  kind VIEW,
  description 'DataCite records as transformed.'
);
SELECT * FROM read_parquet(@datacite_files)
