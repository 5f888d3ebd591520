#!/usr/bin/env python3
"""rank-metrics against ranx, and the search of local files it can judge.

usage: metrics_test.py PROGRAM
"""
import csv
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
HERE = pathlib.Path(__file__).resolve().parent


def run(*words, code=0, **environment):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **environment})
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return done


def lines(path):
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path)
    with opened as text:
        return sorted(text)


def rows_of(path):
    with open(path, newline="") as text:
        return list(csv.DictReader(text))


class Metrics(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def judge(self, matches, *more):
        out = self.dir / "metrics.csv"
        done = run("opensearch", "rank-metrics", HERE / "truth.csv", "--output-file", out,
                   "--matches-path", matches, "--ks", "1,3,10,50", "--json", *more)
        return json.loads(done.stdout), out

    def test_equal_ranx_on_random_runs(self):
        expected = json.loads((HERE / "expected.json").read_text())
        found, _ = self.judge(HERE / "matches.jsonl")
        self.assertEqual(set(found["metrics"]), set(expected))
        for name, value in expected.items():
            self.assertAlmostEqual(found["metrics"][name]["mean"], value, 9, name)
            self.assertLessEqual(found["metrics"][name]["low"], value)
            self.assertGreaterEqual(found["metrics"][name]["high"], value)

    def test_the_row_of_all_is_the_mean_of_the_rows(self):
        found, out = self.judge(HERE / "matches.jsonl")
        rows = rows_of(out)
        self.assertEqual(rows[0]["dmp_doi"], "all")
        self.assertEqual(len(rows), 1 + found["plans"], "plans without a list have a row of their own")
        for name in ("map@10", "ndcg@3", "precision@50", "recall@1"):
            mean = sum(float(row[name]) for row in rows[1:]) / len(rows[1:])
            self.assertAlmostEqual(float(rows[0][name]), mean, 12)

    def test_a_run_compared_with_itself_does_not_differ(self):
        _, out = self.judge(HERE / "matches.jsonl")
        other = out.rename(self.dir / "other.csv")
        found, _ = self.judge(HERE / "matches.jsonl", "--compare", other)
        self.assertEqual(found["metrics"]["map@10"]["difference"], 0)
        self.assertEqual(found["metrics"]["map@10"]["p"], 1)
        self.assertEqual(found["metrics"]["map@10"]["compared"], 40)


class LocalSearch(unittest.TestCase):
    """The leaf finds the ROR that the index was made from."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.dir = pathlib.Path(cls.folder.name)
        world = cls.world = cls.dir / "world"
        run("synth", world, "--works", 1500, "--dmps", 30, "--seed", 5)
        run("run", "--out-dir", cls.dir / "out", "--run-id", "2026-01-01", "--openalex-works", world / "openalex_works",
            "--datacite", world / "datacite", "--ror", world / "ror", "--dmps", world / "dmps")
        cls.data = ("--dmps-path", world / "dmps", "--works-path", cls.dir / "out/sqlmesh/2026-01-01")

    def test_gives_what_the_whole_run_gives(self):
        folder, file = self.dir / "matches", self.dir / "matches.jsonl"
        done = run("opensearch", "dmp-works-search", *self.data, "--out-dir", folder)
        self.assertRegex(done.stdout, r"^30 plans, \d+ with works; \d+ matches of \d+ works\n$")
        run("opensearch", "dmp-works-search", *self.data, "--out-file", file)
        run("opensearch", "dmp-works-search", *self.data, "--out-file", file.with_suffix(".jsonl.gz"))
        whole = [line for path in (self.dir / "out/dmp-works-search/2026-01-01/matches").iterdir() for line in lines(path)]
        self.assertEqual(len(whole), 30)
        self.assertEqual(lines(file), sorted(whole))
        self.assertEqual(lines(file.with_suffix(".jsonl.gz")), sorted(whole))
        self.assertEqual({path.name for path in folder.iterdir()}, {"manifest.json", "matches_0000.jsonl.gz"})
        self.assertEqual(lines(folder / "matches_0000.jsonl.gz"), lines(file))
        self.assertEqual([path.name for path in self.dir.iterdir() if path.name.startswith(".")], [])

    def test_leaves_the_explanation_out_when_told(self):
        file = self.dir / "unexplained.jsonl"
        run("opensearch", "dmp-works-search", *self.data, "--out-file", file, "--no-explain")
        matches = [match for line in lines(file) for match in json.loads(line)["works"]]
        self.assertTrue(matches)
        self.assertFalse([match for match in matches if "explain" in match])

    def test_knows_the_families_of_funders_as_the_run_does(self):
        """With ranker query, whose awards ask who is whose parent."""
        out = self.dir / "of_query"
        world = self.world
        run("run", "--out-dir", out, "--run-id", "2026-01-01", "--openalex-works", world / "openalex_works", "--datacite",
            world / "datacite", "--ror", world / "ror", "--dmps", world / "dmps", "--ranker", "query", "--until", "search")
        whole = [line for path in (out / "dmp-works-search/2026-01-01/matches").iterdir() for line in lines(path)]
        ror = out / "ror/2026-01-01/transform"
        file = self.dir / "of_query.jsonl"
        for place in ("", "works_index", "works_index/"):
            done = run("opensearch", "dmp-works-search", "--dmps-path", world / "dmps", "--works-path",
                       out / "sqlmesh/2026-01-01" / place, "--ranker", "query", "--out-file", file)
            self.assertEqual(lines(file), sorted(whole), place)
            self.assertNotIn("no ROR", done.stderr)
        elsewhere = self.dir / "elsewhere"
        ror.rename(elsewhere)
        words = ("opensearch", "dmp-works-search", "--dmps-path", world / "dmps", "--works-path", out / "sqlmesh/2026-01-01",
                 "--ranker", "query", "--out-file", file)
        self.assertRegex(run(*words).stderr, "no ROR beside .*; hint: --ror-path")
        self.assertNotEqual(lines(file), sorted(whole), "a world where families matter")
        self.assertNotIn("no ROR", run(*words, "--ror-path", elsewhere).stderr)
        self.assertEqual(lines(file), sorted(whole))

    def test_metrics_of_a_search_are_those_of_its_matches(self):
        truth = self.world / "ground_truth.csv"
        first, second, right = self.dir / "a.csv", self.dir / "b.csv", self.dir / "right.csv"
        run("opensearch", "rank-metrics", truth, "--output-file", first, *self.data, "--true-positive-published-outputs-file", right)
        run("opensearch", "dmp-works-search", *self.data, "--out-dir", self.dir / "judged")
        run("opensearch", "rank-metrics", truth, "--output-file", second, "--matches-path", self.dir / "judged",
            "--dmps-path", self.world / "dmps")
        self.assertEqual(first.read_text(), second.read_text())
        accepted = {(row["dmp_doi"], row["work_doi"]) for row in rows_of(truth) if row["status"] == "ACCEPTED"}
        found = {(row["dmp_doi"], row["work_doi"]) for row in rows_of(right)}
        self.assertTrue(found)
        self.assertLessEqual(found, accepted)

    def test_injected_outputs_stand_for_those_of_the_plans(self):
        truth = self.world / "ground_truth.csv"
        right = self.dir / "anchors.csv"

        def judged(name, *more):
            out = self.dir / name
            run("opensearch", "rank-metrics", truth, "--output-file", out, *self.data, "--ranker", "query", *more)
            return out.read_text()

        unrelated = judged("c.csv", "--disable-features", "relations", "--true-positive-published-outputs-file", right)
        known = judged("d.csv", "--inject-published-outputs-file", right)
        self.assertNotEqual(known, unrelated)
        none = self.dir / "none.csv"
        none.write_text("dmp_doi,work_doi\n")
        without = judged("e.csv", "--inject-published-outputs-file", none)
        self.assertEqual(without, unrelated, "no outputs, no related DOIs")

    def search(self, *more, **environment):
        """The records of a search with the query's own ranking, by DMP."""
        file = self.dir / "searched.jsonl"
        run("opensearch", "dmp-works-search", *self.data, "--out-file", file, "--ranker", "query", *more, **environment)
        return {record["dmpDoi"]: record for record in map(json.loads, lines(file))}

    def test_only_plans_of_the_dates_are_searched(self):
        dmps = next((self.dir / "out/dmps/2026-01-01").rglob("*.parquet"))
        starts = {row["doi"]: row["project_start"] for row in map(json.loads, run("cat", dmps).stdout.splitlines())}
        days = sorted(filter(None, starts.values()))
        first, last = days[len(days) // 3], days[len(days) * 2 // 3]
        within = {doi for doi, start in starts.items() if start and first <= start <= last}
        undated = {doi for doi, start in starts.items() if not start}
        self.assertTrue(0 < len(within) < len(days))
        dates = ("--dmps-start-date", first, "--dmps-end-date", last)
        self.assertEqual(set(self.search(*dates)), within)
        self.assertEqual(set(self.search(*dates, "--include-undated-dmps")), within | undated)
        folder = self.dir / "dated"
        run("opensearch", "dmp-works-search", *self.data, "--out-dir", folder, *dates)
        counts = json.loads((folder / "manifest.json").read_text())["counts"]
        self.assertEqual(counts["out"], len(within))
        self.assertEqual(counts["in"], counts["out"] + counts["dropped"]["out_of_dates"])

    def test_only_plans_of_the_dates_are_judged(self):
        truth = self.world / "ground_truth.csv"
        dmps = next((self.dir / "out/dmps/2026-01-01").rglob("*.parquet"))
        starts = {row["doi"]: row["project_start"] for row in map(json.loads, run("cat", dmps).stdout.splitlines())}
        known = {row["dmp_doi"] for row in rows_of(truth) if row["status"] == "ACCEPTED"}
        first = sorted(filter(None, starts.values()))[len(starts) // 2]
        within = {doi for doi in known if starts[doi] and starts[doi] >= first}
        self.assertTrue(0 < len(within) < len(known))
        all_of_them, dated, listed = (self.dir / name for name in ("all.csv", "dated.csv", "listed.csv"))
        # What a topic is worth to the linkage model depends on all plans of a search.
        query = (*self.data, "--ranker", "query")
        run("opensearch", "rank-metrics", truth, "--output-file", all_of_them, *query)
        run("opensearch", "rank-metrics", truth, "--output-file", dated, *query, "--dmps-start-date", first)
        rows = {row["dmp_doi"]: row for row in rows_of(dated)}
        self.assertEqual(set(rows) - {"all"}, within)
        for row in rows_of(all_of_them):
            if row["dmp_doi"] in within:
                self.assertEqual(row, rows[row["dmp_doi"]])
        run("opensearch", "dmp-works-search", *query, "--out-dir", self.dir / "undated")
        matches = ("--matches-path", self.dir / "undated")
        run("opensearch", "rank-metrics", truth, "--output-file", listed, *matches, "--dmps-path", self.world / "dmps",
            "--dmps-start-date", first)
        self.assertEqual({row["dmp_doi"] for row in rows_of(listed)} - {"all"}, within)
        done = run("opensearch", "rank-metrics", truth, "--output-file", listed, *matches, "--dmps-start-date", first, code=2)
        self.assertIn("--dmps-path is needed, which says the dates", done.stderr)
        done = run("opensearch", "rank-metrics", truth, "--output-file", listed, *self.data, "--dmps-start-date", "2999-01-01")
        self.assertIn("no plan of the ground truth is of the dates asked for", done.stderr)

    def test_the_candidate_query_lists_more_than_the_baseline(self):
        def matches(builder):
            records = self.search("--query-builder-name", f"build_dmp_works_search_{builder}_query", "--max-results", 10000)
            return {(dmp, work["work"]["doi"]): work for dmp, record in records.items() for work in record["works"]}
        candidate, baseline = matches("candidate"), matches("baseline")
        self.assertGreater(len(candidate), len(baseline))
        # Awards in no form that a funder's parser knows are a clause of the baseline alone.
        by_award_alone = {pair for pair, match in baseline.items()
                          if [part["clause"] for part in match["explain"]] == ["awards"]}
        self.assertLessEqual(set(baseline) - by_award_alone, set(candidate))

    def test_only_listed_plans_are_searched(self):  # P95
        all_of_them = sorted(self.search())
        listed, empty = self.dir / "dmp_dois.json", self.dir / "empty.json"
        listed.write_text(json.dumps(["https://doi.org/" + doi.upper() for doi in all_of_them[3:6]]))
        empty.write_text("[]")
        path = ("--dmp-subset.dois-path", listed)
        self.assertEqual(sorted(self.search("--dmp-subset.enable", *path)), all_of_them[3:6])
        self.assertEqual(sorted(self.search("--dois-file", listed)), all_of_them[3:6])
        env = {"DMP_SUBSET_ENABLE": "true", "DMP_SUBSET_DOIS_PATH": str(listed)}
        self.assertEqual(sorted(self.search(**env)), all_of_them[3:6])
        self.assertEqual(sorted(self.search(**{**env, "DMP_SUBSET_ENABLE": "false"})), all_of_them)
        self.assertEqual(sorted(self.search(*path)), all_of_them)
        words = ("opensearch", "dmp-works-search", *self.data, "--out-dir", self.dir / "listed")
        self.assertIn("--dmp-subset.enable is not set", run(*words, *path).stderr)
        run(*words, "--dois-file", empty, code=1)
        run(*words, "--dois-file", self.dir / "absent.json", code=2)
        run(*words, "--dois-file", listed)
        manifest = json.loads((self.dir / "listed/manifest.json").read_text())
        self.assertTrue(manifest["subset"])
        self.assertEqual(manifest["search"]["dmps"], 3)
        self.assertEqual(manifest["counts"]["dropped"]["not_in_subset"], len(all_of_them) - 3)

    def test_the_options_are_known_by_the_prefixes_of_their_group(self):
        few = self.search("--max-results", 2, "--no-explain")
        self.assertNotEqual(few, self.search())
        self.assertEqual(self.search("--search-config.max-results", 2, "--search-config.no-explain"), few)
        self.assertEqual(self.search("--dmp-works-search-config.max-results=2", "--dmp-works-search-config.explain=no"), few)
        self.assertEqual(self.search("--start-date", "2999-01-01"), {})
        self.assertEqual(self.search("--search-config.end-date", "1900-01-01"), {})

    def test_the_manifest_says_how_many_works_a_plan_were_kept(self):
        few = self.dir / "few"
        run("opensearch", "dmp-works-search", *self.data, "--out-dir", few, "--max-results", 4, "--records-per-file", 20)
        self.assertEqual({path.name for path in few.glob("matches_*")}, {"matches_0000.jsonl.gz", "matches_0001.jsonl.gz"})
        words = ("opensearch", "rank-metrics", self.world / "ground_truth.csv", "--output-file", self.dir / "few.csv")
        for matches in (few, few / "matches_0000.jsonl.gz"):
            said = run(*words, "--matches-path", matches, "--ks", "4,5").stderr
            self.assertIn("--ks 5: the search kept at most 4 works a plan", said)
            self.assertNotIn("--ks 4:", said)
            self.assertNotIn("could not be searched", said)
        manifest = json.loads((few / "manifest.json").read_text())
        manifest["search"]["failed"] = 2
        (few / "manifest.json").write_text(json.dumps(manifest))
        self.assertIn("2 DMPs could not be searched", run(*words, "--matches-path", few).stderr)
        self.assertIn("--ks 7: the search kept at most 6", run(*words, *self.data, "--max-results", 6, "--ks", 7).stderr)

    def test_readers_take_the_folder_of_a_search(self):
        out = self.dir / "with_pairs"
        words = ("opensearch", "dmp-works-search", *self.data, "--out-dir", out, "--linkage-pairs")
        for names in ({"manifest.json", "matches_0000.jsonl.gz", "linkage_pairs"},
                      {"manifest.json", "matches_0000.jsonl.gz", "r01"}):
            run(*words)
            self.assertEqual({path.name for path in out.iterdir()}, names)
            bucket = self.dir / "out/dmp-works-search/2026-01-01"
            page, whole = self.dir / "page.html", self.dir / "whole.html"
            run("report", out, page)
            run("report", bucket, whole)
            self.assertEqual(page.read_bytes(), whole.read_bytes())
            for place in (out, next(out.rglob("linkage_pairs"))):
                figures = self.dir / "figures.json"
                run("linkage", "evaluate", place, figures, "--ground-truth-file", self.world / "ground_truth.csv")
                self.assertGreater(json.loads(figures.read_text())["labels"], 0)
                figures.unlink()
            run("dmsp", "related-works", "merge", out, "--database", f"sqlite:{self.dir / 'merged.db'}")

    def test_a_number_of_the_environment_is_that_of_the_option(self):
        few = self.search("--max-results", 2)
        self.assertEqual(self.search(DMP_WORKS_SEARCH_MAX_RESULTS="2"), few)
        for dmp, record in self.search().items():
            self.assertEqual(few[dmp]["works"], record["works"][:2])

    def test_a_search_that_fails_leaves_the_old_file(self):
        file = self.dir / "kept.jsonl"
        file.write_text("old\n")
        run("opensearch", "dmp-works-search", "--dmps-path", self.world / "dmps", "--works-path", self.world / "ror",
            "--out-file", file, code=1)
        self.assertEqual(file.read_text(), "old\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
