MODEL (
  name works.crossref_works,
  kind FULL,
  description 'Crossref: one row per DOI, the one with the longest abstract, then title, then newest; funders, awards and update date of all its rows.',
  columns (
    doi TEXT,
    title TEXT,
    abstract TEXT,
    updated_date TIMESTAMP,
    funders STRUCT(name TEXT, funder_doi TEXT, award TEXT)[],
    work_type TEXT,
    publication_date DATE,
    publication_date_end DATE,
    publication_date_precision TEXT,
    publication_venue TEXT,
    authors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT)[],
    institutions STRUCT(name TEXT, ror TEXT)[],
    funder_rors STRUCT(name TEXT, ror TEXT)[],
    financed_by TEXT[],
    language TEXT,
    doi_bucket UTINYINT
  ),
  column_descriptions (
    updated_date = 'Newest of all records of the DOI.',
    funders = 'Of all records of the DOI, the chosen one first.',
    funder_rors = 'Of all records of the DOI, the chosen one first.',
    financed_by = 'DOIs of awards, from relations is-financed-by, of all records.'
  ),
  audits (unique_values(columns := (doi)), not_null(columns := (doi)))
);
-- reads: raw.crossref_metadata
-- key: doi (unique). financed_by: DOIs of relations is-financed-by.
-- records: read anew by each who asks, since keeping its wide rows costs more.
-- Source: works-index.md 3.4.
WITH repeated AS (
  SELECT doi FROM raw.crossref_metadata
  WHERE doi_bucket BETWEEN @bucket_lo AND @bucket_hi
  GROUP BY doi
  HAVING COUNT(*) > 1
),
records AS NOT MATERIALIZED (
  SELECT doi, title, abstract, updated_date, funders, work_type, publication_date, publication_date_end, publication_date_precision,
    publication_venue, authors, institutions, funder_rors, language, doi_bucket,
    LIST_TRANSFORM(
      LIST_FILTER(relations, r -> r.relation_type = 'is-financed-by' AND r.id_type = 'doi'), r -> r.relation_id
    ) AS financed_by
  FROM raw.crossref_metadata
  WHERE doi_bucket BETWEEN @bucket_lo AND @bucket_hi
),
ranked AS (
  SELECT r.*, ROW_NUMBER() OVER (
      PARTITION BY r.doi
      ORDER BY LENGTH(r.abstract) DESC NULLS LAST, LENGTH(r.title) DESC NULLS LAST, r.updated_date DESC NULLS LAST,
        DMP_MD5(r.title, r.abstract, r.funders, r.work_type, r.publication_date, r.publication_date_end, r.publication_date_precision,
          r.publication_venue, r.authors, r.institutions, r.funder_rors, r.language)
    ) AS doi_rank
  FROM records AS r
  WHERE r.doi IN (SELECT doi FROM repeated)
),
united AS (
  SELECT doi, MAX(updated_date) AS updated_date, FLATTEN(LIST(funders ORDER BY doi_rank)) AS funders,
    FLATTEN(LIST(funder_rors ORDER BY doi_rank)) AS funder_rors, FLATTEN(LIST(financed_by ORDER BY doi_rank)) AS financed_by
  FROM ranked
  GROUP BY doi
)
SELECT doi, title, abstract, updated_date, funders, work_type, publication_date, publication_date_end, publication_date_precision,
  publication_venue, authors, institutions, funder_rors, financed_by, language, doi_bucket
FROM records
WHERE doi NOT IN (SELECT doi FROM repeated)
UNION ALL
SELECT b.doi, b.title, b.abstract, u.updated_date, u.funders, b.work_type, b.publication_date, b.publication_date_end,
  b.publication_date_precision, b.publication_venue, b.authors, b.institutions, u.funder_rors, u.financed_by, b.language, b.doi_bucket
FROM ranked AS b
JOIN united AS u ON u.doi = b.doi
WHERE b.doi_rank = 1
