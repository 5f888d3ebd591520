MODEL (
  name prepare.relation_types,
  kind FULL,
  description 'Which relation types say "same work" (intra) and which "other work, probably same project" (shared). Types that are not here are ignored.',
  columns (
    type_id UTINYINT,
    source TEXT,
    type TEXT,
    class TEXT
  ),
  column_descriptions (
    type_id = 'Number of the type in the edges.',
    source = 'crossref, datacite or corpus.',
    type = 'Relation type in lower case, _ as -.',
    class = 'intra: the same work; shared: another work, probably of the same project; citation: data cited.'
  ),
  audits (
    unique_values(columns := (type_id)),
    unique_combination_of_columns(columns := (source, type)),
    accepted_values(column := class, is_in := ('intra', 'shared', 'citation'))
  )
);
-- key: (source, type), unique; type lower case, _ = -. type_id stands for it in the edges.
-- Source: works-index.md 4.2.
WITH classes AS (
  SELECT 'crossref' AS source, 'intra' AS class, UNNEST([
      'is-expression-of', 'has-expression', 'is-format-of', 'has-format', 'is-identical-to', 'is-manifestation-of',
      'has-manifestation', 'is-manuscript-of', 'has-manuscript', 'is-preprint-of', 'has-preprint', 'is-replaced-by',
      'replaces', 'is-translation-of', 'has-translation', 'is-variant-form-of', 'is-original-form-of',
      'is-version-of', 'has-version', 'is-same-as', 'new-version', 'has-variant-form'
    ]) AS type
  UNION ALL
  SELECT 'crossref' AS source, 'shared' AS class, UNNEST([
      'is-derived-from', 'has-derivation', 'is-basis-for', 'is-based-on', 'is-supplement-to', 'is-supplemented-by',
      'documents', 'is-documented-by', 'has-part', 'is-part-of', 'continues', 'is-continued-by', 'compiles',
      'is-compiled-by', 'is-related-material', 'has-related-material', 'based-on-data', 'is-data-basis-for',
      'is-component-of', 'has-component'
    ]) AS type
  UNION ALL
  SELECT 'datacite' AS source, 'intra' AS class, UNNEST([
      'isidenticalto', 'isobsoletedby', 'obsoletes', 'ispartof', 'haspart', 'ispublishedin', 'istranslationof',
      'hastranslation', 'isvariantformof', 'isoriginalformof', 'hasversion', 'isversionof', 'isnewversionof',
      'ispreviousversionof'
    ]) AS type
  UNION ALL
  SELECT 'datacite' AS source, 'shared' AS class, UNNEST([
      'compiles', 'iscompiledby', 'continues', 'iscontinuedby', 'isderivedfrom', 'issourceof', 'describes',
      'isdescribedby', 'documents', 'isdocumentedby', 'issupplementto', 'issupplementedby'
    ]) AS type
  UNION ALL
  SELECT 'corpus', 'citation', 'cites-data'
)
SELECT CAST(ROW_NUMBER() OVER (ORDER BY source, type) AS UTINYINT) AS type_id, source, type, class
FROM classes
