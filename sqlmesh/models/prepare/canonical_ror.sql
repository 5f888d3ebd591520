MODEL (
  name prepare.canonical_ror,
  kind FULL,
  description 'What a ROR id stands for: a withdrawn one with exactly one successor is its successor, at most five steps, circles left out.',
  columns (
    ror_id TEXT,
    canonical TEXT
  ),
  column_descriptions (
    ror_id = 'Withdrawn ROR id.',
    canonical = 'ROR id that stands for it.'
  ),
  audits (unique_values(columns := (ror_id)))
);
-- reads: raw.ror
-- key: ror_id (unique); ids that stand for themselves are not listed.
-- Source: works-index.md 3.1.
WITH RECURSIVE step AS (
  SELECT ror_id, successors[1] AS next
  FROM raw.ror
  WHERE status = 'withdrawn' AND LEN(successors) = 1
),
walk AS (
  SELECT ror_id, next AS canonical, 1 AS steps, ror_id = next AS circular
  FROM step
  UNION ALL
  SELECT w.ror_id, s.next, w.steps + 1, s.next = w.ror_id
  FROM walk AS w
  JOIN step AS s ON s.ror_id = w.canonical
  WHERE w.steps < 5 AND NOT w.circular
)
SELECT ror_id, ARG_MAX(canonical, steps) AS canonical
FROM walk
GROUP BY ror_id
HAVING NOT BOOL_OR(circular)
