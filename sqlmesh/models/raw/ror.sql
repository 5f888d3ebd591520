MODEL (
  name raw.ror,
  kind VIEW,
  description 'ROR organisations as transformed.'
);
SELECT * FROM read_parquet(@ror_files)
