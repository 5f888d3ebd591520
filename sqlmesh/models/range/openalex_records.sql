MODEL (
  name works.openalex_records,
  kind FULL,
  description 'OpenAlex: the records that take part, one row per record id. In mode enrich an expansion-pack record counts only where DataCite has the DOI.',
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
  audits (
    unique_values(columns := (id)),
    not_null(columns := (id, doi))
  )
);
-- reads: raw.openalex_works, prepare.openalex_homes, works.datacite_works
-- key: id (unique); doi may repeat. mine: read anew by each who asks, since keeping its wide rows costs more.
-- Source: works-index.md 3.3.
WITH mine AS NOT MATERIALIZED (
  SELECT o.*
  FROM raw.openalex_works AS o
  LEFT JOIN prepare.openalex_homes AS h ON h.id = o.id
  WHERE o.doi_bucket BETWEEN @bucket_lo AND @bucket_hi
    AND (h.doi IS NULL OR h.doi = o.doi)
    AND NOT (o.is_xpac AND @xpac_enrich AND o.doi NOT IN (SELECT doi FROM works.datacite_works))
),
repeated AS (
  SELECT id FROM mine GROUP BY id HAVING COUNT(*) > 1
),
ranked AS (
  SELECT m.*, ROW_NUMBER() OVER (
      PARTITION BY m.id
      ORDER BY m.updated_date DESC NULLS LAST,
        DMP_MD5(m.title, m.abstract, m.work_type, m.publication_date, m.publication_date_end, m.publication_date_precision,
          m.publication_venue, m.authors, m.institutions, m.funders, m.awards, m.language, m.is_xpac, m.ids)
    ) AS id_rank
  FROM mine AS m
  WHERE m.id IN (SELECT id FROM repeated)
)
SELECT id, doi, is_xpac, ids, title, abstract, work_type, publication_date, updated_date, publication_venue, authors, institutions,
  funders, awards, publication_date_end, publication_date_precision, language, doi_bucket
FROM mine
WHERE id NOT IN (SELECT id FROM repeated)
UNION ALL
SELECT id, doi, is_xpac, ids, title, abstract, work_type, publication_date, updated_date, publication_venue, authors, institutions,
  funders, awards, publication_date_end, publication_date_precision, language, doi_bucket
FROM ranked
WHERE id_rank = 1
