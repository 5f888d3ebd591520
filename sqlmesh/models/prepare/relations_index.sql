MODEL (
  name prepare.relations_index,
  kind FULL,
  description 'For each DOI its related DOIs in three classes; symmetric, distinct, sorted. Hubs over the degree limit are left out.'
);
-- key: doi (unique). lists: distinct, sorted by bytes. Source: works-index.md 4.3, 4.4.
WITH kept AS (
  SELECT doi, related, class FROM prepare.relation_edges
  WHERE out_degree <= @max_relation_degrees AND in_degree <= @max_relation_degrees
),
both_ways AS (
  SELECT doi, related, class FROM kept
  UNION
  SELECT related, doi, class FROM kept
)
SELECT doi,
  coalesce(list_sort(list(related) FILTER (WHERE class = 'intra')), []) AS intra_work_dois,
  coalesce(list_sort(list(related) FILTER (WHERE class = 'shared')), []) AS possible_shared_project_dois,
  coalesce(list_sort(list(related) FILTER (WHERE class = 'citation')), []) AS dataset_citation_dois
FROM both_ways
GROUP BY doi
