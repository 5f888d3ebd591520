MODEL (
  name works.list_lengths,
  kind VIEW,
  description 'How many lists of each kind are longer than the search engine takes; the index holds their beginning.',
  columns (
    list TEXT,
    works BIGINT
  ),
  column_descriptions (
    list = 'authors, institutions, funders, awards or relations.',
    works = 'How many works have a list of that kind longer than the limit.'
  )
);
-- reads: works.merged_works, works.relations_index
-- key: list (unique). Source: works-index.md 7 "list length".
SELECT 'authors' AS list, COUNT(*) AS works FROM works.merged_works WHERE LEN(authors) > @audit_nested_object_limit
UNION ALL
SELECT 'institutions', COUNT(*) FROM works.merged_works WHERE LEN(institutions) > @audit_nested_object_limit
UNION ALL
SELECT 'funders', COUNT(*) FROM works.merged_works WHERE LEN(funders) > @audit_nested_object_limit
UNION ALL
SELECT 'awards', COUNT(*) FROM works.merged_works WHERE LEN(awards) > @audit_nested_object_limit
UNION ALL
SELECT 'relations', COUNT(*)
FROM works.relations_index
WHERE GREATEST(LEN(intra_work_dois), LEN(possible_shared_project_dois), LEN(dataset_citation_dois)) > @audit_nested_object_limit
