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
  ),
  column_descriptions (
    doi = 'Normalised DOI.',
    title = 'Cleaned title.',
    abstract = 'Cleaned abstract.',
    updated_date = 'When the record was last indexed or deposited, UTC.',
    funders = 'One entry an award of a funder, or a funder without award.',
    relations = 'Stated relations; relation_id is a normalised DOI where id_type is doi.',
    work_type = 'Type, for posted content with its subtype.',
    publication_date = 'First day of the stated date.',
    publication_date_end = 'Last day of the stated date.',
    publication_date_precision = 'day, month or year.',
    publication_venue = 'Container title.',
    authors = 'In order; names in parts, ORCID as bare id.',
    institutions = 'Affiliations of the authors.',
    funder_rors = 'Funders named by ROR id.',
    language = 'Two-letter code.',
    doi_bucket = 'Top 8 bits of XXH3-64 of the DOI: which range the row belongs to.'
  )
);
-- key: none; doi may repeat. order: by doi_bucket in each file. Source: records.md 3.3.
SELECT doi, title, abstract, updated_date, funders, relations, work_type, publication_date, publication_date_end,
  publication_date_precision, publication_venue, authors, institutions, funder_rors, language, doi_bucket
FROM READ_PARQUET(@crossref_metadata_path || '/crossref_metadata_batch_*_part_*.parquet')
