MODEL (
  name prepare.relation_assertions,
  kind VIEW,
  description 'Every relation that a record states, whatever its type and target.',
  columns (
    source TEXT,
    doi TEXT,
    related TEXT,
    type TEXT
  ),
  column_descriptions (
    source = 'crossref, datacite or corpus.',
    doi = 'Who states it.',
    related = 'Of what; null where the target is no DOI.',
    type = 'Relation type in lower case, _ as -.'
  )
);
-- reads: raw.datacite, raw.crossref_metadata, raw.data_citation_corpus
-- key: none. nulls: related (the target is no DOI). type: lower case, _ = -.
-- Source: works-index.md 4.1.
SELECT 'datacite' AS source, doi, CASE WHEN r.related_identifier_type = 'DOI' THEN r.related_identifier END AS related,
  LOWER(REPLACE(r.relation_type, '_', '-')) AS type
FROM (SELECT doi, UNNEST(relations) AS r FROM raw.datacite)
UNION ALL
SELECT 'crossref', doi, CASE WHEN r.id_type = 'doi' THEN r.relation_id END,
  REPLACE(LOWER(REPLACE(r.relation_type, '_', '-')), 'varient', 'variant')
FROM (SELECT doi, UNNEST(relations) AS r FROM raw.crossref_metadata)
UNION ALL
SELECT 'corpus', publication_doi, dataset_doi, 'cites-data'
FROM raw.data_citation_corpus
