MODEL (
  name works.merged_works,
  kind FULL,
  description 'One row per DOI by the merge rules: scalars, authors, institutions, funders and awards; lists uncut.',
  columns (
    doi TEXT,
    title TEXT,
    abstract_text TEXT,
    work_type TEXT,
    publication_date DATE,
    publication_date_end DATE,
    publication_date_precision TEXT,
    updated_date TIMESTAMP,
    publication_venue TEXT,
    authors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT)[],
    institutions STRUCT(name TEXT, ror TEXT)[],
    funders STRUCT(name TEXT, ror TEXT)[],
    awards STRUCT(award_id TEXT, funder_rors TEXT[], funder_names TEXT[])[],
    source_name TEXT,
    source_url TEXT,
    contributors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT, contributor_type TEXT)[],
    language TEXT,
    is_xpac BOOLEAN,
    doi_bucket UTINYINT
  ),
  column_descriptions (
    doi = 'Normalised DOI.',
    title = 'By rules 3.5 and 3.6.',
    abstract_text = 'By rules 3.5 and 3.6.',
    work_type = 'One of the 28 types.',
    publication_date = 'First day of the stated date, by rule 3.8.',
    updated_date = 'Newest of the records it was made of.',
    publication_venue = 'At most 1,000 characters.',
    authors = 'By rule 3.11, ORCIDs completed, doubles dropped.',
    institutions = 'By rule 3.12, once each.',
    funders = 'By rule 3.13, once each.',
    awards = 'By rule 3.14: once each, with the funders that the sources say it of; sorted.',
    source_name = 'DataCite, OpenAlex or Crossref: the record it is.',
    source_url = 'Where to look it up; null above 255 characters.',
    contributors = 'DataCite only; never null.',
    is_xpac = 'Of the expansion pack of OpenAlex.'
  ),
  audits (
    unique_values(columns := (doi)),
    not_null(columns := (doi, work_type, source_name)),
    accepted_values(column := work_type, is_in := (
      'ARTICLE', 'AUDIO_VISUAL', 'BOOK', 'BOOK_CHAPTER', 'DATASET', 'DISSERTATION', 'EDITORIAL', 'ERRATUM', 'EVENT', 'GRANT', 'IMAGE',
      'INTERACTIVE_RESOURCE', 'LETTER', 'LIBGUIDES', 'OTHER', 'OUTPUT_MANAGEMENT_PLAN', 'PARATEXT', 'PEER_REVIEW', 'PHYSICAL_OBJECT',
      'PREPRINT', 'REFERENCE_ENTRY', 'REPORT', 'RETRACTION', 'REVIEW', 'SOFTWARE', 'SOUND', 'STANDARD', 'SUPPLEMENTARY_MATERIALS'
    ))
  )
);
-- reads: works.datacite_works, works.openalex_works, works.crossref_works, prepare.work_types, prepare.ror_lookup
-- key: doi (unique). A DOI in DataCite is a DataCite work; another one in OpenAlex an OpenAlex work.
-- stated_…: what the sources say, in the order of the rules; identifiers as type:identifier.
-- Source: works-index.md 3.5-3.14, 3.16.
WITH datacite_branch AS (
  SELECT d.doi, COALESCE(d.title, o.title) AS title, COALESCE(d.abstract, o.abstract) AS abstract_text,
    COALESCE(
      CASE WHEN r.type <> 'IMAGE' OR COALESCE(LOWER(d.work_type), '') <> 'text' THEN r.type END, m.type, 'OTHER'
    ) AS stated_type,
    CASE WHEN stated_type = 'OTHER' AND y.type NOT IN ('OTHER', 'ARTICLE', 'PARATEXT') THEN y.type ELSE stated_type END AS work_type,
    CASE WHEN (d.publication_date IS NULL OR d.date_from_registration) AND o.publication_date IS NOT NULL
      THEN {'first': o.publication_date, 'last': o.publication_date_end, 'precision': o.publication_date_precision}
      ELSE {'first': d.publication_date, 'last': d.publication_date_end, 'precision': d.publication_date_precision} END AS dated,
    GREATEST(d.updated_date, o.updated_date) AS updated_date,
    COALESCE(d.publication_venue, o.publication_venue) AS publication_venue,
    DMP_AUTHORS(d.authors, o.authors) AS authors,
    COALESCE(LIST_TRANSFORM(d.institutions, e -> {
      'name': e.name, 'identifier': DMP_ORGANISATION_ID(e.affiliation_identifier, e.affiliation_identifier_scheme)
    }), [])
      || COALESCE(LIST_TRANSFORM(o.institutions, e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), []) AS stated_institutions,
    COALESCE(LIST_TRANSFORM(d.funders, e -> {
      'name': e.funder_name, 'identifier': DMP_ORGANISATION_ID(e.funder_identifier, e.funder_identifier_type)
    }), [])
      || COALESCE(LIST_TRANSFORM(o.funders, e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), []) AS stated_funders,
    COALESCE(LIST_TRANSFORM(d.funders, e -> {
      'award_id': e.award_number, 'funder_name': e.funder_name,
      'identifier': DMP_ORGANISATION_ID(e.funder_identifier, e.funder_identifier_type)
    }), [])
      || COALESCE(LIST_TRANSFORM(o.awards, e -> {
        'award_id': e.award_id, 'funder_name': e.name, 'identifier': 'ror:' || e.ror
      }), []) AS stated_awards,
    'DataCite' AS source_name, 'https://commons.datacite.org/doi.org/' || d.doi AS source_url,
    COALESCE(d.contributors, []) AS contributors, COALESCE(d.language, o.language) AS language, FALSE AS is_xpac, d.doi_bucket
  FROM works.datacite_works AS d
  LEFT JOIN (
    SELECT * FROM works.openalex_works WHERE doi IN (SELECT doi FROM works.datacite_works)
  ) AS o ON o.doi = d.doi
  LEFT JOIN prepare.work_types AS y ON y.source = 'openalex' AND y.raw = o.work_type
  LEFT JOIN prepare.work_types AS m ON m.source = 'datacite' AND m.raw = LOWER(d.work_type)
  LEFT JOIN prepare.work_types AS r ON r.source = 'datacite_resource'
    AND r.raw = CASE
      WHEN d.work_type IS NULL OR LOWER(d.work_type) IN ('text', 'other')
      THEN REGEXP_REPLACE(LOWER(d.resource_type), '[ _-]', '', 'g') END
),
openalex_branch AS (
  SELECT o.doi,
    CASE
      WHEN o.title IS NULL THEN c.title
      WHEN COALESCE(LENGTH(c.title), 0) <= LENGTH(o.title) THEN o.title
      WHEN REGEXP_MATCHES(o.title, '\p{Latin}') AND NOT REGEXP_MATCHES(c.title, '\p{Latin}') THEN o.title
      ELSE c.title END AS title,
    CASE
      WHEN o.abstract IS NULL THEN c.abstract
      WHEN COALESCE(LENGTH(c.abstract), 0) <= LENGTH(o.abstract) THEN o.abstract
      WHEN REGEXP_MATCHES(o.abstract, '\p{Latin}') AND NOT REGEXP_MATCHES(c.abstract, '\p{Latin}') THEN o.abstract
      ELSE c.abstract END AS abstract_text,
    CASE WHEN o.work_type IS NULL THEN COALESCE(k.type, 'OTHER') ELSE COALESCE(y.type, 'OTHER') END AS work_type,
    CASE
      WHEN o.publication_date IS NULL
        OR (YEAR(o.publication_date) = YEAR(c.publication_date)
          AND (o.publication_date_precision = 'year'
            OR (o.publication_date_precision = 'month' AND c.publication_date_precision = 'day')))
      THEN {'first': c.publication_date, 'last': c.publication_date_end, 'precision': c.publication_date_precision}
      ELSE {'first': o.publication_date, 'last': o.publication_date_end, 'precision': o.publication_date_precision} END AS dated,
    GREATEST(o.updated_date, c.updated_date) AS updated_date,
    COALESCE(o.publication_venue, c.publication_venue) AS publication_venue,
    DMP_AUTHORS(o.authors, c.authors) AS authors,
    COALESCE(LIST_TRANSFORM(o.institutions, e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), [])
      || COALESCE(LIST_TRANSFORM(
        LIST_FILTER(c.institutions, e -> e.ror IS NOT NULL), e -> {'name': e.name, 'identifier': 'ror:' || e.ror}
      ), []) AS stated_institutions,
    COALESCE(LIST_TRANSFORM(o.funders, e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), [])
      || COALESCE(LIST_TRANSFORM(c.funders, e -> {'name': e.name, 'identifier': 'fundref:' || e.funder_doi}), [])
      || COALESCE(LIST_TRANSFORM(c.funder_rors, e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), []) AS stated_funders,
    COALESCE(LIST_TRANSFORM(o.awards, e -> {'award_id': e.award_id, 'funder_name': e.name, 'identifier': 'ror:' || e.ror}), [])
      || COALESCE(LIST_TRANSFORM(c.funders, e -> {
        'award_id': e.award, 'funder_name': e.name, 'identifier': 'fundref:' || e.funder_doi
      }), [])
      || COALESCE(LIST_TRANSFORM(c.financed_by, e -> {
        'award_id': e, 'funder_name': CAST(NULL AS TEXT), 'identifier': CAST(NULL AS TEXT)
      }), []) AS stated_awards,
    'OpenAlex' AS source_name, 'https://openalex.org/works/' || o.id AS source_url,
    COALESCE(o.language, c.language) AS language, COALESCE(o.is_xpac, FALSE) AS is_xpac, o.doi_bucket
  FROM works.openalex_works AS o
  LEFT JOIN works.crossref_works AS c ON c.doi = o.doi
  LEFT JOIN prepare.work_types AS y ON y.source = 'openalex' AND y.raw = o.work_type
  LEFT JOIN prepare.work_types AS k ON k.source = 'crossref' AND k.raw = c.work_type
  WHERE o.doi NOT IN (SELECT doi FROM works.datacite_works)
),
crossref_branch AS (
  SELECT c.doi, c.title, c.abstract AS abstract_text, COALESCE(k.type, 'OTHER') AS work_type,
    {'first': c.publication_date, 'last': c.publication_date_end, 'precision': c.publication_date_precision} AS dated,
    c.updated_date, c.publication_venue, DMP_AUTHORS(c.authors, []) AS authors,
    COALESCE(LIST_TRANSFORM(
        LIST_FILTER(c.institutions, e -> e.ror IS NOT NULL), e -> {'name': e.name, 'identifier': 'ror:' || e.ror}
      ), []) AS stated_institutions,
    COALESCE(LIST_TRANSFORM(c.funders, e -> {'name': e.name, 'identifier': 'fundref:' || e.funder_doi}), [])
      || COALESCE(LIST_TRANSFORM(c.funder_rors, e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), []) AS stated_funders,
    COALESCE(LIST_TRANSFORM(c.funders, e -> {
        'award_id': e.award, 'funder_name': e.name, 'identifier': 'fundref:' || e.funder_doi
      }), [])
      || COALESCE(LIST_TRANSFORM(c.financed_by, e -> {
        'award_id': e, 'funder_name': CAST(NULL AS TEXT), 'identifier': CAST(NULL AS TEXT)
      }), []) AS stated_awards,
    'Crossref' AS source_name, 'https://doi.org/' || c.doi AS source_url,
    c.language, FALSE AS is_xpac, c.doi_bucket
  FROM works.crossref_works AS c
  LEFT JOIN prepare.work_types AS k ON k.source = 'crossref' AND k.raw = c.work_type
  WHERE @include_crossref_only
    AND c.doi NOT IN (SELECT doi FROM works.datacite_works)
    AND c.doi NOT IN (SELECT doi FROM works.openalex_works)
),
merged AS (
  SELECT * FROM datacite_branch
  UNION ALL BY NAME
  SELECT * FROM openalex_branch
  UNION ALL BY NAME
  SELECT * FROM crossref_branch
)
SELECT doi, title, abstract_text, work_type, dated.first AS publication_date, dated.last AS publication_date_end,
  dated.precision AS publication_date_precision, updated_date, LEFT(publication_venue, 1000) AS publication_venue, authors,
  DMP_ORGANISATIONS(stated_institutions, l.lookup) AS institutions, DMP_ORGANISATIONS(stated_funders, l.lookup) AS funders,
  DMP_AWARDS(stated_awards, l.lookup) AS awards,
  source_name, CASE WHEN LENGTH(source_url) <= 255 THEN source_url END AS source_url,
  COALESCE(contributors, []) AS contributors, language, is_xpac, doi_bucket
FROM merged
CROSS JOIN prepare.ror_lookup AS l
