MODEL (
  name works.openalex_titles,
  kind FULL,
  description 'Per DOI the longest title and abstract among its OpenAlex records, and what only several records together say.'
);
-- key: doi (unique). Source: works-index.md 3.5, 3.8, 3.9.
SELECT doi,
  first(title ORDER BY length(title) DESC, doi_rank) FILTER (WHERE title IS NOT NULL) AS title,
  first(abstract ORDER BY length(abstract) DESC, doi_rank) FILTER (WHERE abstract IS NOT NULL) AS abstract,
  max(updated_date) AS updated_date,
  first(authors ORDER BY len(authors) DESC, doi_rank) AS longest_authors,
  min(publication_date) AS earliest_date,
  bool_and(is_xpac) AS is_xpac
FROM works.openalex_ranked
GROUP BY doi
