MODEL (
  name prepare.relation_hubs,
  kind FULL,
  description 'DOIs with more relations of one type than the limit, by side: out (it asserts them) or in (they are asserted towards it).'
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
