MODEL (
  name raw.ror,
  kind VIEW,
  description 'ROR organisations as transformed.',
  columns (
    ror_id TEXT,
    status TEXT,
    name TEXT,
    external_ids STRUCT(type TEXT, identifier TEXT, preferred BOOLEAN)[],
    successors TEXT[]
  )
);
-- key: ror_id. Source: records.md 5.
SELECT ror_id, status, name, external_ids, successors
FROM READ_PARQUET(@ror_path || '/ror.parquet')
