#!/usr/bin/env python3
"""Holds the numbers that docs/matching.md gives to the code. Of ranker query: the
table of points, the table of all numbers, and that none is left out. Of ranker
linkage: those of its sentences; what its tables and weights are is recomputed by
example_test.py.

usage: numbers_test.py
"""
import math
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
# Sentences of ranker linkage: each number of the first text stands in the page so, and is that of the code beside it.
LEARN, MODEL = "match/linkage_learn.cpp", "match/linkage_model.h"
SENTENCES = [
    ("nothing of q, topic and award (where the tables are kept: of λ) moves by {}, after {} steps at the latest",
     [("kEnough = 1e-6", LEARN), ("kMostIterations = 300", LEARN)]),
    ("pull on topic rows | 30 pairs | {} pairs, or {} a plan", [("std::max(300.0, .75 *", LEARN, 0),
                                                               ("std::max(300.0, .75 *", LEARN, 1)]),
    ("λ_S = (Σ r_S / v + {} λ_S⁰) / (D + {})", [("constexpr double kPseudo = 2;", LEARN)] * 2),
    ("λ_O = (Σ r_O + {} λ_O⁰) / (D + {})", [("constexpr double kPseudo = 2;", LEARN)] * 2),
    ("q lies between {} and {}", [("kLeast = .05", LEARN), ("kMost = .999", LEARN)]),
    ("`linkage train`: from {} plans on", [("kPlansForTables = 100", LEARN)]),
    ("{} judged plans recalibrate, {} also move the tables", [("kPlansForScale = 30", LEARN),
                                                              ("kPlansForTables = 100", LEARN)]),
    ("no pairs, more than {} outputs or {} other works a plan", [("kMostOutputs = 50", LEARN),
                                                                 ("kMostOfTeam = 10'000", LEARN)]),
    ("(Σ r_S Σ ρ + {} q_S⁰) / (Σ r_S n / v + {})", [("kPseudo = 20, kLeast = .05", LEARN)] * 2),
    ("(Σ r_O Σ ρ + {} q_O⁰) / (Σ r_O n + {})", [("kPseudo = 20, kLeast = .05", LEARN)] * 2),
    ("on an output with chance q_O {}", [("q{0.40, 0.85}", MODEL, 1)]),
    ("on other work of the team with q_S {}", [("q{0.40, 0.85}", MODEL, 0)]),
    ("λ_O {} expected outputs", [("lambda{10, 3.5}", MODEL, 1)]),
    ("λ_S {} expected other works", [("lambda{10, 3.5}", MODEL, 0)]),
    ("τ {}, since comparisons are not independent", [("tau = 0.9", MODEL)]),
    ("EM learns its tables with τ {}", [("expect(model, 1)", LEARN)]),
    ("with {} more, and {} on dates of outputs, where all plans name one author (by the square of their share)",
     [("700 * lone * lone", LEARN), ("300 * lone * lone", LEARN)]),
    ("EM: at least {} m_O", [("kLeastTeam = .03", LEARN)]),
    ("a share κ {} is of the project's time", [("date_during = .3", MODEL)]),
    ("share of {} fixed works of the index", [("kSampleWorks = 300", "sql/linkage_stats.cpp")]),
    ("keeps all pairs, also those that could not reach p {}",
     [("kPruneProbability = .001", "match/linkage_engine.cpp")]),
    ("A name counts as common (more than {})", [("kCommonName = 50'000", "match/linkage_compare.cpp")]),
    ("one of the plan's {} rarest words", [("kMostTerms = 12", "match/linkage_text.cpp")]),
    ("Beside its {} best pairs ({} · `--max-results` if more)",
     [("kLeastKept = 400", "match/linkage_engine.cpp"),
      ("4 * static_cast<std::size_t>(options.max_results)", "match/linkage_engine.cpp")]),
    ("Authors of a plan beyond the first {} are left out", [("kMostAuthors = 50", MODEL)]),
]
# Numbers that the page has in words.
WORDS = [("more than five times as many outputs as other works", "kMostRatio = 5", LEARN),
         ("three times as many or as few sure pairs", "kMostChange = 3", LEARN),
         ("plans with n ≥ 2", "if (authors < 2) return;", LEARN),
         ("the ten times as many best", "most_related = 10 * most", "match/linkage_pool.cpp"),
         ("each of eight bins round the project", "kDateBins = 8", MODEL),
         ("an award counts at most 33 times as much for an output", "kLeastTeam = .03", LEARN),
         ("m_O / 50", "full_strong) = {.0026, .13}", "match/linkage_model.cpp")]


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


NUMBER = r"\d[\d',]*(?:\.\d+)?(?:e-\d+)?|\.\d+"


def value(text):
    return float(text.replace("'", "").replace(",", ""))


class LinkageNumbers(unittest.TestCase):
    page = " ".join(PAGE.split())

    def test_of_a_sentence_stand_in_the_code(self):
        for sentence, snippets in SENTENCES:
            pattern = re.escape(sentence).replace(r"\{\}", f"({NUMBER})")
            found = re.search(pattern, self.page)
            self.assertTrue(found, sentence)
            self.assertEqual(len(found.groups()), len(snippets), sentence)
            for shown, (snippet, path, *at) in zip(found.groups(), snippets):
                self.assertIn(snippet, source(path), path)
                self.assertEqual(value(shown), value(re.findall(NUMBER, snippet)[at[0] if at else 0]), sentence)

    def test_in_words_stand_in_the_code(self):
        for words, snippet, path in WORDS:
            self.assertIn(words, self.page)
            self.assertIn(snippet, source(path), path)

    def test_of_weights_are_those_of_the_tables(self):
        """What an absent author costs, and what a date says at most."""
        model = source(MODEL)
        q = [value(number) for number in re.findall(NUMBER, re.search(r" q\{([^}]*)\}", model).group(1))]
        absent, = re.findall(r"author_a\{(\.\d+)", model)
        costs = [f"{-math.log2(1 - share + share * float(absent)):.1f}" for share in q]
        self.assertIn(f"who is missing costs {costs[0]} bits for S, {costs[1]} for O", self.page)
        during, = re.findall(r"date_during = (\.\d+)", model)
        self.assertIn(f"by more than log2(1 / κ) = {math.log2(1 / float(during)):.1f} bits", self.page)


if __name__ == "__main__":
    unittest.main()
