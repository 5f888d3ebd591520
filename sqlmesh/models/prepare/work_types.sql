MODEL (
  name prepare.work_types,
  kind FULL,
  description 'Work types of the sources and ours; what is not here is OTHER.',
  columns (
    source TEXT,
    raw TEXT,
    type TEXT
  ),
  column_descriptions (
    source = 'openalex, crossref, datacite, or datacite_resource for free text of resourceType.',
    raw = 'Type of the source in lower case.',
    type = 'Our work type.'
  ),
  audits (
    unique_combination_of_columns(columns := (source, raw)),
    accepted_values(column := type, is_in := (
      'ARTICLE', 'AUDIO_VISUAL', 'BOOK', 'BOOK_CHAPTER', 'DATASET', 'DISSERTATION', 'EDITORIAL', 'ERRATUM', 'EVENT', 'GRANT', 'IMAGE',
      'INTERACTIVE_RESOURCE', 'LETTER', 'LIBGUIDES', 'OTHER', 'OUTPUT_MANAGEMENT_PLAN', 'PARATEXT', 'PEER_REVIEW', 'PHYSICAL_OBJECT',
      'PREPRINT', 'REFERENCE_ENTRY', 'REPORT', 'RETRACTION', 'REVIEW', 'SOFTWARE', 'SOUND', 'STANDARD', 'SUPPLEMENTARY_MATERIALS'
    ))
  )
);
-- key: (source, raw), unique. raw: lower case; of datacite_resource without blanks, - and _.
-- Source: records.md 9.
WITH openalex AS (
  SELECT 'openalex' AS source, raw, type
  FROM (VALUES
    ('article', 'ARTICLE'), ('conference-paper', 'ARTICLE'), ('conference-abstract', 'ARTICLE'), ('book', 'BOOK'),
    ('book-chapter', 'BOOK_CHAPTER'), ('book-section', 'BOOK_CHAPTER'), ('dataset', 'DATASET'), ('database', 'DATASET'),
    ('dissertation', 'DISSERTATION'), ('editorial', 'EDITORIAL'), ('erratum', 'ERRATUM'), ('grant', 'GRANT'), ('letter', 'LETTER'),
    ('libguides', 'LIBGUIDES'), ('paratext', 'PARATEXT'), ('peer-review', 'PEER_REVIEW'), ('preprint', 'PREPRINT'),
    ('reference-entry', 'REFERENCE_ENTRY'), ('report', 'REPORT'), ('report-component', 'REPORT'), ('retraction', 'RETRACTION'),
    ('review', 'REVIEW'), ('software', 'SOFTWARE'), ('standard', 'STANDARD'), ('supplementary-materials', 'SUPPLEMENTARY_MATERIALS'),
    ('other', 'OTHER')
  ) AS t(raw, type)
),
crossref AS (
  SELECT 'crossref' AS source, raw, type
  FROM (VALUES
    ('journal-article', 'ARTICLE'), ('proceedings-article', 'ARTICLE'), ('posted-content', 'PREPRINT'),
    ('posted-content:preprint', 'PREPRINT'), ('posted-content:report', 'REPORT'), ('posted-content:dissertation', 'DISSERTATION'),
    ('posted-content:other', 'OTHER'), ('posted-content:blog', 'OTHER'), ('book', 'BOOK'), ('monograph', 'BOOK'), ('edited-book', 'BOOK'),
    ('reference-book', 'BOOK'), ('book-chapter', 'BOOK_CHAPTER'), ('book-section', 'BOOK_CHAPTER'), ('book-part', 'BOOK_CHAPTER'),
    ('book-track', 'BOOK_CHAPTER'), ('reference-entry', 'REFERENCE_ENTRY'), ('dissertation', 'DISSERTATION'), ('report', 'REPORT'),
    ('report-component', 'REPORT'), ('report-series', 'REPORT'), ('standard', 'STANDARD'), ('peer-review', 'PEER_REVIEW'),
    ('dataset', 'DATASET'), ('database', 'DATASET'), ('grant', 'GRANT'), ('component', 'SUPPLEMENTARY_MATERIALS'),
    ('journal', 'PARATEXT'), ('journal-issue', 'PARATEXT'), ('journal-volume', 'PARATEXT'), ('proceedings', 'PARATEXT'),
    ('book-series', 'PARATEXT'), ('book-set', 'PARATEXT'), ('proceedings-series', 'PARATEXT'), ('other', 'OTHER')
  ) AS t(raw, type)
),
datacite AS (
  SELECT 'datacite' AS source, raw, type
  FROM (VALUES
    ('audiovisual', 'AUDIO_VISUAL'), ('film', 'AUDIO_VISUAL'), ('award', 'OTHER'), ('project', 'OTHER'), ('service', 'OTHER'),
    ('studyregistration', 'OTHER'), ('workflow', 'OTHER'), ('other', 'OTHER'), ('collection', 'OTHER'), ('journal', 'OTHER'),
    ('conferenceproceeding', 'OTHER'), ('poster', 'OTHER'), ('presentation', 'OTHER'), ('journalarticle', 'ARTICLE'),
    ('conferencepaper', 'ARTICLE'), ('datapaper', 'ARTICLE'), ('text', 'ARTICLE'), ('book', 'BOOK'), ('bookchapter', 'BOOK_CHAPTER'),
    ('outputmanagementplan', 'OUTPUT_MANAGEMENT_PLAN'), ('peerreview', 'PEER_REVIEW'), ('software', 'SOFTWARE'),
    ('computationalnotebook', 'SOFTWARE'), ('physicalobject', 'PHYSICAL_OBJECT'), ('instrument', 'PHYSICAL_OBJECT'),
    ('dataset', 'DATASET'), ('model', 'DATASET'), ('preprint', 'PREPRINT'), ('dissertation', 'DISSERTATION'), ('report', 'REPORT'),
    ('event', 'EVENT'), ('sound', 'SOUND'), ('image', 'IMAGE'), ('standard', 'STANDARD'), ('interactiveresource', 'INTERACTIVE_RESOURCE')
  ) AS t(raw, type)
),
datacite_resource AS (
  SELECT 'datacite_resource' AS source, raw, type
  FROM (VALUES
    ('thesis', 'DISSERTATION'), ('dissertation', 'DISSERTATION'), ('doctoralthesis', 'DISSERTATION'), ('phdthesis', 'DISSERTATION'),
    ('mastersthesis', 'DISSERTATION'), ('masterthesis', 'DISSERTATION'), ('bachelorthesis', 'DISSERTATION'), ('report', 'REPORT'),
    ('technicalreport', 'REPORT'), ('workingpaper', 'REPORT'), ('preprint', 'PREPRINT'), ('bookchapter', 'BOOK_CHAPTER'),
    ('chapter', 'BOOK_CHAPTER'), ('book', 'BOOK'), ('monograph', 'BOOK'), ('dataset', 'DATASET'), ('software', 'SOFTWARE'),
    ('datamanagementplan', 'OUTPUT_MANAGEMENT_PLAN'), ('dmp', 'OUTPUT_MANAGEMENT_PLAN'),
    ('outputmanagementplan', 'OUTPUT_MANAGEMENT_PLAN'), ('journalarticle', 'ARTICLE'), ('article', 'ARTICLE'),
    ('conferencepaper', 'ARTICLE'), ('paper', 'ARTICLE'), ('image', 'IMAGE'), ('figure', 'IMAGE'), ('photo', 'IMAGE'),
    ('photograph', 'IMAGE')
  ) AS t(raw, type)
)
SELECT source, raw, type FROM openalex
UNION ALL
SELECT source, raw, type FROM crossref
UNION ALL
SELECT source, raw, type FROM datacite
UNION ALL
SELECT source, raw, type FROM datacite_resource
