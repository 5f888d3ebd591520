#!/usr/bin/env python3
"""The PyPI tool sqlmesh and our runner make the same tables of the same models.

usage: parity_test.py ENVIRONMENT PROGRAM EXTENSION [unittest arguments]

ENVIRONMENT is the Python that tools/setup-venv makes.
"""
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ENVIRONMENT = pathlib.Path(sys.argv[1]).resolve()
if not (ENVIRONMENT / "installed").exists():
    sys.exit(f"{ENVIRONMENT} is absent or not whole: run tools/setup-venv first")
if pathlib.Path(sys.prefix).resolve() != ENVIRONMENT:
    python = str(ENVIRONMENT / "bin/python")
    os.execv(python, [python, *sys.argv])

import duckdb  # only that Python has it

PROGRAM, EXTENSION = (str(pathlib.Path(word).resolve()) for word in sys.argv[2:4])
del sys.argv[1:4]
PROJECT = pathlib.Path(__file__).resolve().parents[2] / "sqlmesh"
PYPI_TOOL = ENVIRONMENT / "bin/sqlmesh"
RUN = "2026-01-01"
INPUTS = ("openalex_works", "crossref_metadata", "datacite", "ror", "data_citation_corpus")
# Low, so that a small world has hubs, and lists that are cut.
VARIABLES = {"SQLMESH__VARIABLES__MAX_RELATION_DEGREES": "2", "SQLMESH__VARIABLES__AUDIT_NESTED_OBJECT_LIMIT": "2"}


def call(*words, env=None, cwd=None):
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"TMPDIR": tempfile.gettempdir(), **VARIABLES, **(env or {})}
    done = subprocess.run([*map(str, words)], text=True, capture_output=True, timeout=600, cwd=cwd, env=environment)
    assert done.returncode == 0, f"{words}: {done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def models():
    return [re.search(r"\bname (\S+),", file.read_text()).group(1) for file in sorted(PROJECT.glob("models/**/*.sql"))]


def move_records(download):
    """Some OpenAlex records once more, each with the DOI of another: no synthetic world has such."""
    file = sorted(download.glob("updated_date=*/*.gz"))[0]
    with gzip.open(file, "rt") as lines:
        records = [json.loads(line) for line in lines]
    dois = [record["doi"] for record in records if record.get("doi")]
    moved = [{**record, "doi": doi} for record, doi in zip(records, dois[5:10])]
    with gzip.open(file, "at") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in moved)


class Tables:
    """Those of the models in a database that one of the two has left."""

    def __init__(self, file):
        self.database = duckdb.connect(str(file), config={"allow_unsigned_extensions": "true"})
        self.database.execute(f"LOAD '{EXTENSION}'")

    def columns(self, model):
        return [row[:2] for row in self.database.execute(f"DESCRIBE {model}").fetchall()]

    def rows(self, model):
        return self.database.execute(f"SELECT * FROM {model} ORDER BY ALL").fetchall()


class Parity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_parity_"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        world, out = cls.root / "world", cls.root / "out"
        call(PROGRAM, "synth", "--out-dir", world, "--works", 600, "--dmps", 10, "--files", 2, "--run-id", RUN,
             "--awkward-ratio", 0.3, "--knob", "registry_history=1")
        move_records(world / "openalex_works" / RUN / "download")
        line = ["run", "--out-dir", out, "--run-id", RUN, "--quiet"]
        for source in (*INPUTS, "dmps"):
            line += ["--" + source.replace("_", "-"), world / source / RUN / "download"]
        call(PROGRAM, *line)
        cls.inputs = {f"SQLMESH__VARIABLES__{source.upper()}_PATH": str(out / source / RUN / "transform")
                      for source in INPUTS}
        cls.project = cls.root / "project"
        shutil.copytree(PROJECT, cls.project, ignore=shutil.ignore_patterns(".cache", "logs"))
        cls.ours, cls.theirs = cls.run_ours(), cls.run_theirs()

    @classmethod
    def run_ours(cls):
        line = ["--works-index-export-path", "export", "--doi-state-export-path", "state", "--run-id", RUN]
        for source in ("openalex", "crossref-metadata", "datacite"):
            line += [f"--audit-{source}-works-threshold", 1]
        # All buckets at once: the tables that stay are whole.
        call(PROGRAM, "sqlmesh", "plan", *line, "--ranges", 1, "--duckdb-database", "ours.db",
             env=cls.inputs, cwd=cls.root)
        return Tables(cls.root / "ours.db")

    @classmethod
    def pypi(cls, *words):
        return call(PYPI_TOOL, "-p", cls.project, *words, cwd=cls.root,
                    env={**cls.inputs, "DMPWORKS_DUCKDB_EXTENSION": EXTENSION,
                         "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true",
                         "SQLMESH__GATEWAYS__DUCKDB__CONNECTION__DATABASE": str(cls.root / "theirs.db")})

    @classmethod
    def run_theirs(cls):
        cls.pypi("plan", "--auto-apply", "--no-prompts", "--skip-tests")
        return Tables(cls.root / "theirs.db")

    def test_every_model_has_the_same_columns(self):
        for model in models():
            with self.subTest(model):
                self.assertEqual(self.theirs.columns(model), self.ours.columns(model))

    def test_every_model_has_the_same_rows(self):
        for model in models():
            with self.subTest(model):
                ours, theirs = self.ours.rows(model), self.theirs.rows(model)
                self.assertTrue(ours, "an empty table compares nothing")
                self.assertEqual(len(theirs), len(ours))
                for mine, other in zip(ours, theirs):
                    self.assertEqual(other, mine)

    def test_every_unit_test_passes_in_both(self):
        passed = re.search(r"^(\d+) passed, 0 failed$", call(PROGRAM, "sqlmesh", "test"), re.MULTILINE).group(1)
        self.assertIn(f"Successfully Ran `{passed}` Tests", self.pypi("test"))


if __name__ == "__main__":
    unittest.main()
