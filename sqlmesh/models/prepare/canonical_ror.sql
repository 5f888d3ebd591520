MODEL (
  name prepare.canonical_ror,
  kind FULL,
  description 'What a ROR id stands for: a withdrawn one with exactly one successor is its successor, at most five steps.'
);
-- key: ror_id (unique). Source: works-index.md 3.1.
WITH RECURSIVE step AS (
  SELECT ror_id, successors[1] AS next
  FROM raw.ror
  WHERE status = 'withdrawn' AND len(successors) = 1 AND successors[1] <> ror_id
),
walk AS (
  SELECT ror_id, next AS canonical, 1 AS steps FROM step
  UNION ALL
  SELECT w.ror_id, s.next, w.steps + 1
  FROM walk w JOIN step s ON s.ror_id = w.canonical
  WHERE w.steps < 5 AND s.next <> w.ror_id
)
SELECT ror_id, arg_max(canonical, steps) AS canonical FROM walk GROUP BY ror_id
