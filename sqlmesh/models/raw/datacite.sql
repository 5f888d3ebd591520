MODEL (
  name raw.datacite,
  kind VIEW,
  description 'DataCite records as transformed.',
  columns (
    doi TEXT,
    title TEXT,
    abstract TEXT,
    work_type TEXT,
    publication_date DATE,
    updated_date TIMESTAMP,
    publication_venue TEXT,
    authors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT)[],
    institutions STRUCT(affiliation_identifier TEXT, affiliation_identifier_scheme TEXT, name TEXT, scheme_uri TEXT)[],
    funders STRUCT(funder_identifier TEXT, funder_identifier_type TEXT, funder_name TEXT, award_number TEXT, award_uri TEXT)[],
    relations STRUCT(relation_type TEXT, related_identifier TEXT, related_identifier_type TEXT)[],
    publication_date_end DATE,
    publication_date_precision TEXT,
    resource_type TEXT,
    contributors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT, contributor_type TEXT)[],
    language TEXT,
    date_from_registration BOOLEAN,
    doi_bucket UTINYINT
  ),
  column_descriptions (
    doi = 'Normalised DOI.',
    title = 'Cleaned title.',
    abstract = 'Cleaned abstract.',
    work_type = 'resourceTypeGeneral as stated.',
    publication_date = 'First day of the stated date.',
    updated_date = 'When the record was last changed, UTC.',
    publication_venue = 'Container title, else publisher.',
    authors = 'Creators in order; names in parts, ORCID as bare id.',
    institutions = 'Affiliations of the creators with identifier and scheme as stated.',
    funders = 'Funding references as stated.',
    relations = 'Related identifiers; a DOI is normalised.',
    publication_date_end = 'Last day of the stated date.',
    publication_date_precision = 'day, month or year.',
    resource_type = 'resourceType, free text.',
    contributors = 'Contributors with their type; never shown as authors.',
    language = 'Two-letter code.',
    date_from_registration = 'The date is that of registration, nothing better was stated.',
    doi_bucket = 'Top 8 bits of XXH3-64 of the DOI: which range the row belongs to.'
  )
);
-- key: none; doi may repeat. order: by doi_bucket in each file. Source: records.md 4.3.
SELECT doi, title, abstract, work_type, publication_date, updated_date, publication_venue, authors, institutions, funders, relations,
  publication_date_end, publication_date_precision, resource_type, contributors, language, date_from_registration, doi_bucket
FROM READ_PARQUET(@datacite_path || '/datacite_batch_*_part_*.parquet')
