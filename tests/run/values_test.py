#!/usr/bin/env python3
"""The readers by value: records as the sources write them, one in the usual and
one in an old or odd form, and the rows that records.md makes of them.

usage: values_test.py PROGRAM
"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
HERE = pathlib.Path(__file__).resolve().parent / "values"


class Values(unittest.TestCase):
    maxDiff = None

    def check(self, source, command, path):
        """`source`.jsonl, at `path` in a dump, gives the rows of `source`.rows.jsonl."""
        with tempfile.TemporaryDirectory() as folder:
            dump, out = pathlib.Path(folder) / "dump", pathlib.Path(folder) / "out"
            (dump / path).parent.mkdir(parents=True)
            (dump / path).write_bytes(gzip.compress((HERE / f"{source}.jsonl").read_bytes()))
            subprocess.run([PROGRAM, "transform", command, dump, out, "--quiet"], check=True, stdout=subprocess.DEVNULL)
            printed = subprocess.run([PROGRAM, "cat", *sorted(out.glob("*.parquet"))], check=True, capture_output=True, text=True)
        rows = {row["doi"]: row for row in map(json.loads, printed.stdout.splitlines())}
        expected = [json.loads(line) for line in (HERE / f"{source}.rows.jsonl").read_text(encoding="utf-8").splitlines()]
        self.assertGreater(len(expected), 1)
        self.assertEqual(set(rows), {row["doi"] for row in expected})
        for row in expected:
            self.assertEqual(rows[row["doi"]], row)

    def test_openalex(self):
        self.check("openalex", "openalex-works", "updated_date=2026-01-01/part_000.gz")

    def test_crossref(self):
        self.check("crossref", "crossref-metadata", "0.jsonl.gz")

    # P22: the first is dated by what was available, not by its DOI's creation.
    def test_datacite(self):
        self.check("datacite", "datacite", "dois/updated_2026-01/part_0000.jsonl.gz")


if __name__ == "__main__":
    unittest.main(verbosity=1)
