MODEL (
  name raw.crossref_metadata,
  kind VIEW,
  description 'Crossref records as transformed.',
  columns (
    doi TEXT,
    title TEXT,
    abstract TEXT,
    updated_date TIMESTAMP,
    funders STRUCT(name TEXT, funder_doi TEXT, award TEXT)[],
    relations STRUCT(relation_type TEXT, relation_id TEXT, id_type TEXT, asserted_by TEXT)[],
    work_type TEXT,
    publication_date DATE,
    publication_date_end DATE,
    publication_date_precision TEXT,
    publication_venue TEXT,
    authors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT)[],
    institutions STRUCT(name TEXT, ror TEXT)[],
    funder_rors STRUCT(name TEXT, ror TEXT)[],
    language TEXT,
    doi_bucket UTINYINT
  )
);
-- key: none; doi may repeat. order: by doi_bucket in each file. Source: records.md 3.3.
SELECT doi, title, abstract, updated_date, funders, relations, work_type, publication_date, publication_date_end,
  publication_date_precision, publication_venue, authors, institutions, funder_rors, language, doi_bucket
FROM READ_PARQUET(@crossref_metadata_path || '/crossref_metadata_batch_*_part_*.parquet')
