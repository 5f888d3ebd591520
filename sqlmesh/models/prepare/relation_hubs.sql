MODEL (
  name prepare.relation_hubs,
  kind FULL,
  description 'DOIs with more relations of one type than the limit, by side: out (it asserts them) or in (they are asserted towards it).',
  columns (
    side TEXT,
    type_id UTINYINT,
    doi TEXT,
    degree BIGINT
  ),
  column_descriptions (
    side = 'out: the DOI states the relations; in: they are stated of it.',
    type_id = 'Relation type.',
    doi = 'DOI with too many relations of the type.',
    degree = 'How many.'
  ),
  audits (
    unique_combination_of_columns(columns := (side, type_id, doi))
  )
);
-- reads: prepare.relation_edges
-- key: (side, type_id, doi), unique. Degrees are counted before any edge is dropped.
-- Source: works-index.md 4.3.
SELECT 'out' AS side, type_id, doi, COUNT(*) AS degree
FROM prepare.relation_edges
GROUP BY type_id, doi
HAVING COUNT(*) > @max_relation_degrees
UNION ALL
SELECT 'in', type_id, related, COUNT(*)
FROM prepare.relation_edges
GROUP BY type_id, related
HAVING COUNT(*) > @max_relation_degrees
