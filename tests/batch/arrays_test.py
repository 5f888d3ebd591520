#!/usr/bin/env python3
"""process-works and process-dmps with arrays, --executor local: the stages are
those of plain jobs, row by row, whatever failed on the way.

usage: arrays_test.py PROGRAM [unittest arguments]

The buckets are folders; below tests/s3/with_s3 they are buckets of that server.
"""
import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import between
import sources

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
RUN, NEXT = "2026-01-01", "2026-01-02"
ON_S3 = os.environ.get("DMPWORKS_TEST_S3") == "1"
DATASETS = ("openalex-works", "datacite", "crossref-metadata", "ror", "data-citation-corpus")
# What `run` makes and the jobs of the guide would: the inputs of process-works.
GIVEN = ["openalex_works", "datacite", "crossref_metadata", "ror"]
INDEX, SEARCH = f"sqlmesh/{RUN}", f"dmp-works-search/{RUN}"


def call(*words, env=None):
    return subprocess.run([PROGRAM, *map(str, words)], env=env, text=True, capture_output=True, timeout=600,
                          check=False)


class Bucket:
    """A bucket that holds the inputs, and what was published in it."""

    def __init__(self, root, name):
        self.name = f"arrays-{name}" if ON_S3 else str(root / name)
        self.folder = pathlib.Path(os.environ["DMPWORKS_TEST_S3_ROOT"], self.name) if ON_S3 else root / name
        self.scratch = root / f"{name}-scratch"
        self.database = root / f"{name}.db"
        if ON_S3:
            sources.S3(os.environ).make_bucket(self.name)
        self.put(root / "inputs")

        env = {"PATH": os.environ["PATH"], "TMPDIR": str(self.scratch.parent), "ENV": "dev", "BUCKET_NAME": self.name,
               "DMPWORKS_EXECUTOR": "local", "PROCESS_WORKS_RUN_ID": RUN, "DMPS_RUN_ID": RUN}
        env |= {f"SQLMESH__VARIABLES__AUDIT_{name}_WORKS_THRESHOLD": "1"
                for name in ("CROSSREF_METADATA", "DATACITE", "OPENALEX")}
        env |= {f"{dataset.upper().replace('-', '_')}_RUN_ID": RUN for dataset in DATASETS}
        self.env = env | {name: value for name, value in os.environ.items() if name.startswith("AWS_")}

    def put(self, tree):
        if ON_S3:
            sources.S3(os.environ).upload_tree(tree, self.name)
        else:
            shutil.copytree(tree, self.folder, dirs_exist_ok=True)

    def submit(self, command, *words):
        return call("batch-submit", command, "--scratch-dir", self.scratch, "--threads", 2, "--memory-limit",
                    "2GB", *words, env=self.env)

    def manifest(self, stage):
        return json.loads((self.folder / stage / "manifest.json").read_text())

    def logs(self):
        return "\n".join(log.read_text() for folder in (self.folder, self.scratch) for log in folder.glob("jobs/*/*.log"))

    def log(self, job):
        (log,) = [log for folder in (self.folder, self.scratch) for log in folder.glob(f"jobs/*/{job}.log")]
        return log.read_text()

    def tables(self, stage):
        """Rows of the Parquet files of a stage, in order, by the table they are of."""
        files = {}
        for file in self.manifest(stage)["files"]:
            if file["path"].endswith(".parquet"):
                table = re.sub(r"^r\d\d/", "", file["path"]).removesuffix(".parquet").rstrip("0123456789_")
                files.setdefault(table, []).append(self.folder / stage / file["path"])
        tables = {}
        for table, paths in files.items():
            printed = call("cat", *paths)
            assert printed.returncode == 0, printed.stderr
            tables[table] = printed.stdout.splitlines()
        return tables

    def matches(self):
        """Names and content of the match files."""
        files = [file["path"] for file in self.manifest(SEARCH)["files"] if "matches_" in file["path"]]
        content = b"".join(gzip.decompress((self.folder / SEARCH / file).read_bytes()) for file in files)
        return [pathlib.PurePath(file).name for file in files], content.decode()

    def report(self):
        (report,) = [file["path"] for file in self.manifest(INDEX)["files"] if file["path"].endswith("report.json")]
        return json.loads((self.folder / INDEX / report).read_text()) | {"inputs": None}


def said(manifest):
    """What a manifest says of the stage, but for times and what names the bucket."""
    counters = {name: count for name, count in manifest["counters"].items() if not name.startswith("cpu_ms")}
    search = {name: value for name, value in manifest.get("search", {}).items() if name != "started_at"}
    return manifest["stage"], manifest["options"], manifest["counts"], counters, manifest["synthetic"], search


class Arrays(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_arrays_"))
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        world, by_run, inputs = cls.root / "world", cls.root / "by_run", cls.root / "inputs"
        made = call("synth", "--out-dir", world, "--works", 400, "--dmps", 20, "--files", 3, "--run-id", RUN)
        assert made.returncode == 0, made.stderr
        line = ["run", "--out-dir", by_run, "--run-id", RUN, "--quiet", "--until", "transform"]
        for dataset in (*DATASETS, "dmps"):
            line += ["--" + dataset, world / dataset.replace("-", "_") / RUN / "download"]
        done = call(*line)
        assert done.returncode == 0, done.stderr
        for dataset in GIVEN:
            shutil.copytree(by_run / dataset / RUN, inputs / dataset / RUN)
        for dataset in ("dmps", "data_citation_corpus"):
            shutil.copytree(world / dataset / RUN / "download", inputs / dataset / RUN / "download")
        cls.plain, cls.cut = Bucket(cls.root, "plain"), Bucket(cls.root, "cut")
        for bucket, ranges in ((cls.plain, 1), (cls.cut, 3)):
            done = bucket.submit("process-works", "--works-index-ranges", ranges)
            assert done.returncode == 0, done.stderr + bucket.logs()
        cls.chain = done.stdout.splitlines()

    def same_index(self, bucket):
        self.maxDiff = 2000
        self.assertEqual(said(self.plain.manifest(INDEX)), said(bucket.manifest(INDEX)))
        self.assertEqual(self.plain.report(), bucket.report())
        want, got = self.plain.tables(INDEX), bucket.tables(INDEX)
        self.assertEqual(sorted(want), sorted(got))
        self.assertGreater(len(want["works_index/works_index"]), 100)
        for table, rows in want.items():
            self.assertEqual(rows, got[table], table)
        self.no_parts(bucket, INDEX)

    def no_parts(self, bucket, stage):
        self.assertEqual([path for path in (bucket.folder / stage).glob("_parts/**/*") if path.is_file()], [])
        left = [path for path in bucket.scratch.rglob("*") if path.is_file() and path.suffix != ".log"]
        self.assertEqual(left, [])

    def logs(self, bucket, chain):
        return {log.stem: log.read_text() for folder in (bucket.folder, bucket.scratch)
                for log in folder.glob(f"jobs/{chain}/*.log")}

    def test_ranges_give_the_index_of_one_job(self):
        self.assertEqual([line.split()[0] for line in self.chain],
                         [f"sqlmesh-transform-prepare-{RUN}", f"sqlmesh-transform-{RUN}",
                          f"sqlmesh-transform-finish-{RUN}", "chain"])
        self.same_index(self.cut)
        shown = call("jobs", "status", self.chain[-1].split()[-1], "--bucket-name", self.cut.name, env=self.cut.env)
        self.assertEqual(shown.stdout.count(f"    SUCCEEDED  sqlmesh-transform-{RUN}["), 3)

    def test_p127_what_is_finished_is_not_made_again(self):
        again = self.cut.submit("process-works", "--works-index-ranges", 3)
        self.assertEqual(again.returncode, 0, again.stderr)
        logs = self.logs(self.cut, again.stdout.split()[-1])
        self.assertEqual({name: log.count("up to date\n") for name, log in logs.items()}, dict.fromkeys(logs, 1))
        self.assertEqual(len(logs), 5)
        # The key is that of one job.
        again = self.cut.submit("process-works", "--works-index-ranges", 1)
        self.assertEqual([log.count("up to date\n") for log in self.logs(self.cut, again.stdout.split()[-1]).values()], [1])
        self.no_parts(self.cut, INDEX)

    # Issue 7.
    def test_force_makes_all_jobs_of_an_array_again(self):
        made = self.cut.manifest(INDEX)["createdAt"]
        time.sleep(1.1)  # it has seconds
        again = self.cut.submit("process-works", "--works-index-ranges", 3, "--force")
        self.assertEqual(again.returncode, 0, again.stderr + self.cut.logs())
        logs = self.logs(self.cut, again.stdout.split()[-1])
        self.assertEqual({name: log.count("up to date\n") for name, log in logs.items()}, dict.fromkeys(logs, 0))
        self.assertEqual(len(logs), 5)
        self.assertGreater(self.cut.manifest(INDEX)["createdAt"], made)
        self.same_index(self.cut)
        search = ("process-dmps", "--search-shards", 2, "--database", f"sqlite:{self.cut.database}")
        found = []
        for words in ((), ("--force",)):
            done = self.cut.submit(*search, *words)
            self.assertEqual(done.returncode, 0, done.stderr + self.cut.logs())
            found.append(self.cut.matches())
        self.assertEqual(*found)
        logs = self.logs(self.cut, done.stdout.split()[-1])
        parts = {name: log for name, log in logs.items() if "dmp-works-search" in name}
        self.assertEqual({name: log.count("up to date\n") for name, log in parts.items()}, dict.fromkeys(parts, 0))
        self.assertEqual(len(parts), 3)
        self.no_parts(self.cut, SEARCH)

    def test_members_share_what_the_chain_may_use(self):
        whole = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) * 1024
        words = ("--works-index-ranges", 3, "--scratch-dir", self.cut.scratch, "--threads", 2)
        for limit in ((), ("--memory-limit", "2GB")):
            done = call("batch-submit", "process-works", *words, *limit, env=self.cut.env | {"DMPWORKS_LOG_LEVEL": "DEBUG"})
            self.assertEqual(done.returncode, 0, done.stderr)
            logs = self.logs(self.cut, done.stdout.split()[-1])
            for name, log in logs.items():
                said = dict(re.findall(r"--(threads|memory-limit|scratch-dir): (.*) \(DMPWORKS_", log))
                self.assertEqual(said["scratch-dir"], str(self.cut.scratch), name)
                member = re.search(r"-[012]$", name.removesuffix(RUN))
                self.assertEqual(said["threads"], "1" if member else "2", name)
                if limit:
                    self.assertEqual(said["memory-limit"], "1000000000" if member else "2GB", name)
                elif member:
                    self.assertLess(int(said["memory-limit"]), whole * 0.36)
                    self.assertGreater(int(said["memory-limit"]), 1 << 20)
                else:
                    self.assertNotIn("memory-limit", said)
            self.assertEqual(len(logs), 5)

    # P94, P95a
    def test_shards_give_the_matches_of_one_job(self):
        for ranker in ("query", "linkage"):
            for bucket, shards in ((self.plain, 1), (self.cut, 3)):
                done = bucket.submit("process-dmps", "--search-shards", shards, "--database",
                                     f"sqlite:{bucket.database}", "--dmp-works-search-config.ranker", ranker)
                self.assertEqual(done.returncode, 0, done.stderr)
            with self.subTest(ranker):
                self.assertEqual(said(self.plain.manifest(SEARCH)), said(self.cut.manifest(SEARCH)))
                want, got = self.plain.matches(), self.cut.matches()
                self.assertGreater(sum(len(json.loads(line)["works"]) for line in want[1].splitlines()), 30)
                self.assertEqual(want, got)
                self.no_parts(self.cut, SEARCH)
                again = self.cut.submit("process-dmps", "--search-shards", 1, "--database",
                                        f"sqlite:{self.cut.database}", "--dmp-works-search-config.ranker", ranker)
                again = self.logs(self.cut, again.stdout.split()[-1])
                self.assertIn("up to date\n", again[f"3-dmp-works-search-{RUN}"])  # the key is that of one job
        logs = self.logs(self.cut, done.stdout.split()[-1])
        self.assertEqual(sorted(name[2:] for name in logs if "search" in name),
                         sorted([f"dmp-works-search-finish-{RUN}"] + [f"dmp-works-search-{RUN}-{i}" for i in range(3)]))

    def revise(self, bucket):
        """Puts tables of DataCite of a day later, with other titles and creators here and there, into the bucket."""
        world, by_run = self.root / "world/datacite" / RUN, self.root / "revised" / bucket.folder.name
        shutil.copytree(world, by_run / "world")
        for file in sorted((by_run / "world").rglob("*.jsonl.gz")):
            lines = gzip.decompress(file.read_bytes()).decode().splitlines()
            for i in range(0, len(lines), 15):
                lines[i] = lines[i].replace('"familyName":"', '"familyName":"Mc').replace('"title":"', '"title":"On ')
            del lines[5::20]
            file.write_bytes(gzip.compress("\n".join(lines).encode()))
        done = call("run", "--out-dir", by_run / "out", "--run-id", NEXT, "--quiet", "--until", "transform",
                    "--datacite", by_run / "world/download", "--dmps", self.root / "world/dmps" / RUN / "download")
        self.assertEqual(done.returncode, 0, done.stderr)
        shutil.copytree(by_run / "out/datacite" / NEXT, by_run / "inputs/datacite" / NEXT)
        bucket.put(by_run / "inputs")

    def test_the_next_index_continues_the_linkage_statistics(self):
        made = {}
        for bucket, ranges in ((self.plain, 1), (self.cut, 3)):
            self.revise(bucket)
            bucket.env = bucket.env | {"PROCESS_WORKS_RUN_ID": NEXT, "DATACITE_RUN_ID": NEXT}
            self.addCleanup(bucket.env.update, {"PROCESS_WORKS_RUN_ID": RUN, "DATACITE_RUN_ID": RUN})
            for previous in (RUN, "INITIAL"):
                done = bucket.submit("process-works", "--works-index-ranges", ranges, "--prev-run-id", previous)
                self.assertEqual(done.returncode, 0, done.stderr + bucket.logs())
                sums = {re.sub(r"^r\d+/", "", file["path"]): file["sha256"]
                        for file in bucket.manifest(f"sqlmesh/{NEXT}")["files"]}
                made[ranges, previous] = {path: value for path, value in sums.items() if path.startswith("linkage_stats/")
                                          or path == "linkage_state/singles.parquet"}
                counters = bucket.manifest(f"sqlmesh/{NEXT}")["counters"]
                self.assertEqual(counters["linkage_steps"], 1 if previous == RUN else 0)
                if previous == RUN:
                    self.assertGreater(counters["linkage_works_taken"], counters["linkage_works_added"])
                    self.assertGreater(counters["linkage_works_added"], 2)
        self.assertEqual(len(made[1, RUN]), 5)
        for way, sums in made.items():
            self.assertEqual(sums, made[1, RUN], way)

    if not ON_S3:  # no object can stand in the way of another
        def test_a_member_that_fails_ends_the_chain_and_is_made_alone_then(self):
            bucket = Bucket(self.root, "fails")
            in_the_way = bucket.folder / INDEX / "_parts/85-169"
            in_the_way.parent.mkdir(parents=True)
            (bucket.folder / INDEX / ".unfinished").touch()
            in_the_way.write_text("no folder")
            done = bucket.submit("process-works", "--works-index-ranges", 3)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertRegex(done.stderr, rf"sqlmesh-transform-{RUN}\[1\] failed with exit code 1; its log: .*-{RUN}-1.log")
            self.assertIn(f"sqlmesh-transform-finish-{RUN} FAILED (not started: sqlmesh-transform-{RUN} failed)", done.stderr)
            self.assertFalse((bucket.folder / INDEX / "manifest.json").exists())
            in_the_way.unlink()
            shutil.rmtree(bucket.folder / "jobs")
            done = bucket.submit("process-works", "--works-index-ranges", 3)
            self.assertEqual(done.returncode, 0, done.stderr)
            for member, there in ((0, True), (1, False), (2, True)):
                self.assertEqual("up to date" in bucket.log(f"2-sqlmesh-transform-{RUN}-{member}"), there, member)
            self.same_index(bucket)

    if ON_S3:  # a folder is read in place
        def test_members_fetch_only_what_they_read(self):
            proxy = between.Between(os.environ["AWS_ENDPOINT_URL_S3"])
            self.addCleanup(proxy.close)
            bucket = Bucket(self.root, "counted")

            def fetched(*words, run=RUN):
                """Bytes of what a job reads, by key; and those keys it reads whole."""
                def sizes():
                    return {str(file.relative_to(bucket.folder)): file.stat().st_size
                            for file in bucket.folder.rglob("*.parquet")}
                proxy.bodies.clear()
                there = sizes()
                done = call("aws-batch", *words, "--bucket-name", bucket.name, "--run-id", run, "--scratch-dir",
                            bucket.scratch, env=bucket.env | {"AWS_ENDPOINT_URL_S3": proxy.url})
                self.assertEqual(done.returncode, 0, done.stderr)
                got = {path.removeprefix(f"/{bucket.name}/"): size for path, size in proxy.bodies.items()
                       if path.endswith(".parquet")}
                there = sizes() | there  # parts go, the table of the corpus comes
                return got, {key for key, size in got.items() if size >= there[key]}

            def below(keys, *stages):
                return sorted(key for key in keys if key.startswith(tuple(stages)))
            works = [f"{dataset}/{RUN}/transform/" for dataset in GIVEN[:3]]
            lists = [f"{dataset}/{RUN}/transform/" for dataset in ("ror", "data_citation_corpus")]
            plan = ("sqlmesh", "plan", "--ranges", 3, *[f"--release-dates.{dataset}={RUN}" for dataset in DATASETS])
            first = (*plan, "--prev-run-id", "INITIAL")
            _, whole = fetched(*first, "--phase", "prepare")
            self.assertEqual(len(below(whole, *lists)), 2)
            rows = below(whole, *works)
            self.assertEqual({key.split("/")[0] for key in rows}, set(GIVEN[:3]))
            for member in range(3):
                got, whole = fetched(*first, "--phase", "range", "--range-index", member)
                self.assertEqual(len(below(got, *lists)), 2)
                self.assertEqual(below(whole, lists[0]), [])  # its end alone
                self.assertEqual(below(got, *works), rows)  # no rejects
                self.assertEqual(below(whole, f"sqlmesh/{RUN}/_parts/prepare/"), below(got, "sqlmesh/"))
            got, whole = fetched(*first, "--phase", "finish")
            self.assertEqual(below(whole, lists[0]), [])
            self.assertEqual(below(got, *works), rows)
            self.same_index(bucket)
            again = (*plan, "--prev-run-id", RUN)
            for phase in (("prepare",), ("range", "--range-index", 0)):
                got, _ = fetched(*again, "--phase", *phase, run=NEXT)
                self.assertEqual(below(got, INDEX), [])  # nothing of the former index
            for member in (1, 2):
                fetched(*again, "--phase", "range", "--range-index", member, run=NEXT)
            got, whole = fetched(*again, "--phase", "finish", run=NEXT)
            former = [f"{INDEX}/{file['path']}" for file in bucket.manifest(INDEX)["files"]]
            self.assertEqual(below(got, INDEX), below(former, *[f"{INDEX}/{name}" for name in (
                "doi_state_export/", "works_index/", "linkage_state/", "linkage_stats/counts.parquet")]))
            self.assertEqual(below(whole, INDEX), below(got, INDEX))
            self.assertEqual(bucket.manifest(f"sqlmesh/{NEXT}")["counters"]["linkage_steps"], 1)

            fetched("opensearch", "sync-dmps")
            search = ("opensearch", "dmp-works-search")
            files = below((f"{INDEX}/{file['path']}" for file in bucket.manifest(INDEX)["files"]), f"{INDEX}/works_index/")
            self.assertEqual(len(files), 3)
            read = []
            for member in range(2):
                got, whole = fetched(*search, "--shards", 2, "--phase", "shard", "--shard-index", member)
                self.assertEqual(below(got, f"{INDEX}/works_index/"), files)
                self.assertEqual(len(below(whole, f"{INDEX}/works_index/")), 2)  # the half in the middle is of both
                read += below(whole, f"{INDEX}/works_index/")
                for name in ("works_index_export", "doi_state_export", "relation_index", "ror_index"):
                    self.assertEqual(below(got, f"{INDEX}/{name}/"), [])
            self.assertEqual(sorted(set(read)), files)
            _, whole = fetched(*search, "--shards", 2, "--phase", "finish")
            self.assertEqual(below(whole, f"{INDEX}/works_index/"), files)
            alone, _ = fetched(*search, "--force")
            self.assertEqual({key.removeprefix(INDEX).split("/")[1] for key in below(alone, INDEX)},
                             {"works_index", "collection_stats", "linkage_stats"})

        def test_a_range_reads_what_has_another_tag_than_is_listed(self):
            """As in a copy of a bucket: the sums of the manifest say that it is the same."""
            bucket = Bucket(self.root, "other-tags")
            for manifest in bucket.folder.glob("*/*/transform/manifest.json"):
                listed = json.loads(manifest.read_text())
                for file in listed["files"]:
                    file["etag"] = "0" * 32
                copy = self.root / "other-tags-tree" / manifest.relative_to(bucket.folder)
                copy.parent.mkdir(parents=True)
                copy.write_text(json.dumps(listed))
            bucket.put(self.root / "other-tags-tree")
            done = bucket.submit("process-works", "--works-index-ranges", "2")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr + bucket.logs())
            self.assertEqual(bucket.tables(INDEX), self.plain.tables(INDEX))

        def test_a_range_fetches_the_row_groups_of_its_buckets(self):
            """Files of several row groups, 2,048 rows each: a member fetches its share, and makes what it makes of all."""
            world, made = self.root / "large", self.root / "large_by_run"
            done = call("synth", "--out-dir", world, "--works", 9000, "--dmps", 2, "--files", 1, "--run-id", RUN)
            self.assertEqual(done.returncode, 0, done.stderr)
            for dataset in DATASETS[:3]:
                stage = f"{dataset.replace('-', '_')}/{RUN}"
                done = call("transform", dataset, world / stage / "download", made / stage / "transform",
                            "--row-group-size", 2048)
                self.assertEqual(done.returncode, 0, done.stderr)
            files = {str(file.relative_to(made)): file.stat().st_size for file in made.glob("*/*/transform/*.parquet")}
            self.assertEqual(len(files), 3)
            proxy = between.Between(os.environ["AWS_ENDPOINT_URL_S3"])
            self.addCleanup(proxy.close)
            cut, whole = Bucket(self.root, "row-groups"), self.root / "in-place"
            shutil.copytree(self.root / "inputs", whole)
            shutil.copytree(made, whole, dirs_exist_ok=True)
            cut.put(made)

            def plan(bucket, *phase):
                done = call("aws-batch", "sqlmesh", "plan", "--bucket-name", bucket, "--run-id", RUN, "--prev-run-id",
                            "INITIAL", "--scratch-dir", cut.scratch, "--ranges", 4, "--phase", *phase,
                            *[f"--release-dates.{dataset}={RUN}" for dataset in DATASETS],
                            env=cut.env | {"AWS_ENDPOINT_URL_S3": proxy.url})
                self.assertEqual(done.returncode, 0, done.stderr)

            def sums(folder):
                manifest = json.loads((folder / INDEX / "_parts/64-127/manifest.json").read_text())
                return [(file["path"], file["sha256"]) for file in manifest["files"]], manifest["counts"]["out"]
            for bucket in (cut.name, whole):
                plan(bucket, "prepare")
                proxy.bodies.clear()
                plan(bucket, "range", "--range-index", 1)
                if bucket == cut.name:
                    got = {key: proxy.bodies[f"/{cut.name}/{key}"] for key in files}
            print(f"a range of 4 fetches {sum(got.values())} of {sum(files.values())} bytes", file=sys.stderr)
            self.assertLess(sum(got.values()), 0.75 * sum(files.values()))
            self.assertGreater(sums(cut.folder)[1], 1000)
            self.assertEqual(sums(cut.folder), sums(whole))

    def test_finish_says_which_parts_are_missing(self):
        bucket = Bucket(self.root, "missing")

        def plan(*words, ranges=3):
            return call("aws-batch", "sqlmesh", "plan", "--bucket-name", bucket.name, "--run-id", RUN, "--prev-run-id",
                        "INITIAL", "--scratch-dir", bucket.scratch, "--ranges", ranges,
                        *[f"--release-dates.{dataset}={RUN}" for dataset in DATASETS], *words, env=bucket.env)
        self.assertEqual(plan("--phase", "prepare").returncode, 0)
        self.assertEqual(plan("--phase", "range", "--range-index", 1).returncode, 0)
        done = plan("--phase", "finish")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"_parts/?: no finished part 0-84, 170-255; hint: ")
        self.assertFalse((bucket.folder / INDEX / "manifest.json").exists())
        for ranges, words, says in (
                (3, ("--phase", "range"), "--range-index is required (or set AWS_BATCH_JOB_ARRAY_INDEX)"),
                (3, ("--phase", "range", "--range-index", 3), "--range-index: 3 is not below --ranges, 3"),
                ("auto", ("--phase", "finish"), "--ranges: phase finish needs the number")):
            done = plan(*words, ranges=ranges)
            self.assertEqual(done.returncode, 2)
            self.assertIn(says, done.stderr)

    def test_shards_of_another_search_are_none(self):
        self.assertEqual(call("aws-batch", "opensearch", "sync-dmps", "--bucket-name", self.cut.name, "--run-id", RUN,
                              "--scratch-dir", self.cut.scratch, env=self.cut.env).returncode, 0)

        def search(*words):
            return call("aws-batch", "opensearch", "dmp-works-search", "--bucket-name", self.cut.name, "--run-id", RUN,
                        "--scratch-dir", self.cut.scratch, "--shards", 2, *words, env=self.cut.env)
        self.assertEqual(search("--phase", "shard", "--shard-index", 1, "--max-results", 7).returncode, 0)
        done = search("--phase", "finish", "--max-results", 8)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "_parts/?: no finished part 0-of-2, 1-of-2; hint: ")
        self.assertRegex(search("--phase", "finish", "--max-results", 7).stderr, "no finished part 0-of-2; hint: ")

    def test_takes_the_linkage_parameters_of_the_bucket(self):
        learned = self.root / "learned/meta/linkage.json"
        learned.parent.mkdir(parents=True)
        learned.write_text(json.dumps({"format": "dmpworks-linkage/1", "trained": {"method": "labels"}}))
        self.plain.put(self.root / "learned")
        for leaf in ("sync-dmps", "dmp-works-search"):
            done = call("aws-batch", "opensearch", leaf, "--bucket-name", self.plain.name, "--run-id", RUN,
                        "--scratch-dir", self.plain.scratch, env=self.plain.env)
            self.assertEqual(done.returncode, 0, done.stderr)
        said = self.plain.manifest(SEARCH)["search"]
        self.assertEqual(said["linkage"], {"method": "labels", "sha256": hashlib.sha256(learned.read_bytes()).hexdigest()})
        self.assertEqual((said["run_id"], said["works_index"]["name"]), (RUN, RUN))
        if ON_S3:  # named, it is taken from any bucket
            other = self.root / "other/models/em.json"
            other.parent.mkdir(parents=True)
            other.write_text(json.dumps({"format": "dmpworks-linkage/1", "trained": {"method": "em"}}))
            sources.S3(os.environ).upload_tree(self.root / "other", "other-bucket")
            words = ("aws-batch", "opensearch", "dmp-works-search", "--bucket-name", self.plain.name, "--run-id", RUN,
                     "--scratch-dir", self.plain.scratch, "--linkage-file")
            done = call(*words, "s3://other-bucket/models/em.json", env=self.plain.env)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.plain.manifest(SEARCH)["search"]["linkage"],
                             {"method": "em", "sha256": hashlib.sha256(other.read_bytes()).hexdigest()})
            done = call(*words, "s3://other-bucket/models/none.json", env=self.plain.env)
            self.assertEqual(done.returncode, 1)
            self.assertIn("models/none.json", done.stderr)
        self.no_parts(self.plain, SEARCH)


unittest.main()
