MODEL (
  name raw.openalex_works,
  kind VIEW,
  description 'OpenAlex works as transformed: one row per record that has a DOI.',
  columns (
    id TEXT,
    doi TEXT,
    is_xpac BOOLEAN,
    ids STRUCT(doi TEXT, mag TEXT, openalex TEXT, pmid TEXT, pmcid TEXT),
    title TEXT,
    abstract TEXT,
    work_type TEXT,
    publication_date DATE,
    updated_date TIMESTAMP,
    publication_venue TEXT,
    authors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT)[],
    institutions STRUCT(name TEXT, ror TEXT)[],
    funders STRUCT(id TEXT, display_name TEXT, ror TEXT)[],
    awards STRUCT(id TEXT, display_name TEXT, funder_award_id TEXT, funder_id TEXT, funder_display_name TEXT, doi TEXT)[],
    publication_date_end DATE,
    publication_date_precision TEXT,
    language TEXT,
    doi_bucket UTINYINT
  ),
  column_descriptions (
    id = 'OpenAlex work id, W and digits.',
    doi = 'Normalised DOI; never null here.',
    is_xpac = 'Of the expansion pack.',
    ids = 'Other identifiers of the record.',
    title = 'Cleaned title.',
    abstract = 'Cleaned abstract.',
    work_type = 'Type as OpenAlex says it.',
    publication_date = 'First day of the stated date.',
    updated_date = 'When the record was last changed, UTC.',
    publication_venue = 'Name of the primary source.',
    authors = 'In order; names in parts, ORCID as bare id.',
    institutions = 'Of the authors; ror as bare id.',
    funders = 'Funders the record lists.',
    awards = 'Grants the record lists, each with its funder.',
    publication_date_end = 'Last day of the stated date.',
    publication_date_precision = 'day, month or year.',
    language = 'Two-letter code.',
    doi_bucket = 'Top 8 bits of XXH3-64 of the DOI: which range the row belongs to.'
  )
);
-- key: none; id may repeat. order: by doi_bucket in each file. Source: records.md 2.3.
SELECT id, doi, is_xpac, ids, title, abstract, work_type, publication_date, updated_date, publication_venue, authors, institutions,
  funders, awards, publication_date_end, publication_date_precision, language, doi_bucket
FROM READ_PARQUET(@openalex_works_path || '/openalex_works_batch_*_part_*.parquet')
