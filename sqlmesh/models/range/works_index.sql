MODEL (
  name works.works_index,
  kind FULL,
  description 'One row per DOI, the best record we have for it; the hashes are added when it is written.',
  audits (unique_values(columns := doi), not_null(columns := (doi, work_type)))
);
-- key: doi (normalised, unique). order: none. nulls: title, abstract_text, dates, venue.
-- from here on every join is on doi; no raw source column is read again.
-- Source: works-index.md 3.5-3.16, 5.1.
WITH openalex_types AS (
  SELECT * FROM (VALUES
    ('article', 'ARTICLE'), ('conference-paper', 'ARTICLE'), ('conference-abstract', 'ARTICLE'), ('book', 'BOOK'),
    ('book-chapter', 'BOOK_CHAPTER'), ('book-section', 'BOOK_CHAPTER'), ('dataset', 'DATASET'), ('database', 'DATASET'),
    ('dissertation', 'DISSERTATION'), ('editorial', 'EDITORIAL'), ('erratum', 'ERRATUM'), ('grant', 'GRANT'), ('letter', 'LETTER'),
    ('libguides', 'LIBGUIDES'), ('paratext', 'PARATEXT'), ('peer-review', 'PEER_REVIEW'), ('preprint', 'PREPRINT'),
    ('reference-entry', 'REFERENCE_ENTRY'), ('report', 'REPORT'), ('report-component', 'REPORT'), ('retraction', 'RETRACTION'),
    ('review', 'REVIEW'), ('software', 'SOFTWARE'), ('standard', 'STANDARD'), ('supplementary-materials', 'SUPPLEMENTARY_MATERIALS')
  ) t(raw, type)
),
crossref_types AS (
  SELECT * FROM (VALUES
    ('journal-article', 'ARTICLE'), ('proceedings-article', 'ARTICLE'), ('posted-content', 'PREPRINT'), ('posted-content:preprint', 'PREPRINT'),
    ('posted-content:report', 'REPORT'), ('posted-content:dissertation', 'DISSERTATION'), ('book', 'BOOK'), ('monograph', 'BOOK'),
    ('edited-book', 'BOOK'), ('reference-book', 'BOOK'), ('book-chapter', 'BOOK_CHAPTER'), ('book-section', 'BOOK_CHAPTER'),
    ('book-part', 'BOOK_CHAPTER'), ('book-track', 'BOOK_CHAPTER'), ('reference-entry', 'REFERENCE_ENTRY'), ('dissertation', 'DISSERTATION'),
    ('report', 'REPORT'), ('report-component', 'REPORT'), ('report-series', 'REPORT'), ('standard', 'STANDARD'), ('peer-review', 'PEER_REVIEW'),
    ('dataset', 'DATASET'), ('database', 'DATASET'), ('grant', 'GRANT'), ('component', 'SUPPLEMENTARY_MATERIALS'), ('journal', 'PARATEXT'),
    ('journal-issue', 'PARATEXT'), ('journal-volume', 'PARATEXT'), ('proceedings', 'PARATEXT'), ('book-series', 'PARATEXT'),
    ('book-set', 'PARATEXT'), ('proceedings-series', 'PARATEXT')
  ) t(raw, type)
),
datacite_types AS (
  SELECT * FROM (VALUES
    ('audiovisual', 'AUDIO_VISUAL'), ('film', 'AUDIO_VISUAL'), ('journalarticle', 'ARTICLE'), ('conferencepaper', 'ARTICLE'),
    ('datapaper', 'ARTICLE'), ('text', 'ARTICLE'), ('book', 'BOOK'), ('bookchapter', 'BOOK_CHAPTER'),
    ('outputmanagementplan', 'OUTPUT_MANAGEMENT_PLAN'), ('peerreview', 'PEER_REVIEW'), ('software', 'SOFTWARE'),
    ('computationalnotebook', 'SOFTWARE'), ('physicalobject', 'PHYSICAL_OBJECT'), ('instrument', 'PHYSICAL_OBJECT'), ('dataset', 'DATASET'),
    ('model', 'DATASET'), ('preprint', 'PREPRINT'), ('dissertation', 'DISSERTATION'), ('report', 'REPORT'), ('event', 'EVENT'),
    ('sound', 'SOUND'), ('image', 'IMAGE'), ('standard', 'STANDARD'), ('interactiveresource', 'INTERACTIVE_RESOURCE')
  ) t(raw, type)
),
refined_types AS (
  SELECT * FROM (VALUES
    ('thesis', 'DISSERTATION'), ('dissertation', 'DISSERTATION'), ('doctoralthesis', 'DISSERTATION'), ('phdthesis', 'DISSERTATION'),
    ('mastersthesis', 'DISSERTATION'), ('masterthesis', 'DISSERTATION'), ('bachelorthesis', 'DISSERTATION'), ('report', 'REPORT'),
    ('technicalreport', 'REPORT'), ('workingpaper', 'REPORT'), ('preprint', 'PREPRINT'), ('bookchapter', 'BOOK_CHAPTER'), ('chapter', 'BOOK_CHAPTER'),
    ('book', 'BOOK'), ('monograph', 'BOOK'), ('dataset', 'DATASET'), ('software', 'SOFTWARE'), ('datamanagementplan', 'OUTPUT_MANAGEMENT_PLAN'),
    ('dmp', 'OUTPUT_MANAGEMENT_PLAN'), ('outputmanagementplan', 'OUTPUT_MANAGEMENT_PLAN'), ('journalarticle', 'ARTICLE'), ('article', 'ARTICLE'),
    ('conferencepaper', 'ARTICLE'), ('paper', 'ARTICLE'), ('image', 'IMAGE'), ('figure', 'IMAGE'), ('photo', 'IMAGE'), ('photograph', 'IMAGE')
  ) t(raw, type)
),
primary_openalex AS (
  SELECT o.*, t.title AS longest_title, t.abstract AS longest_abstract, t.updated_date AS newest_update,
    t.longest_authors, coalesce(y.type, 'OTHER') AS mapped_type
  FROM works.openalex_ranked o
  JOIN works.openalex_titles t ON t.doi = o.doi
  LEFT JOIN openalex_types y ON y.raw = o.work_type
  WHERE o.doi_rank = 1
),
datacite_branch AS (
  SELECT d.doi,
    coalesce(d.title, o.longest_title) AS title,
    coalesce(d.abstract, o.longest_abstract) AS abstract_text,
    CASE
      WHEN coalesce(r.type, m.type, 'OTHER') = 'OTHER' AND o.mapped_type NOT IN ('OTHER', 'ARTICLE', 'PARATEXT') THEN o.mapped_type
      ELSE coalesce(r.type, m.type, 'OTHER')
    END AS work_type,
    CASE WHEN (d.publication_date IS NULL OR d.date_from_registration) AND o.publication_date IS NOT NULL
      THEN {'first': o.publication_date, 'last': o.publication_date_end, 'precision': o.publication_date_precision}
      ELSE {'first': d.publication_date, 'last': d.publication_date_end, 'precision': d.publication_date_precision} END AS dated,
    greatest(d.updated_date, o.newest_update) AS updated_date,
    coalesce(d.publication_venue, o.publication_venue) AS publication_venue,
    CASE WHEN len(d.authors) > 0 THEN d.authors ELSE coalesce(o.authors, []) END AS authors,
    {'name': 'DataCite', 'url': 'https://commons.datacite.org/doi.org/' || d.doi} AS source,
    d.contributors, coalesce(d.language, o.language) AS language, FALSE AS is_xpac, d.doi_bucket
  FROM works.datacite_works d
  LEFT JOIN primary_openalex o ON o.doi = d.doi
  LEFT JOIN datacite_types m ON m.raw = lower(d.work_type)
  LEFT JOIN refined_types r ON (d.work_type IS NULL OR lower(d.work_type) IN ('text', 'other'))
    AND r.raw = regexp_replace(lower(d.resource_type), '[ _-]', '', 'g')
    AND NOT (r.type = 'IMAGE' AND lower(d.work_type) = 'text')
),
openalex_branch AS (
  SELECT o.doi,
    CASE WHEN o.longest_title IS NULL
        OR (length(c.title) > length(o.longest_title)
            AND NOT (regexp_matches(o.longest_title, '\p{Latin}') AND NOT regexp_matches(c.title, '\p{Latin}')))
      THEN coalesce(c.title, o.longest_title) ELSE o.longest_title END AS title,
    CASE WHEN o.longest_abstract IS NULL
        OR (length(c.abstract) > length(o.longest_abstract)
            AND NOT (regexp_matches(o.longest_abstract, '\p{Latin}') AND NOT regexp_matches(c.abstract, '\p{Latin}')))
      THEN coalesce(c.abstract, o.longest_abstract) ELSE o.longest_abstract END AS abstract_text,
    CASE WHEN o.work_type IS NULL THEN coalesce(y.type, 'OTHER') ELSE o.mapped_type END AS work_type,
    CASE
      WHEN o.publication_date IS NULL AND c.publication_date IS NOT NULL
        THEN {'first': c.publication_date, 'last': c.publication_date_end, 'precision': c.publication_date_precision}
      WHEN year(o.publication_date) = year(c.publication_date)
        AND (o.publication_date_precision = 'year' OR (o.publication_date_precision = 'month' AND c.publication_date_precision = 'day'))
        THEN {'first': c.publication_date, 'last': c.publication_date_end, 'precision': c.publication_date_precision}
      ELSE {'first': o.publication_date, 'last': o.publication_date_end, 'precision': o.publication_date_precision} END AS dated,
    greatest(o.newest_update, c.newest_update) AS updated_date,
    coalesce(o.publication_venue, c.publication_venue) AS publication_venue,
    CASE WHEN len(o.authors) > 0 THEN o.authors WHEN len(o.longest_authors) > 0 THEN o.longest_authors ELSE coalesce(c.authors, []) END AS authors,
    {'name': 'OpenAlex', 'url': 'https://openalex.org/works/' || o.id} AS source,
    [] AS contributors, coalesce(o.language, c.language) AS language, o.is_xpac, o.doi_bucket
  FROM primary_openalex o
  LEFT JOIN works.crossref_works c ON c.doi = o.doi
  LEFT JOIN crossref_types y ON y.raw = c.work_type
  WHERE NOT EXISTS (SELECT 1 FROM works.datacite_works d WHERE d.doi = o.doi)
    AND NOT (o.is_xpac AND @xpac_enrich)
),
merged AS (
  SELECT * FROM datacite_branch UNION ALL SELECT * FROM openalex_branch
)
SELECT m.doi, m.title, m.abstract_text, m.work_type, m.dated.first AS publication_date, m.updated_date,
  m.publication_venue,
  coalesce(i.items, []) AS institutions,
  m.authors[1:@nested_object_limit] AS authors,
  coalesce(f.items, []) AS funders,
  coalesce(a.items, []) AS awards,
  coalesce(r.intra_work_dois, [])[1:@nested_object_limit] AS intra_work_dois,
  coalesce(r.possible_shared_project_dois, [])[1:@nested_object_limit] AS possible_shared_project_dois,
  coalesce(r.dataset_citation_dois, [])[1:@nested_object_limit] AS dataset_citation_dois,
  m.source.name AS source_name,
  CASE WHEN length(m.source.url) <= 255 THEN m.source.url END AS source_url,
  m.dated.last AS publication_date_end, m.dated.precision AS publication_date_precision,
  m.contributors, m.language, m.is_xpac, m.doi_bucket
FROM merged m
LEFT JOIN works.organisations i ON i.kind = 'institution' AND i.doi = m.doi
LEFT JOIN works.organisations f ON f.kind = 'funder' AND f.doi = m.doi
LEFT JOIN works.awards a ON a.doi = m.doi
LEFT JOIN prepare.relations_index r ON r.doi = m.doi
