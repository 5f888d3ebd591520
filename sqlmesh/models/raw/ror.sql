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
  ),
  column_descriptions (
    ror_id = 'Nine characters.',
    status = 'active, inactive or withdrawn.',
    name = 'Display name.',
    external_ids = 'Identifiers in other registries, in their normal form; preferred may be null.',
    successors = 'ROR ids that took over.'
  )
);
-- key: ror_id. Source: records.md 5.
SELECT ror_id, status, name, external_ids, successors
FROM READ_PARQUET(@ror_path || '/ror.parquet')
