MODEL (
  name works.numbers,
  kind FULL,
  description 'Some numbers.',
  columns (number INT)
);
-- key: number (unique).
SELECT 1 AS number
