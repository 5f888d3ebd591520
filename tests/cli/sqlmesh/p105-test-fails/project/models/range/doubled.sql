MODEL (
  name works.doubled,
  kind FULL,
  description 'Twice each number.',
  columns (number INT, twice INT)
);
-- reads: works.numbers
-- key: number (unique).
SELECT number, number + number AS twice FROM works.numbers
