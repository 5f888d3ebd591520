MODEL (
  name works.works_index,
  kind VIEW,
  description 'One row per DOI, the best record we have for it: all columns of the index with its hashes, lists cut to the limit of the search engine.',
  columns (
    doi TEXT,
    title TEXT,
    abstract_text TEXT,
    work_type TEXT,
    publication_date DATE,
    updated_date TIMESTAMP,
    publication_venue TEXT,
    institutions STRUCT(name TEXT, ror TEXT)[],
    authors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT)[],
    funders STRUCT(name TEXT, ror TEXT)[],
    awards STRUCT(award_id TEXT, funder_rors TEXT[], funder_names TEXT[])[],
    relations STRUCT(intra_work_dois STRUCT(doi TEXT)[], possible_shared_project_dois STRUCT(doi TEXT)[], dataset_citation_dois STRUCT(doi TEXT)[]),
    source STRUCT(name TEXT, url TEXT),
    hash TEXT,
    publication_date_end DATE,
    publication_date_precision TEXT,
    contributors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT, contributor_type TEXT)[],
    language TEXT,
    is_xpac BOOLEAN,
    version_hash TEXT,
    doi_bucket UTINYINT
  ),
  column_descriptions (
    relations = 'Three lists of related DOIs, [] where there are none.',
    source = 'Name and address of the record it is.',
    hash = 'MD5 of the canonical bytes of all content but doi and updated_date: changes with the content.',
    version_hash = 'The same without relations, contributors, language, is_xpac and funders of awards: version in the database of results.',
    institutions = 'At most audit_nested_object_limit entries.',
    authors = 'At most audit_nested_object_limit entries.',
    funders = 'At most audit_nested_object_limit entries.',
    awards = 'At most audit_nested_object_limit entries.'
  ),
  audits (unique_values(columns := (doi)), not_null(columns := (doi, work_type, hash, version_hash)))
);
-- reads: works.merged_works, works.relations_index
-- key: doi (normalised, unique). order: none. nulls: title, abstract_text, dates, venue, language, source.url.
-- from here on every join is on doi; no source column is read again.
-- Source: works-index.md 3.15, 5.1, 5.2, 7 "list length".
WITH whole AS (
  SELECT m.doi, m.title, m.abstract_text, m.work_type, m.publication_date, m.updated_date, m.publication_venue,
    m.institutions[1:@audit_nested_object_limit] AS institutions,
    m.authors[1:@audit_nested_object_limit] AS authors,
    m.funders[1:@audit_nested_object_limit] AS funders,
    m.awards[1:@audit_nested_object_limit] AS awards,
    {
      'intra_work_dois': LIST_TRANSFORM(COALESCE(r.intra_work_dois, [])[1:@audit_nested_object_limit], d -> {'doi': d}),
      'possible_shared_project_dois':
        LIST_TRANSFORM(COALESCE(r.possible_shared_project_dois, [])[1:@audit_nested_object_limit], d -> {'doi': d}),
      'dataset_citation_dois': LIST_TRANSFORM(COALESCE(r.dataset_citation_dois, [])[1:@audit_nested_object_limit], d -> {'doi': d})
    } AS relations,
    {'name': m.source_name, 'url': m.source_url} AS source,
    m.publication_date_end, m.publication_date_precision, m.contributors, m.language, m.is_xpac, m.doi_bucket
  FROM works.merged_works AS m
  LEFT JOIN works.relations_index AS r ON r.doi = m.doi
),
hashed AS (
  SELECT *, DMP_MD5_PAIR(
      ROW(title, abstract_text, work_type, publication_date, publication_date_precision, publication_date_end, publication_venue,
        institutions, authors, funders),
      ROW(awards, relations, source, contributors, language, is_xpac),
      ROW(LIST_TRANSFORM(awards, a -> {'award_id': a.award_id}), source)
    ) AS hashes
  FROM whole
)
SELECT doi, title, abstract_text, work_type, publication_date, updated_date, publication_venue, institutions, authors, funders,
  awards, relations, source, hashes.first AS hash,
  publication_date_end, publication_date_precision, contributors, language, is_xpac, hashes.second AS version_hash,
  doi_bucket
FROM hashed
