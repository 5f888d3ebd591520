#!/usr/bin/env python3
"""From a run to each form of its matches, and from each back to the metrics.

usage: exports_test.py PROGRAM
"""
import csv
import gzip
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
RUN = "2026-01-01"


def run(*words):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=300, env=os.environ)
    assert done.returncode == 0, (words, done.returncode, done.stderr)
    return done


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.dir = pathlib.Path(cls.folder.name)
        cls.world = cls.dir / "world"
        run("synth", cls.world, "--works", 800, "--dmps", 25, "--seed", 9)
        cls.made = {}
        for ranker in ("query", "linkage"):
            out = cls.dir / ranker
            run("run", "--out-dir", out, "--run-id", RUN, "--openalex-works", cls.world / "openalex_works", "--datacite",
                cls.world / "datacite", "--ror", cls.world / "ror", "--dmps", cls.world / "dmps", "--ranker", ranker,
                "--format", "jsonl,csv,parquet", "--quiet")
            cls.made[ranker] = out

    def metrics(self, matches):
        """All that is said of the matches: the summary, and the rows of all plans."""
        file = self.dir / "metrics.csv"
        file.unlink(missing_ok=True)
        done = run("opensearch", "rank-metrics", self.world / "ground_truth.csv", "--output-file", file, "--matches-path",
                   matches, "--ks", "1,5,10", "--json")
        return json.loads(done.stdout), file.read_text()

    def whole(self, ranker):
        """Those of the search itself, which found enough to tell a loss."""
        found = self.metrics(self.made[ranker] / "dmp-works-search" / RUN)
        self.assertGreater(found[0]["metrics"]["map@10"]["mean"], .3)
        self.assertLess(found[0]["metrics"]["map@10"]["mean"], 1)
        return found

    def results(self, ranker, end):
        folder = self.made[ranker] / "results" / RUN
        (file,) = (folder / one["path"] for one in json.loads((folder / "manifest.json").read_text())["files"]
                   if one["path"].endswith(end))
        return file

    def back(self, rows):
        """Rows (plan, work, score, best score), best first, as a file of matches."""
        plans = {}
        for plan, work, score, best in rows:
            plans.setdefault(plan, []).append({"work": {"doi": work}, "score": float(score), "scoreMax": float(best)})
        self.assertGreater(len(plans), 15)
        file = self.dir / "back.jsonl"
        file.write_text("".join(json.dumps({"dmpDoi": plan, "planId": None, "works": works}) + "\n"
                                for plan, works in plans.items()))
        return file

    def test_match_files_of_the_results(self):
        for ranker in self.made:
            folder = self.results(ranker, "matches_0000.jsonl.gz")
            self.assertEqual(self.metrics(folder), self.whole(ranker), ranker)
            self.assertEqual(self.metrics(self.made[ranker] / "results" / RUN), self.whole(ranker), ranker)

    def test_csv(self):
        for ranker in self.made:
            with open(self.results(ranker, "matches.csv"), newline="", encoding="utf-8") as text:
                rows = sorted(csv.DictReader(text), key=lambda row: (row["dmp_doi"], int(row["rank"])))
            back = self.back([row[name] for name in ("dmp_doi", "work_doi", "score", "score_max")] for row in rows)
            self.assertEqual(self.metrics(back), self.whole(ranker), ranker)

    def test_parquet(self):
        for ranker in self.made:
            rows = [json.loads(line) for line in run("cat", self.results(ranker, "matches.parquet")).stdout.splitlines()]
            rows.sort(key=lambda row: (row["dmp_doi"], row["rank"]))
            back = self.back([row[name] for name in ("dmp_doi", "work_doi", "score", "score_max")] for row in rows)
            self.assertEqual(self.metrics(back), self.whole(ranker), ranker)

    def test_sqlite(self):
        """Equal scores stand by DOI, as ranker query lists them."""
        database = self.dir / "works.db"
        run("dmsp", "related-works", "merge", self.results("query", "matches_0000.jsonl.gz"), "--database",
            f"sqlite:{database}")
        connection = sqlite3.connect(database)
        self.addCleanup(connection.close)
        rows = connection.execute(
            "SELECT p.dmpId, k.doi, r.score, r.scoreMax FROM relatedWorks r JOIN plans p ON p.id = r.planId "
            "JOIN workVersions v ON v.id = r.workVersionId JOIN works k ON k.id = v.workId "
            "ORDER BY p.dmpId, r.score DESC, k.doi").fetchall()
        back = self.back((plan.removeprefix("https://doi.org/"), *rest) for plan, *rest in rows)
        self.assertEqual(self.metrics(back), self.whole("query"))

    def test_every_form_says_how_sure_a_match_is_and_why(self):
        """Probability, log-odds, weights and what the database merge reads, of each form by plan and work."""
        with gzip.open(self.results("linkage", "matches_0000.jsonl.gz"), "rt", encoding="utf-8") as lines:
            wanted = {(one["dmpDoi"], one["work"]["doi"]): (one["probability"], one["logOdds"], one["weights"], one["score"],
                                                          one["scoreMax"])
                      for line in lines for one in json.loads(line)["works"]}
        self.assertGreater(len(wanted), 50)
        for probability, _, weights, score, best in wanted.values():
            self.assertEqual((score, best), (probability, 1))
            self.assertEqual(weights[0]["k"], "prior")
        with open(self.results("linkage", "matches.csv"), newline="", encoding="utf-8") as text:
            self.assertEqual({(row["dmp_doi"], row["work_doi"]): (float(row["probability"]), float(row["log_odds"]),
                                                                 json.loads(row["weights"]), float(row["score"]),
                                                                 float(row["score_max"]))
                              for row in csv.DictReader(text)}, wanted)
        names = {"vs_chance": "vsChance", "vs_team": "vsTeam"}
        rows = map(json.loads, run("cat", self.results("linkage", "matches.parquet")).stdout.splitlines())
        self.assertEqual({(row["dmp_doi"], row["work_doi"]): (
            row["probability"], row["log_odds"],
            [{names.get(name, name): None if value == -1 and name in ("dmp", "work") else value
              for name, value in weight.items()} for weight in row["weights"]], row["score"], row["score_max"])
            for row in rows}, wanted)
        database = self.dir / "linkage.db"
        run("dmsp", "related-works", "merge", self.results("linkage", "matches_0000.jsonl.gz"), "--database",
            f"sqlite:{database}")
        connection = sqlite3.connect(database)
        self.addCleanup(connection.close)
        stored = {(plan.removeprefix("https://doi.org/"), doi): (probability, odds, json.loads(weights), score, best)
                  for plan, doi, probability, odds, weights, score, best in connection.execute(
                      "SELECT p.dmpId, k.doi, r.probability, r.logOdds, r.weights, r.score, r.scoreMax "
                      "FROM relatedWorks r JOIN plans p ON p.id = r.planId "
                      "JOIN workVersions v ON v.id = r.workVersionId JOIN works k ON k.id = v.workId")}
        self.assertEqual({pair: values[:3] for pair, values in stored.items()},
                         {pair: values[:3] for pair, values in wanted.items()})
        for pair, (*_, score, best) in stored.items():  # single precision
            self.assertAlmostEqual(score, wanted[pair][3], delta=1e-6)
            self.assertEqual(best, 1)

    def test_no_form_has_weights_of_the_query(self):
        with open(self.results("query", "matches.csv"), newline="", encoding="utf-8") as text:
            self.assertEqual({(row["probability"], row["log_odds"], row["weights"]) for row in csv.DictReader(text)},
                             {("", "", "")})


if __name__ == "__main__":
    unittest.main(verbosity=2)
