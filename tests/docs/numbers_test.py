#!/usr/bin/env python3
"""Holds the numbers that docs/matching.md gives for ranker query to the code:
the table of points, the table of all numbers, and that none is left out.

usage: numbers_test.py
"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/matching.md").read_text()
# Of SearchOptions, those of ranker linkage or without effect on a result.
NOT_OF_THE_QUERY = {"min_probability", "explore_ratio", "threads", "plans_per_file", "max_failed"}
POINTS = {"funded DOI": ["kFundedDoi"], "author": ["kOrcid", "kSurname"],
          "award": ["award_full", "award_unknown", "award_disagree"],
          "related DOI": ["kIntra", "kShared", "kCitation"], "institution, funder": ["kId", "kName"]}


def source(path):
    return " ".join((ROOT / "src" / path).read_text().split())


def numbers(text):
    """Those that are no part of a name; 1.2F is 1.2, 5'000 and 5,000 are 5000."""
    found = re.findall(r"(?<![\w.])\d+(?:[',]\d{3})*(?:\.\d+)?", text)
    return [float(number.replace("'", "").replace(",", "")) for number in found]


def constants(path):
    """Names with numbers: `kOrcid = 2, kSurname = 1`."""
    return {name: numbers(value)[0] for name, value in
            re.findall(r"\b(\w+) = (\d[\d']*(?:\.\d+)?)F?[,;]", source(path)) if re.match("k[A-Z]|[a-z]+_", name)}


def rows(page):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()
            if line.startswith("| ") and not line.startswith("| number |")]


def all_numbers():
    """Of each row: its numbers, and each snippet with its file."""
    table = PAGE.split("<!-- numbers -->")[1].split("<!-- end of numbers -->")[0]
    return [(numbers(shown), re.findall(r"`([^`]+)` in `([^`]+)`", code)) for shown, _, code in rows(table)]


class Numbers(unittest.TestCase):
    def test_stand_in_the_code_as_in_the_table(self):
        table = all_numbers()
        self.assertGreater(len(table), 25)
        for shown, snippets in table:
            self.assertTrue(snippets, shown)
            for snippet, path in snippets:
                self.assertIn(snippet, source(path), path)
                self.assertEqual(numbers(snippet), shown, snippet)

    def test_are_all_in_the_table(self):
        named = {name for _, snippets in all_numbers() for snippet, _ in snippets
                 for name in re.findall(r"(\w+) = ", snippet)}
        for path in ("match/evaluate.cpp", "match/text_score.cpp", "match/highlight.cpp", "match/enriched_awards.cpp"):
            here = {name for name in constants(path) if name[0] == "k"}
            self.assertGreater(len(here), 2, path)
            self.assertLessEqual(here, named, path)
        options = source("match/options.h").split("struct SearchOptions {")[1].split("bool improved()")[0]
        fields = {name for name, _ in re.findall(r"(\w+) = (\d[\d.]*)[,;]", options)}
        self.assertGreater(len(fields), 8)
        self.assertLessEqual(fields - NOT_OF_THE_QUERY, named)

    def test_are_the_same_wherever_the_code_repeats_them(self):
        wanted = {name: value for path in ("match/evaluate.cpp", "match/text_score.cpp")
                  for name, value in constants(path).items() if name[0] == "k"}
        repeated = 0
        for path in sorted((ROOT / "src/match").glob("*.cpp")):
            if path.name.endswith("_test.cpp") or path.name.startswith("linkage"):
                continue
            for name, value in constants(path.relative_to(ROOT / "src")).items():
                repeated += name in wanted
                self.assertEqual(value, wanted.get(name, value), f"{name} in {path.name}")
        self.assertGreater(repeated, len(wanted))

    def test_are_those_of_the_points(self):
        values = {**constants("match/evaluate.cpp"), **constants("match/options.h")}
        table = {row[0]: row for row in rows(PAGE.split("| part | gate |")[1].split("\n\n")[0])}
        for part, names in POINTS.items():
            self.assertEqual(numbers(table[part][3]), [values[name] for name in names], part)
        self.assertEqual(set(table), {*POINTS, "text"})
        self.assertEqual(numbers(table["institution, funder"][2]), [values["kNameSlop"]])
        self.assertEqual(numbers(table["text"][2]), [constants("match/text_score.cpp")["kMostTerms"]])
        self.assertEqual(numbers(table["text"][3]), [30])
        self.assertIn("n * 3 / 10", source("match/text_score.cpp"))


if __name__ == "__main__":
    unittest.main()
