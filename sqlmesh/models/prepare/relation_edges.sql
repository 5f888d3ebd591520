MODEL (
  name prepare.relation_edges,
  kind FULL,
  description 'Distinct classified edges with the degrees of their ends, counted before any is dropped.'
);
-- key: (source, type, doi, related), unique. Source: works-index.md 4.1, 4.3.
WITH asserted AS (
  SELECT 'datacite' AS source, doi, r.related_identifier AS related, lower(replace(r.relation_type, '_', '-')) AS type
  FROM (SELECT doi, unnest(relations) AS r FROM raw.datacite)
  WHERE r.related_identifier_type = 'DOI' AND r.related_identifier <> doi
  UNION ALL
  SELECT 'crossref', doi, r.relation_id, lower(replace(r.relation_type, '_', '-'))
  FROM (SELECT doi, unnest(relations) AS r FROM raw.crossref_metadata)
  WHERE r.id_type = 'doi' AND r.relation_id <> doi
),
edges AS (
  SELECT DISTINCT a.source, a.type, a.doi, a.related, c.class
  FROM asserted a JOIN prepare.relation_classes c ON c.source = a.source AND c.type = a.type
  UNION ALL
  SELECT DISTINCT 'corpus', 'cites-data', publication_doi, dataset_doi, 'citation'
  FROM raw.data_citation_corpus WHERE publication_doi <> dataset_doi
),
outgoing AS (
  SELECT source, type, doi, count(*) AS out_degree FROM edges GROUP BY source, type, doi
),
incoming AS (
  SELECT source, type, related, count(*) AS in_degree FROM edges GROUP BY source, type, related
)
SELECT e.source, e.type, e.doi, e.related, e.class, o.out_degree, i.in_degree
FROM edges e
JOIN outgoing o ON o.source = e.source AND o.type = e.type AND o.doi = e.doi
JOIN incoming i ON i.source = e.source AND i.type = e.type AND i.related = e.related
