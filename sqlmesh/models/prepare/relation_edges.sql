MODEL (
  name prepare.relation_edges,
  kind FULL,
  description 'Distinct edges of a classified type between two different DOIs.',
  columns (
    type_id UTINYINT,
    doi TEXT,
    related TEXT
  ),
  column_descriptions (
    type_id = 'Relation type, of prepare.relation_types.',
    doi = 'Who states it.',
    related = 'Of what, another DOI.'
  ),
  audits (
    not_null(columns := (doi, related))
  )
);
-- reads: prepare.relation_assertions, prepare.relation_types
-- key: (type_id, doi, related), unique.
-- Source: works-index.md 4.1.
SELECT DISTINCT t.type_id, a.doi, a.related
FROM prepare.relation_assertions AS a
JOIN prepare.relation_types AS t ON t.source = a.source AND t.type = a.type
WHERE a.related <> a.doi
