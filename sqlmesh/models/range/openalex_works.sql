MODEL (
  name works.openalex_works,
  kind FULL,
  description 'OpenAlex: one row per DOI. The primary record, completed by the others of the DOI: longest title and abstract, organisations and awards of all.',
  columns (
    doi TEXT,
    id TEXT,
    title TEXT,
    abstract TEXT,
    work_type TEXT,
    publication_date DATE,
    publication_date_end DATE,
    publication_date_precision TEXT,
    updated_date TIMESTAMP,
    publication_venue TEXT,
    authors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT)[],
    institutions STRUCT(name TEXT, ror TEXT)[],
    funders STRUCT(name TEXT, ror TEXT)[],
    awards STRUCT(award_id TEXT, name TEXT, ror TEXT)[],
    language TEXT,
    is_xpac BOOLEAN,
    doi_bucket UTINYINT
  ),
  column_descriptions (
    id = 'Of the primary record.',
    title = 'Longest among the records of the DOI.',
    abstract = 'Longest among the records of the DOI.',
    updated_date = 'Newest of all records of the DOI.',
    authors = 'Of the primary record; where it has none, the longest list of the others.',
    institutions = 'Of all records, the primary first.',
    funders = 'Of all records, the primary first.',
    awards = 'Awards with an id, each with name and ROR id of its funder.'
  ),
  audits (unique_values(columns := (doi)), not_null(columns := (doi, id)))
);
-- reads: works.openalex_records, works.openalex_duplicates
-- key: doi (unique). id: of the primary record.
-- funders: {name, ror}; awards: {award_id, name, ror} of the funder, award_id not null.
-- Source: works-index.md 3.5, 3.8, 3.9, 3.11-3.14.
WITH united AS (
  SELECT doi,
    FIRST(title ORDER BY LENGTH(title) DESC NULLS LAST, doi_rank) AS title,
    FIRST(abstract ORDER BY LENGTH(abstract) DESC NULLS LAST, doi_rank) AS abstract,
    MAX(updated_date) AS updated_date,
    FIRST(authors ORDER BY LEN(authors) DESC NULLS LAST, doi_rank) AS longest_authors,
    FIRST(
      {'first': publication_date, 'last': publication_date_end, 'precision': publication_date_precision}
      ORDER BY publication_date NULLS LAST, doi_rank
    ) AS earliest,
    FLATTEN(LIST(institutions ORDER BY doi_rank)) AS institutions,
    FLATTEN(LIST(funders ORDER BY doi_rank)) AS funders,
    FLATTEN(LIST(awards ORDER BY doi_rank)) AS awards
  FROM works.openalex_duplicates
  GROUP BY doi
),
whole AS (
  SELECT o.doi, o.id, o.title, o.abstract, o.work_type, o.publication_date, o.publication_date_end, o.publication_date_precision,
    o.updated_date, o.publication_venue, o.authors, o.institutions, o.funders, o.awards, o.language, o.is_xpac, o.doi_bucket
  FROM works.openalex_records AS o
  WHERE o.doi NOT IN (SELECT doi FROM works.openalex_duplicates)
  UNION ALL
  SELECT o.doi, o.id, u.title, u.abstract, o.work_type,
    COALESCE(o.publication_date, u.earliest.first),
    CASE WHEN o.publication_date IS NULL THEN u.earliest.last ELSE o.publication_date_end END,
    CASE WHEN o.publication_date IS NULL THEN u.earliest.precision ELSE o.publication_date_precision END,
    u.updated_date, o.publication_venue,
    CASE WHEN LEN(o.authors) > 0 THEN o.authors ELSE u.longest_authors END,
    u.institutions, u.funders, u.awards, o.language, o.is_xpac, o.doi_bucket
  FROM works.openalex_duplicates AS o
  JOIN united AS u ON u.doi = o.doi
  WHERE o.doi_rank = 1
)
SELECT doi, id, title, abstract, work_type, publication_date, publication_date_end, publication_date_precision, updated_date,
  publication_venue, authors, institutions,
  LIST_TRANSFORM(funders, f -> {'name': f.display_name, 'ror': f.ror}) AS funders,
  LIST_TRANSFORM(
    LIST_FILTER(awards, a -> a.funder_award_id IS NOT NULL),
    a -> {
      'award_id': a.funder_award_id,
      'name': a.funder_display_name,
      'ror': LIST_FILTER(funders, f -> f.id = a.funder_id AND f.ror IS NOT NULL)[1].ror
    }
  ) AS awards,
  language, is_xpac, doi_bucket
FROM whole
