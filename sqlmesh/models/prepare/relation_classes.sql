MODEL (
  name prepare.relation_classes,
  kind FULL,
  description 'Which relation types say "same work" (intra) and which "other work, probably same project" (shared). Types that are not here are ignored.'
);
-- key: (source, type), unique; type lower case, _ = -. Source: works-index.md 4.2.
SELECT 'crossref' AS source, type, 'intra' AS class
FROM (SELECT unnest(['is-expression-of', 'has-expression', 'is-format-of', 'has-format', 'is-identical-to', 'is-manifestation-of',
  'has-manifestation', 'is-manuscript-of', 'has-manuscript', 'is-preprint-of', 'has-preprint', 'is-replaced-by', 'replaces',
  'is-translation-of', 'has-translation', 'is-variant-form-of', 'is-original-form-of', 'is-version-of', 'has-version', 'is-same-as',
  'new-version', 'has-variant-form']) AS type)
UNION ALL
SELECT 'crossref', type, 'shared'
FROM (SELECT unnest(['is-derived-from', 'has-derivation', 'is-basis-for', 'is-based-on', 'is-supplement-to', 'is-supplemented-by',
  'documents', 'is-documented-by', 'has-part', 'is-part-of', 'continues', 'is-continued-by', 'compiles', 'is-compiled-by',
  'is-related-material', 'has-related-material', 'based-on-data', 'is-data-basis-for', 'is-component-of', 'has-component']) AS type)
UNION ALL
SELECT 'datacite', type, 'intra'
FROM (SELECT unnest(['isidenticalto', 'isobsoletedby', 'obsoletes', 'ispartof', 'haspart', 'ispublishedin', 'istranslationof',
  'hastranslation', 'isvariantformof', 'isoriginalformof', 'hasversion', 'isversionof', 'isnewversionof', 'ispreviousversionof']) AS type)
UNION ALL
SELECT 'datacite', type, 'shared'
FROM (SELECT unnest(['compiles', 'iscompiledby', 'continues', 'iscontinuedby', 'isderivedfrom', 'issourceof', 'describes', 'isdescribedby',
  'documents', 'isdocumentedby', 'issupplementto', 'issupplementedby']) AS type)
