MODEL (
  name prepare.related_dois,
  kind FULL,
  description 'The kept edges in both directions, by DOI bucket.',
  columns (
    doi_bucket UTINYINT,
    doi TEXT,
    related TEXT,
    class TEXT
  ),
  column_descriptions (
    doi_bucket = 'Of doi.',
    doi = 'One end of the edge.',
    related = 'The other end.',
    class = 'intra, shared or citation.'
  ),
  audits (
    not_null(columns := (doi, related, class))
  )
);
-- reads: prepare.relation_edges, prepare.relation_hubs, prepare.relation_types
-- key: none; a pair may repeat. order: doi_bucket, so that a range reads its own part.
-- Source: works-index.md 4.3, 4.4.
WITH kept AS (
  SELECT t.class, e.doi, e.related
  FROM prepare.relation_edges AS e
  JOIN prepare.relation_types AS t ON t.type_id = e.type_id
  WHERE NOT EXISTS (
      SELECT 1 FROM prepare.relation_hubs AS h WHERE h.side = 'out' AND h.type_id = e.type_id AND h.doi = e.doi
    )
    AND NOT EXISTS (
      SELECT 1 FROM prepare.relation_hubs AS h WHERE h.side = 'in' AND h.type_id = e.type_id AND h.doi = e.related
    )
)
SELECT DMP_DOI_BUCKET(doi) AS doi_bucket, doi, related, class FROM kept
UNION ALL
SELECT DMP_DOI_BUCKET(related), related, doi, class FROM kept
ORDER BY doi_bucket
