#!/usr/bin/env python3
"""`dmpworks sqlmesh plan` as a user runs it: from transform folders to an index.

usage: plan_test.py PROGRAM [unittest arguments]
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
PROJECT = pathlib.Path(__file__).resolve().parents[2] / "sqlmesh"
RUN, NEXT = "2026-01-01", "2026-02-01"
WORKS = ("openalex_works", "crossref_metadata", "datacite")
SMALL = [word for source in ("openalex", "crossref-metadata", "datacite")
         for word in (f"--audit-{source}-works-threshold", "1")]


def call(*words, env=None, cwd=None):
    return subprocess.run([PROGRAM, *map(str, words)], text=True, capture_output=True, timeout=300, cwd=cwd,
                          env={"PATH": os.environ["PATH"], "TMPDIR": tempfile.gettempdir(), **(env or {})})


def files(folder):
    """Those that the manifest of a published folder lists."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return [folder / file["path"] for file in manifest["files"]]


def rows(folder):
    printed = call("cat", *files(folder))
    assert printed.returncode == 0, printed.stderr
    return printed.stdout.splitlines()


class Plan(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_plan_"))
        cls.world = cls.root / "world"
        cls.out = cls.root / "out"
        made = call("synth", "--out-dir", cls.world, "--works", 300, "--dmps", 10, "--files", 2, "--run-id", RUN)
        assert made.returncode == 0, made.stderr
        line = ["run", "--out-dir", cls.out, "--run-id", RUN, "--quiet"]
        for source in (*WORKS, "ror", "data_citation_corpus", "dmps"):
            line += ["--" + source.replace("_", "-"), cls.world / source / RUN / "download"]
        done = call(*line)
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(dir=self.root))

    def inputs(self):
        line = []
        for source in WORKS:
            line += [f"--{source.replace('_', '-')}-path", self.out / source / RUN / "transform"]
        # As downloaded, for the two that may be.
        for source in ("ror", "data_citation_corpus"):
            line += [f"--{source.replace('_', '-')}-path", self.world / source / RUN / "download"]
        return line

    def plan(self, *more, run=RUN, code=0, small=True, env=None, outputs=True):
        words = ["sqlmesh", "plan", *self.inputs(), "--run-id", run]
        if outputs:
            words += ["--works-index-export-path", "export", "--doi-state-export-path", "state"]
        done = call(*words, *(SMALL if small else ()), *more, cwd=self.place, env=env)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_makes_the_index_that_run_makes(self):
        done = self.plan("--works-index-path", "works")
        stage = self.out / "sqlmesh" / RUN
        of_run = call("cat", *[file for file in files(stage) if "works_index/" in str(file)]).stdout.splitlines()
        self.assertEqual(rows(self.place / "works"), of_run)
        self.assertEqual(rows(self.place / "export"), of_run)
        self.assertIn(f"out {len(of_run)}\n", done.stdout)
        self.assertIn(f"upserts {len(of_run)}\n", done.stdout)
        report = json.loads((self.place / "report.json").read_text())
        self.assertEqual(report["counts"]["works"], len(of_run))
        for beside in ("collection_stats", "linkage_stats"):
            self.assertTrue(files(self.place / beside))

    def test_is_the_same_for_any_ranges_and_does_nothing_twice(self):
        self.plan("--works-index-path", "one/works", "--ranges", 1)
        self.plan("--works-index-path", "many/works", "--ranges", 5, "--force")
        self.assertEqual(rows(self.place / "one/works"), rows(self.place / "many/works"))
        self.assertIn("up to date\n", self.plan("--works-index-path", "many/works").stdout)

    def test_continues_a_state_with_or_without_a_manifest(self):
        for name in ("state", "bare"):
            with self.subTest(name):
                self.plan()
                (self.place / "bare").mkdir(exist_ok=True)
                for file in files(self.place / "state"):
                    shutil.copy(file, self.place / "bare/doi_state_00000.parquet")
                done = self.plan("--doi-state-path", name, run=NEXT)
                self.assertIn("upserts 0\n", done.stdout)
                self.assertEqual(rows(self.place / "export"), [])
                self.assertTrue(rows(self.place / "state"))
                shutil.rmtree(self.place / "state")

    def test_begins_from_an_empty_state(self):
        (self.place / "initial").mkdir()
        call("sqlmesh", "init-doi-state", "initial/doi_state_00000.parquet", cwd=self.place)
        self.assertNotIn("upserts 0\n", self.plan("--doi-state-path", "initial").stdout)

    def test_takes_all_values_from_variables(self):
        given = self.inputs()
        env = {}
        for option, value in zip(given[::2], given[1::2]):
            env["SQLMESH__VARIABLES__" + option[2:].upper().replace("-", "_")] = str(value)
        for source in ("OPENALEX", "CROSSREF_METADATA", "DATACITE"):
            env[f"SQLMESH__VARIABLES__AUDIT_{source}_WORKS_THRESHOLD"] = "1"
        env |= {"SQLMESH__VARIABLES__WORKS_INDEX_EXPORT_PATH": "export",
                "SQLMESH__VARIABLES__DOI_STATE_EXPORT_PATH": "state",
                "SQLMESH__VARIABLES__PROCESS_WORKS_RUN_ID": RUN,
                "SQLMESH__GATEWAYS__DUCKDB__CONNECTION__DATABASE": "db/db.db"}
        done = call("sqlmesh", "plan", cwd=self.place, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(rows(self.place / "export"))
        self.assertTrue((self.place / "db/db.db").exists())

    def test_the_search_reads_what_it_made(self):
        self.plan("--works-index-path", "works")
        line = ["run", "--dmps", self.world / "dmps" / RUN / "download", "--run-id", RUN, "--quiet", "--format", "csv"]
        found = []
        for name, index in (("theirs", self.out / "sqlmesh" / RUN / "works_index"), ("ours", "works")):
            done = call(*line, "--out-dir", name, "--works-index", index, cwd=self.place)
            self.assertEqual(done.returncode, 0, done.stderr)
            found.append(next((self.place / name / "results").glob("**/*.csv")).read_text())
        self.assertGreater(len(found[0].splitlines()), 1)
        self.assertEqual(*found)

    def test_a_chosen_model_stays_in_the_database(self):
        done = self.plan("--model", "works.crossref_works", "--duckdb-database", "db.db")
        made = dict(line.split() for line in done.stdout.splitlines())
        self.assertEqual(set(made), {"raw.crossref_metadata", "works.crossref_works"})
        self.assertGreater(int(made["works.crossref_works"]), 0)
        self.assertEqual(sorted(os.listdir(self.place)), ["db.db"])
        error = self.plan("--model", "works.nosuch", code=1).stderr
        self.assertIn("no model works.nosuch; there is: prepare.canonical_ror", error)

    def test_a_project_folder_stands_for_the_one_built_in(self):
        self.plan()
        self.assertIn("up to date", self.plan("--project-path", PROJECT).stdout)
        shutil.copytree(PROJECT, self.place / "project")
        model = self.place / "project/models/range/works_index.sql"
        model.write_text(model.read_text().replace("m.title, m.abstract_text", "UPPER(m.title) AS title, m.abstract_text"))
        self.assertNotIn("up to date", self.plan("--project-path", "project").stdout)
        titles = [json.loads(line)["title"] for line in rows(self.place / "export")]
        self.assertTrue(any(titles))
        self.assertEqual(titles, [title and title.upper() for title in titles])

    def test_a_failing_audit_publishes_nothing(self):
        error = self.plan("--works-index-path", "works", small=False, code=1).stderr
        self.assertIn("rows, at least 172000000 are asked for", error)
        self.assertEqual(os.listdir(self.place), [])

    def test_no_folder_of_others_is_written_over(self):
        (self.place / "export").mkdir()
        (self.place / "export/letter.txt").write_text("mine")
        self.assertIn("export: holds letter.txt", self.plan(code=1).stderr)
        self.assertEqual((self.place / "export/letter.txt").read_text(), "mine")
        error = self.plan("--works-index-export-path", self.out / "datacite" / RUN / "transform",
                          "--doi-state-export-path", "state", outputs=False, code=1).stderr
        self.assertIn("is the input", error)
        error = self.plan("--works-index-export-path", "a", "--doi-state-export-path", "a/b",
                          outputs=False, code=1).stderr
        self.assertIn("is the output", error)
        self.assertEqual(os.listdir(self.place), ["export"])


if __name__ == "__main__":
    unittest.main()
