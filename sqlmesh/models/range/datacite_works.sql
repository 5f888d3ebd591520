MODEL (
  name works.datacite_works,
  kind FULL,
  description 'DataCite: one row per DOI, the newest; ties by longer abstract, longer title, more columns, content.',
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
    publication_date_end DATE,
    publication_date_precision TEXT,
    resource_type TEXT,
    contributors STRUCT(orcid TEXT, first_initial TEXT, given_name TEXT, middle_initials TEXT, middle_names TEXT, surname TEXT, "full" TEXT, contributor_type TEXT)[],
    language TEXT,
    date_from_registration BOOLEAN,
    doi_bucket UTINYINT
  ),
  audits (unique_values(columns := (doi)), not_null(columns := (doi)))
);
-- reads: raw.datacite
-- key: doi (unique). Only the few repeated DOIs are ranked.
-- Source: works-index.md 3.2.
WITH repeated AS (
  SELECT doi FROM raw.datacite
  WHERE doi_bucket BETWEEN @bucket_lo AND @bucket_hi
  GROUP BY doi
  HAVING COUNT(*) > 1
),
ranked AS (
  SELECT d.*, ROW_NUMBER() OVER (
      PARTITION BY d.doi
      ORDER BY d.updated_date DESC NULLS LAST, LENGTH(d.abstract) DESC NULLS LAST, LENGTH(d.title) DESC NULLS LAST,
        CAST(d.publication_date IS NOT NULL AS INT) + CAST(d.work_type IS NOT NULL AS INT) + CAST(d.publication_venue IS NOT NULL AS INT)
        + CAST(d.resource_type IS NOT NULL AS INT) + CAST(d.language IS NOT NULL AS INT) + CAST(LEN(d.authors) > 0 AS INT)
        + CAST(LEN(d.institutions) > 0 AS INT) + CAST(LEN(d.funders) > 0 AS INT) + CAST(LEN(d.contributors) > 0 AS INT) DESC,
        DMP_MD5(d.title, d.abstract, d.work_type, d.publication_date, d.publication_date_end, d.publication_date_precision,
          d.publication_venue, d.authors, d.institutions, d.funders, d.contributors, d.resource_type, d.language)
    ) AS doi_rank
  FROM raw.datacite AS d
  WHERE d.doi_bucket BETWEEN @bucket_lo AND @bucket_hi AND d.doi IN (SELECT doi FROM repeated)
)
SELECT doi, title, abstract, work_type, publication_date, updated_date, publication_venue, authors, institutions, funders,
  publication_date_end, publication_date_precision, resource_type, contributors, language, date_from_registration, doi_bucket
FROM raw.datacite
WHERE doi_bucket BETWEEN @bucket_lo AND @bucket_hi AND doi NOT IN (SELECT doi FROM repeated)
UNION ALL
SELECT doi, title, abstract, work_type, publication_date, updated_date, publication_venue, authors, institutions, funders,
  publication_date_end, publication_date_precision, resource_type, contributors, language, date_from_registration, doi_bucket
FROM ranked
WHERE doi_rank = 1
