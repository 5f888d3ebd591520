MODEL (
  name works.openalex_duplicates,
  kind FULL,
  description 'OpenAlex records that share a DOI, ranked by how much they identify; rank 1 is the primary record.',
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
    doi_bucket UTINYINT,
    doi_count BIGINT,
    id_count INTEGER,
    orcid_count UBIGINT,
    award_id_count UBIGINT,
    funder_id_count UBIGINT,
    inst_id_count UBIGINT,
    total_count HUGEINT,
    doi_rank BIGINT
  ),
  column_descriptions (
    doi_count = 'Records that share the DOI.',
    id_count = 'How many of mag, pmid and pmcid are there.',
    orcid_count = 'Distinct ORCIDs of authors.',
    award_id_count = 'Distinct award ids.',
    funder_id_count = 'Distinct funder ids.',
    inst_id_count = 'Distinct ROR ids of institutions.',
    total_count = 'Sum of the five.',
    doi_rank = '1: the primary record, with the greatest total, then the smallest id.'
  ),
  audits (
    unique_values(columns := (id)),
    unique_combination_of_columns(columns := (doi, doi_rank))
  )
);
-- reads: works.openalex_records
-- key: id (unique), and (doi, doi_rank). DOIs with one record are not listed.
-- Source: works-index.md 3.3.
WITH repeated AS (
  SELECT doi, COUNT(*) AS doi_count FROM works.openalex_records GROUP BY doi HAVING COUNT(*) > 1
),
counted AS (
  SELECT o.*, r.doi_count,
    CAST(o.ids.mag IS NOT NULL AS INT) + CAST(o.ids.pmid IS NOT NULL AS INT) + CAST(o.ids.pmcid IS NOT NULL AS INT) AS id_count,
    COALESCE(LIST_UNIQUE(LIST_TRANSFORM(o.authors, a -> a.orcid)), 0) AS orcid_count,
    COALESCE(LIST_UNIQUE(LIST_TRANSFORM(o.awards, a -> a.funder_award_id)), 0) AS award_id_count,
    COALESCE(LIST_UNIQUE(LIST_TRANSFORM(o.funders, f -> f.id)), 0) AS funder_id_count,
    COALESCE(LIST_UNIQUE(LIST_TRANSFORM(o.institutions, i -> i.ror)), 0) AS inst_id_count
  FROM works.openalex_records AS o
  JOIN repeated AS r ON r.doi = o.doi
)
SELECT *, id_count + orcid_count + award_id_count + funder_id_count + inst_id_count AS total_count,
  ROW_NUMBER() OVER (
    PARTITION BY doi
    ORDER BY id_count + orcid_count + award_id_count + funder_id_count + inst_id_count DESC, CAST(SUBSTR(id, 2) AS UBIGINT)
  ) AS doi_rank
FROM counted
