#!/usr/bin/env python3
"""What --stats FILE holds, after success and after failure (P129).

usage: stats_test.py PROGRAM [unittest arguments]
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
RECORDS = ['{"id": "10.5555/kelp.1", "attributes": {"doi": "10.5555/kelp.1"}}', '{"id": "", "attributes": {}}',
           "no JSON"]
COSTS = ("seconds", "cpuSeconds", "peakBytes")


class StatsTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = pathlib.Path(temporary.name)

    def stats_of(self, *words, code=0):
        done = subprocess.run([PROGRAM, *map(str, words), "--stats", "stats.json"], cwd=self.dir, text=True,
                              capture_output=True, timeout=600, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        stats = json.loads((self.dir / "stats.json").read_text(encoding="utf-8"))
        self.assertEqual(stats["exitCode"], code)
        for part in (stats, *stats["stages"]):
            for cost in COSTS:
                self.assertGreaterEqual(part.pop(cost), 0)
        return stats

    def test_a_transform_counts_rows_by_fate_and_table(self):
        (self.dir / "dump").mkdir()
        (self.dir / "dump/x.jsonl.gz").write_text("\n".join(RECORDS), encoding="utf-8")
        words = ("transform", "datacite", "dump", "out")
        stats = self.stats_of(*words)
        self.assertEqual(stats["command"], "dmpworks transform datacite")
        stage, = stats["stages"]
        self.assertGreater(stage.pop("bytes"), 0)
        self.assertEqual(stage.pop("counters")["lines"], 3)
        self.assertEqual(sum(stage.pop("rejects").values()), 1)
        self.assertEqual(stage, {"name": "transform datacite", "failed": False, "upToDate": False, "in": 3, "out": 1,
                                 "dropped": {"no_doi": 1}, "tables": {"datacite": 1, "rejects/rejects": 1},
                                 "files": 2})
        again, = self.stats_of(*words)["stages"]
        self.assertEqual((again["upToDate"], again["in"], again["out"]), (True, 3, 1))

    def test_a_stage_that_failed_has_its_cost_alone(self):
        (self.dir / "dump").mkdir()
        (self.dir / "dump/x.jsonl.gz").write_bytes(b"\x1f\x8b broken")
        stats = self.stats_of("transform", "datacite", "dump", "out", code=1)
        self.assertEqual(stats["stages"], [{"name": "transform datacite", "failed": True, "upToDate": False}])

    def test_work_that_publishes_no_stage_is_counted_too(self):
        stage, = self.stats_of("sqlmesh", "init-doi-state", "state.parquet")["stages"]
        self.assertEqual((stage["name"], stage["failed"]), ("init-doi-state", False))
        failed, = self.stats_of("linkage", "train", ".", "linkage.json", code=1)["stages"]
        self.assertEqual((failed["name"], failed["failed"]), ("linkage train", True))

    def test_run_counts_every_stage_it_came_to(self):
        made = subprocess.run([PROGRAM, "synth", "--out-dir", "world", "--works", "200", "--dmps", "8", "--run-id",
                               "2026-01-01"], cwd=self.dir, capture_output=True, check=False)
        self.assertEqual(made.returncode, 0, made.stderr)
        words = ["run", "--out-dir", "out", "--run-id", "2026-01-01", "--quiet"]
        for source in ("openalex-works", "datacite", "ror", "dmps"):
            words += ["--" + source, f"world/{source.replace('-', '_')}/2026-01-01/download"]
        (self.dir / "broken.jsonl.gz").write_bytes(b"\x1f\x8b broken")
        failed = self.stats_of(*words, "--crossref-metadata", "broken.jsonl.gz", code=1)["stages"]
        # The small inputs come first.
        self.assertEqual([(stage["name"], stage["failed"]) for stage in failed],
                         [("transform ror", False), ("transform dmps", False), ("transform openalex-works", False),
                          ("transform crossref-metadata", True)])
        stages = {stage["name"]: stage for stage in self.stats_of(*words)["stages"]}
        self.assertTrue(stages["transform openalex-works"]["upToDate"])
        for name in ("transform openalex-works", "transform datacite", "transform ror", "transform dmps"):
            stage = stages[name]
            self.assertEqual(stage["in"], stage["out"] + sum(stage["dropped"].values()) + sum(stage["rejects"].values()))
            self.assertEqual(sum(rows for table, rows in stage["tables"].items() if "rejects" not in table),
                             stage["out"], name)
        self.assertGreater(stages["works index"]["tables"]["works_index/works_index"], 0)
        self.assertEqual(stages["search"]["tables"]["matches/matches"], 8)


unittest.main()
