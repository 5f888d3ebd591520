#!/usr/bin/env python3
"""Stages that are published in a folder, killed at any moment: a reader at their
side never sees half of one, and what is finished is not made again.

usage: publish_test.py PROGRAM [unittest arguments]

faults_test.py does the same to a bucket of a server.
"""
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

from download_case import PROGRAM, RUN, Case
from stage_reader import StageReader

KILLS = 20
INPUTS = ("openalex-works", "datacite", "crossref-metadata", "ror", "data-citation-corpus")


class Publish(Case):
    def reader_of(self, stage):
        def get(name):
            try:
                return (stage / name).read_bytes()
            except FileNotFoundError:
                return None
        return StageReader(get)

    def contents(self, stage):
        """What the manifest lists, by name; but for the report, which tells how long it took."""
        files = json.loads((stage / "manifest.json").read_text())["files"]
        return {re.sub(r"^r\d\d/", "", file["path"]): (stage / file["path"]).read_bytes()
                for file in files if not file["path"].endswith("report.json")}

    @staticmethod
    def marks(stage):
        """Which file, written when, stands under each name; but for the note beside an index, which every job writes."""
        return {str(path.relative_to(stage)): (path.stat().st_ino, path.stat().st_mtime_ns)
                for path in stage.rglob("*") if path.is_file() and path.name != "inputs.json"}

    def run_line(self, words, seconds=None):
        """The exit code; negative: it was killed then."""
        process = subprocess.Popen([PROGRAM, *words], cwd=self.dir, env=self.environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            return process.wait(timeout=seconds or 300)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def kill_editions(self, stage, lines):
        """Kills two lines that replace one another's stage, at moments of all their time."""
        want, longest = [], 0
        for line in lines:
            began = time.monotonic()
            self.assertEqual(self.run_line(line), 0)
            longest = max(longest, time.monotonic() - began)
            want.append(self.contents(stage))
        self.assertNotEqual(*want)
        shutil.rmtree(stage)
        reader, replaced, again, edition, kept = self.reader_of(stage), [], 0, 0, {}
        while len(replaced) < KILLS:
            stood = (stage / "manifest.json").exists()
            moment = self.random.uniform(0, 1.2 * longest) if replaced else longest / 4
            if len(replaced) >= KILLS / 2 and not stood:
                moment = None  # the other half replaces a stage
            code = self.run_line(lines[edition], moment)
            now = self.marks(stage)
            stands = self.contents(stage) if "manifest.json" in now else None
            self.assertIn(stands, [*want, None][:3 - stood])
            if stands != want[edition]:  # so what was finished of it is still there
                self.assertEqual({name: now.get(name) for name in kept}, kept)
                again += len(kept)
                kept = {name: now[name] for name in now if self.is_finished_part(name, now)}
            if code == -signal.SIGKILL:
                replaced.append(stood)
                continue
            self.assertEqual((code, stands == want[edition]), (0, True))
            self.assertEqual(self.run_line(lines[edition]), 0)  # up to date: not a byte is written
            self.assertEqual(self.marks(stage), now)
            edition, kept = 1 - edition, {}
        self.assertEqual(self.run_line(lines[edition]), 0)
        self.assertEqual(self.contents(stage), want[edition])
        listed = {file["path"] for file in json.loads((stage / "manifest.json").read_text())["files"]}
        self.assertEqual(set(self.marks(stage)), listed | {"manifest.json"})
        wrong, editions, reads = reader.end()
        print(f"{sum(replaced)} of {KILLS} kills replaced a stage, {reads} readings, {again} files kept", file=sys.stderr)
        self.assertEqual(wrong, [])
        self.assertEqual(len(editions), 2)
        self.assertGreater(reads, KILLS)
        self.assertEqual(set(replaced), {False, True})
        return again

    @staticmethod
    def is_finished_part(name, files):
        """Of several jobs' stage: a part with its manifest."""
        part = re.match(r"_parts/[^/]+/", name)
        return part is not None and part[0] + "manifest.json" in files

    # Issue 7 line 5.
    def test_p32_a_transform_killed_at_20_moments_is_the_old_or_the_new_one(self):
        self.openalex(count=24, line=lambda i: json.dumps(
            {"id": f"https://openalex.org/W{i + 1}", "doi": f"https://doi.org/10.1234/w{i}", "is_xpac": i > 15,
             "title": self.random.randbytes(20_000).hex()}))
        self.assertEqual(self.call("openalex-works", openalex_bucket_name="./openalex").returncode, 0)
        self.kill_editions(self.stage("openalex-works", "transform"),
                           [self.words("openalex-works", "transform", batch_size=1, xpac=xpac)
                            for xpac in ("include", "drop")])

    # Issue 7 line 5: of a works index the ranges that are finished are not made again.
    def test_p32_p55_a_works_index_killed_at_20_moments_is_the_old_or_the_new_one(self):
        self.environment |= {f"SQLMESH__VARIABLES__AUDIT_{name}_WORKS_THRESHOLD": "1"
                             for name in ("CROSSREF_METADATA", "DATACITE", "OPENALEX")}
        self.assertEqual(self.run_line(["synth", "--out-dir", "world", "--works", "300", "--dmps", "10", "--files", "3",
                                        "--run-id", RUN]), 0)
        self.assertEqual(self.run_line(["run", "--out-dir", "bucket", "--run-id", RUN, "--until", "transform",
                                        *(f"--{dataset}=world/{dataset.replace('-', '_')}/{RUN}/download"
                                          for dataset in (*INPUTS, "dmps"))]), 0)
        shutil.copytree(self.dir / f"world/data_citation_corpus/{RUN}/download",
                        self.folder / f"data_citation_corpus/{RUN}/download")
        line = ["aws-batch", "sqlmesh", "plan", "--bucket-name=./bucket", f"--run-id={RUN}", "--prev-run-id=INITIAL",
                "--scratch-dir=scratch", "--ranges=6", "--threads=2", "--memory-limit=1GB",
                *(f"--release-dates.{dataset}={RUN}" for dataset in INPUTS)]
        kept = self.kill_editions(self.folder / f"sqlmesh/{RUN}",
                                  [[*line, f"--max-relation-degrees={most}"] for most in (100, 1)])
        self.assertGreater(kept, KILLS)


unittest.main()
