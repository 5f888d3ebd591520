MODEL (
  name works.stated_organisations,
  kind FULL,
  description 'Institutions and funders of every work as its sources state them, in the order of the merge rules; identifiers as type:identifier.'
);
-- reads: works.datacite_works, works.openalex_works, works.crossref_works
-- key: doi (unique). elements {name, identifier}; identifier ror:… also for ids the registry lacks.
-- Source: works-index.md 3.12, 3.13.
SELECT COALESCE(d.doi, o.doi, c.doi) AS doi,
  COALESCE(LIST_TRANSFORM(d.institutions, e -> {
    'name': e.name, 'identifier': DMP_ORGANISATION_ID(e.affiliation_identifier, e.affiliation_identifier_scheme)
  }), [])
  || COALESCE(LIST_TRANSFORM(o.institutions, e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), [])
  || CASE WHEN d.doi IS NULL THEN COALESCE(
      LIST_TRANSFORM(LIST_FILTER(c.institutions, e -> e.ror IS NOT NULL), e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), []
    ) ELSE [] END AS institutions,
  COALESCE(LIST_TRANSFORM(d.funders, e -> {
    'name': e.funder_name, 'identifier': DMP_ORGANISATION_ID(e.funder_identifier, e.funder_identifier_type)
  }), [])
  || COALESCE(LIST_TRANSFORM(o.funders, e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), [])
  || CASE WHEN d.doi IS NULL THEN
      COALESCE(LIST_TRANSFORM(c.funders, e -> {'name': e.name, 'identifier': 'fundref:' || e.funder_doi}), [])
      || COALESCE(LIST_TRANSFORM(c.funder_rors, e -> {'name': e.name, 'identifier': 'ror:' || e.ror}), [])
    ELSE [] END AS funders
FROM works.datacite_works AS d
FULL JOIN works.openalex_works AS o ON o.doi = d.doi
FULL JOIN works.crossref_works AS c ON c.doi = COALESCE(d.doi, o.doi)
