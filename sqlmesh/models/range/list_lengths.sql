MODEL (
  name works.list_lengths,
  kind VIEW,
  description 'How many lists of each kind are longer than the search engine takes; the index holds their beginning.'
);
-- reads: works.merged_works, works.organisations, works.awards, works.relations_index
-- key: list (unique). Source: works-index.md 7 "list length".
SELECT 'authors' AS list, COUNT(*) AS works FROM works.merged_works WHERE LEN(authors) > @audit_nested_object_limit
UNION ALL
SELECT kind || 's', COUNT(*) FILTER (WHERE LEN(items) > @audit_nested_object_limit) FROM works.organisations GROUP BY kind
UNION ALL
SELECT 'awards', COUNT(*) FROM works.awards WHERE LEN(items) > @audit_nested_object_limit
UNION ALL
SELECT 'relations', COUNT(*)
FROM works.relations_index
WHERE GREATEST(LEN(intra_work_dois), LEN(possible_shared_project_dois), LEN(dataset_citation_dois)) > @audit_nested_object_limit
