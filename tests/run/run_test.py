#!/usr/bin/env python3
"""The whole chain as a user runs it: `dmpworks synth`, then `dmpworks run`.

usage: run_test.py PROGRAM [unittest arguments]

Shows that results do not depend on threads or ranges, that a finished run does
nothing, that a changed input redoes what hangs on it, that a run killed at any
moment is finished by the same line, and that bad input gives one clear line.
"""
import csv
import fcntl
import gzip
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
RUN = "2026-01-01"
SOURCES = {
    "--openalex-works": "openalex_works",
    "--crossref-metadata": "crossref_metadata",
    "--datacite": "datacite",
    "--ror": "ror",
    "--data-citation-corpus": "data_citation_corpus",
    "--dmps": "dmps",
}


def call(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], text=True,
                          capture_output=True, timeout=600, **options)


def run_line(world, out, *more, leave_out=()):
    line = ["run", "--out-dir", out, "--run-id", RUN, "--quiet"]
    for option, folder in SOURCES.items():
        if option not in leave_out:
            line += [option, world / folder / RUN / "download"]
    return [*line, *more]


def tables(out):
    """Every row of every published Parquet table, sorted, as text."""
    rows = {}
    for stage in ("sqlmesh", "dmps", "openalex_works", "crossref_metadata", "datacite", "ror"):
        for manifest in sorted(out.glob(f"{stage}/{RUN}/**/manifest.json")):
            files = [manifest.parent / f["path"] for f in json.loads(manifest.read_text())["files"]
                     if f["path"].endswith(".parquet")]
            by_table = {}
            for file in files:
                name = str(file.relative_to(manifest.parent)).rstrip("0123456789.parquet_")
                name = "/".join(p for p in name.split("/") if not (p[:1] == "r" and p[1:].isdigit()))
                by_table.setdefault(name, []).append(file)
            for name, paths in by_table.items():
                printed = call("cat", *paths)
                assert printed.returncode == 0, printed.stderr
                rows[f"{stage}/{name}"] = sorted(printed.stdout.splitlines())
    return rows


def matches(out):
    """The match records in their order, without what names the run."""
    records = []
    manifest = json.loads((out / "dmp-works-search" / RUN / "manifest.json").read_text())
    for file in manifest["files"]:
        if "matches_" in file["path"]:
            with gzip.open(out / "dmp-works-search" / RUN / file["path"], "rt", encoding="utf-8") as lines:
                records += lines.read().splitlines()
    return records


def result_rows(out):
    """The lines of matches.csv."""
    folder = out / "results" / RUN
    manifest = json.loads((folder / "manifest.json").read_text())
    names = [file["path"] for file in manifest["files"]]
    assert any(name.endswith("report.html") for name in names), names
    return (folder / next(name for name in names if name.endswith("matches.csv"))).read_text().splitlines()


def on_small_disk(folder, size, script, arguments):
    """Runs a shell script, which sets $code, while a file system of that size is mounted on the folder."""
    # A mount namespace of its own. In a chroot the root is no mount point, so propagation cannot be
    # switched off; the script takes its mount away itself.
    script = (f'mount -t tmpfs -o size={size} tmpfs "{folder}" || exit 99\n'
              f'{script}\n'
              f'umount "{folder}"; exit $code')
    user = ["--propagation", "unchanged"] if os.geteuid() == 0 else ["-r"]
    return subprocess.run(["unshare", *user, "-m", "sh", "-c", script, "sh", *map(str, arguments)],
                          text=True, capture_output=True)


class Chain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_run_"))
        cls.world = cls.root / "world"
        made = call("synth", "--out-dir", cls.world, "--works", 600, "--dmps", 30, "--files", 4, "--run-id", RUN)
        assert made.returncode == 0, made.stderr
        cls.good = cls.root / "good"
        done = call(*run_line(cls.world, cls.good, "--threads", 1, "--works-index-ranges", 1))
        assert done.returncode == 0, done.stderr
        cls.good_tables = tables(cls.good)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    def out(self, name):
        path = self.root / name
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def same_as_good(self, out):
        self.maxDiff = 2000
        self.assertEqual(matches(self.good), matches(out))
        good, other = self.good_tables, tables(out)
        self.assertEqual(sorted(good), sorted(other))
        for table in good:
            self.assertEqual(good[table], other[table], table)

    def test_goes_on_when_a_full_disk_has_room_again(self):
        disk = self.out("disk")
        disk.mkdir()
        needed = sum(f.stat().st_blocks * 512 for f in self.good.rglob("*")) // 1024
        stopped = set()
        for share in (8, 15, 35, 45, 70):
            out = self.out(f"after_{share}")
            done = on_small_disk(
                disk, f"{needed * share // 100}k",
                f'"$@"; first=$?\n'
                f'mount -o remount,size=1g "{disk}"; "$@" >&2; code=$?\n'
                f'cp -r "{disk}/out" "{out}"; echo "first $first"',
                [PROGRAM, *run_line(self.world, disk / "out", "--scratch-dir", self.root / "scratch")])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("first 1", done.stdout, share)
            said = next(line for line in done.stderr.splitlines() if line.startswith("dmpworks"))
            self.assertRegex(said, "[Nn]o space|disk|full")
            stopped.add(said.split(": ")[1])
            self.same_as_good(out)
        self.assertGreaterEqual(len(stopped), 3, stopped)

    def test_says_what_became_of_every_record(self):
        for manifest in self.good.rglob("manifest.json"):
            counts = json.loads(manifest.read_text())["counts"]
            if manifest.parts[-3] in ("results", "dmp-works-search"):
                continue  # as many plans go in as come out
            self.assertEqual(counts["in"], counts["out"] + sum(counts["dropped"].values()) + sum(counts["rejects"].values()),
                             manifest)
        index = json.loads((self.good / "sqlmesh" / RUN / "manifest.json").read_text())["counts"]["dropped"]
        for rule in ("crossref_merged", "crossref_without_work", "openalex_merged", "openalex_repeated"):
            self.assertGreater(index[rule], 0, rule)

    def test_finds_most_of_the_planted_links(self):
        with open(self.world / "ground_truth.csv", encoding="utf-8") as file:
            truth = {(row["dmp_doi"], row["work_doi"]) for row in csv.DictReader(file) if row["status"] == "ACCEPTED"}
        found = set()
        for line in matches(self.good):
            record = json.loads(line)
            found |= {(record["dmpDoi"], match["work"]["doi"]) for match in record["works"]}
        self.assertGreater(len(truth), 50)
        self.assertGreater(len(truth & found) / len(truth), 0.6)
        self.assertTrue((self.good / "results" / RUN / "report.html").exists())

    # P43, P53, T21
    def test_gives_the_same_rows_for_any_threads_and_ranges(self):
        # 50 do not divide the 256 buckets. All 256 would take seven minutes with sanitizers.
        for threads, ranges in ((2, 1), (1, 16), (2, 50)):
            with self.subTest(threads=threads, ranges=ranges):
                out = self.out(f"t{threads}r{ranges}")
                done = call(*run_line(self.world, out, "--threads", threads, "--works-index-ranges", ranges))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.same_as_good(out)

    # P127
    def test_does_nothing_the_second_time(self):
        before = {p: p.stat().st_mtime_ns for p in self.good.rglob("*.parquet")}
        again = call(*run_line(self.world, self.good))
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(before, {p: p.stat().st_mtime_ns for p in self.good.rglob("*.parquet")})
        self.assertIn("up to date", again.stdout)

    def test_redoes_only_what_depends_on_a_changed_input(self):
        out = self.out("changed")
        shutil.copytree(self.good, out)
        world = self.out("changed_world")
        shutil.copytree(self.world, world, copy_function=shutil.copy2)
        self.assertEqual(call(*run_line(world, out)).returncode, 0)
        kept = {p: p.stat().st_mtime_ns for p in out.glob(f"openalex_works/{RUN}/**/*.parquet")}
        plans = next((world / "dmps" / RUN / "download").glob("*.gz"))
        lines = gzip.open(plans, "rt", encoding="utf-8").read().splitlines()
        with gzip.open(plans, "wt", encoding="utf-8") as file:
            file.write("\n".join(lines[1:]) + "\n")
        again = call(*run_line(world, out))
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(kept, {p: p.stat().st_mtime_ns for p in out.glob(f"openalex_works/{RUN}/**/*.parquet")})
        self.assertEqual(len(matches(out)), len(matches(self.good)) - 1)
        report = out / "results" / RUN / "report.html"
        self.assertNotEqual(report.read_text(), (self.good / "results" / RUN / "report.html").read_text())
        self.assertRegex(str(report.resolve()), r"/r\d\d/report\.html$")

    def lists(self, name):
        return json.loads((self.world / "meta" / f"{name}.json").read_text(encoding="utf-8"))

    def test_searches_only_the_dmps_of_the_lists(self):
        out = self.out("dmp_subset")
        shutil.copytree(self.good, out)
        self.assertEqual(call(*run_line(self.world, out, "--ranker", "query")).returncode, 0)
        everything = set(matches(out))
        subset = ("--ranker", "query", "--dmp-subset-dois", self.world / "meta/dmp_dois.json")
        done = call(*run_line(self.world, out, *subset))
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = {doi.lower() for doi in self.lists("dmp_dois")}
        self.assertEqual({json.loads(line)["dmpDoi"] for line in matches(out)}, listed)
        self.assertTrue(set(matches(out)) < everything)
        manifest = json.loads((out / "dmp-works-search" / RUN / "manifest.json").read_text())
        self.assertTrue(manifest["subset"])
        self.assertEqual(manifest["counts"]["in"], len(listed) + manifest["counts"]["dropped"]["not_in_subset"])
        self.assertIn("up to date", call(*run_line(self.world, out, *subset)).stdout)
        more = call(*run_line(self.world, out, *subset, "--dmp-subset-institutions",
                              self.world / "meta/dmp_institutions.json"))
        self.assertEqual(more.returncode, 0, more.stderr)
        self.assertGreater(len(matches(out)), len(listed))  # OR

    def test_takes_only_the_works_of_the_lists(self):
        out = self.out("works_subset")
        done = call(*run_line(self.world, out, "--subset-dois", self.world / "meta/work_dois.json"))
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = {doi.lower() for doi in self.lists("work_dois")}
        works = {json.loads(row)["doi"] for row in tables(out)["sqlmesh/works_index/works_index"]}
        self.assertTrue(works)
        self.assertTrue(works <= listed, works - listed)
        for stage in (f"openalex_works/{RUN}/subset", f"datacite/{RUN}/transform", f"sqlmesh/{RUN}",
                      f"dmp-works-search/{RUN}"):
            self.assertTrue(json.loads((out / stage / "manifest.json").read_text())["subset"], stage)

    def test_a_switch_in_the_environment_says_whether_its_lists_are_used(self):
        for switch, code in (("false", 0), ("true", 2)):
            env = {"DMP_SUBSET_ENABLE": switch, "DMP_SUBSET_DOIS_PATH": "/nowhere/dmp_dois.json"}
            done = call(*run_line(self.world, self.good), env=env)
            self.assertEqual(done.returncode, code, done.stderr)

    def test_an_empty_list_is_not_everything(self):  # P95
        empty = self.root / "empty.json"
        empty.write_text("[]", encoding="utf-8")
        done = call(*run_line(self.world, self.good, "--dmp-subset-dois", empty))
        self.assertEqual(done.returncode, 1)
        self.assertIn("with at least one entry", done.stderr)

    # P32, P44, P55, T22
    def test_killed_at_any_moment_is_finished_by_the_same_line(self):
        other = self.out("other_world")
        made = call("synth", "--out-dir", other, "--works", 600, "--dmps", 30, "--files", 4, "--run-id", RUN, "--seed", 8)
        self.assertEqual(made.returncode, 0, made.stderr)
        started = time.monotonic()
        self.assertEqual(call(*run_line(other, self.out("other"))).returncode, 0)
        whole = time.monotonic() - started
        known = {"nothing": [], "world": matches(self.good), "other": matches(self.out("other"))}
        moments = random.Random(20260101)
        out = self.out("killed")
        kills = {"from nothing": 0, "in place of a good one": 0}
        world, stands = self.world, "nothing"
        for _ in range(200):
            if sum(kills.values()) >= 20 and min(kills.values()) >= 5:
                break
            process = subprocess.Popen([PROGRAM, *map(str, run_line(world, out, "--works-index-ranges", 4))],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=moments.uniform(0.02, whole))
                self.assertEqual(process.returncode, 0)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills["from nothing" if stands == "nothing" else "in place of a good one"] += 1
            for manifest in out.rglob("manifest.json"):
                for file in json.loads(manifest.read_text())["files"]:
                    self.assertEqual((manifest.parent / file["path"]).stat().st_size, file["bytes"], manifest)
            # What stands is whole: the former matches, or the new ones.
            new = "world" if world is self.world else "other"
            if (out / "dmp-works-search" / RUN / "manifest.json").exists():
                found = matches(out)
                self.assertIn(found, [known[stands], known[new]])
                stands = new if found == known[new] else stands
            else:
                self.assertEqual(stands, "nothing")
            if process.returncode == 0:  # next, replace it, or begin again
                if kills["from nothing"] < 10:
                    shutil.rmtree(out, ignore_errors=True)
                    stands = "nothing"
                else:
                    world = other if world is self.world else self.world
        self.assertGreaterEqual(min(kills.values()), 5, kills)
        self.assertGreaterEqual(sum(kills.values()), 20, kills)
        done = call(*run_line(self.world, out))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.same_as_good(out)
        self.assertEqual(result_rows(out), result_rows(self.good))

    def test_two_runs_do_not_write_to_one_folder(self):
        out = self.out("locked")
        out.mkdir()
        with open(out / ".lock", "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            done = call(*run_line(self.world, out))
        self.assertEqual(done.returncode, 75)
        self.assertRegex(done.stderr, "another run is writing to it")
        self.assertEqual([path.name for path in out.iterdir()], [".lock"])

    # P118
    def test_a_failing_run_leaves_the_last_good_output_readable(self):
        out = self.out("failing")
        shutil.copytree(self.good, out)
        world = self.out("failing_world")
        shutil.copytree(self.world, world)
        file = next((world / "datacite" / RUN / "download").rglob("*.jsonl.gz"))
        file.write_bytes(file.read_bytes()[:-20])
        failed = call(*run_line(world, out))
        self.assertEqual(failed.returncode, 1)
        self.assertIn(file.name, failed.stderr)
        self.assertEqual(matches(out), matches(self.good))
        self.same_as_good(out)

    def test_works_without_any_one_source(self):
        for option in ("--openalex-works", "--crossref-metadata", "--datacite", "--ror", "--data-citation-corpus"):
            with self.subTest(option):
                done = call(*run_line(self.world, self.out("without" + option), leave_out=(option,)))
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_result_forms_are_those_asked_for(self):
        out = self.root / "forms"
        shutil.copytree(self.good, out)
        done = call(*run_line(self.world, out, "--format", "jsonl"))
        self.assertEqual(done.returncode, 0, done.stderr)
        folder = out / "results" / RUN
        names = [file["path"] for file in json.loads((folder / "manifest.json").read_text())["files"]]
        self.assertTrue(names)
        for name in names:
            self.assertRegex(name, r"(^|/)matches_\d{4}\.jsonl\.gz$")
        lines = []
        for name in names:
            with gzip.open(folder / name, "rt", encoding="utf-8") as file:
                lines += file.read().splitlines()
        self.assertEqual(lines, matches(out))


class BadInput(unittest.TestCase):
    """Each is one clear line (and hints) and the right exit code."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_bad_"))
        cls.works = cls.root / "works"
        (cls.works / "updated_date=2026-01-01").mkdir(parents=True)
        cls.record = json.dumps({"id": "https://openalex.org/W1", "doi": "https://doi.org/10.5555/a", "title": "Kelp"})
        with gzip.open(cls.works / "updated_date=2026-01-01" / "part_000.gz", "wt") as file:
            file.write(cls.record + "\n")
        cls.plans = cls.root / "plans.jsonl"
        cls.plans.write_text(json.dumps({"dmp_id": "10.48321/d1", "title": "Kelp"}) + "\n")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    def fails(self, code, *texts, works=None, plans=None, more=(), env=None, lines=1):
        out = self.root / "out"
        shutil.rmtree(out, ignore_errors=True)
        done = call("run", "--out-dir", out, "--openalex-works", works or self.works,
                    "--dmps", plans or self.plans, "--quiet", *more, env=env)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        self.assertEqual(done.stdout, "")
        said = [l for l in done.stderr.splitlines() if not l.startswith("hint:")]
        self.assertEqual(len(said), lines, done.stderr)
        for text in texts:
            self.assertIn(str(text), done.stderr)
        return done.stderr

    def folder(self, name, content):
        path = self.root / name / "updated_date=2026-01-01"
        path.mkdir(parents=True, exist_ok=True)
        (path / "part_000.gz").write_bytes(content)
        return self.root / name

    def test_the_small_good_input_passes(self):
        out = self.root / "ok"
        done = call("run", "--out-dir", out, "--openalex-works", self.works, "--dmps", self.plans)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_missing_folder(self):
        self.fails(2, "nowhere", works=self.root / "nowhere")

    # P33
    def test_folder_without_matching_files(self):
        empty = self.root / "empty"
        empty.mkdir(exist_ok=True)
        (empty / "readme.txt").write_text("x")
        self.fails(1, empty, ".gz", works=empty)

    def test_an_empty_gzip_is_a_failed_download(self):
        self.fails(1, "part_000.gz", "empty", works=self.folder("nothing", b""))
        plans = self.root / "plans.jsonl.gz"
        plans.write_bytes(b"")
        self.fails(1, plans, "empty", plans=plans)

    # P21
    def test_truncated_gzip(self):
        whole = gzip.compress((self.record + "\n").encode() * 5000)
        works = self.folder("cut", whole[:len(whole) // 2])
        self.fails(1, "part_000.gz", "byte", works=works)

    # P21
    def test_bad_checksum(self):
        whole = bytearray(gzip.compress((self.record + "\n").encode() * 50))
        whole[-6] ^= 0xFF
        self.fails(1, "part_000.gz", works=self.folder("crc", bytes(whole)))

    # P45
    def test_garbage_lines_over_the_limit(self):
        lines = [self.record.replace("W1", f"W{i}").replace("5555/a", f"5555/a{i}") for i in range(1000)]
        lines += ["this is no JSON"] * 20
        works = self.folder("garbage", gzip.compress("\n".join(lines).encode()))
        text = self.fails(1, "part_000.gz", "20", works=works)
        self.assertIn("reject", text)

    def test_garbage_lines_under_the_limit_are_counted_not_fatal(self):
        works = self.folder("few", gzip.compress((self.record + "\n" + "no JSON\n" * 3).encode()))
        out = self.root / "few_out"
        done = call("run", "--out-dir", out, "--openalex-works", works, "--dmps", self.plans, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        stage = [s for s in json.loads(done.stdout)["stages"] if "openalex" in s["name"]][0]
        self.assertEqual(stage["rejects"], 3)

    def test_unreadable_file(self):
        works = self.root / "unreadable"
        (works / "updated_date=2026-01-01" / "part_000.gz").mkdir(parents=True, exist_ok=True)
        link = works / "updated_date=2026-01-01" / "part_001.gz"
        if not link.is_symlink():
            link.symlink_to(self.root / "gone.gz")
        self.fails(1, "part_001.gz", works=works)

    def test_wrong_dmp_format(self):
        plans = self.root / "notplans.jsonl"
        plans.write_text('{"name": "not a plan"}\n' * 30)
        self.fails(1, "notplans.jsonl", plans=plans)
        self.assertFalse((self.root / "out" / "openalex_works").exists(), "the works were read before the plans")

    def test_p101_p102_p103_all_wrong_flags_at_once(self):
        self.fails(2, "--threads", "--works-index-ranges", "--nonsense", lines=3,
                   more=("--threads", "10.6", "--works-index-ranges", "257", "--nonsense"))

    def test_full_disk(self):
        disk = self.root / "disk"
        disk.mkdir(exist_ok=True)
        rng = random.Random(1)
        lines = []
        for i in range(4000):
            title = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz ", k=300))
            lines.append(json.dumps({"id": f"https://openalex.org/W{i + 1}", "title": title,
                                     "doi": f"https://doi.org/10.5555/{i}"}))
        works = self.folder("big", gzip.compress("\n".join(lines).encode()))
        done = on_small_disk(disk, "256k", f'"$@"; code=$?; ls -R "{disk}/out/openalex_works"',
                             [PROGRAM, "run", "--out-dir", disk / "out", "--openalex-works", works, "--dmps", self.plans,
                              "--quiet", "--scratch-dir", self.root / "scratch"])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, "[Nn]o space|disk|full")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("transform", done.stdout)
        self.assertNotIn("manifest.json", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
