#!/usr/bin/env python3
"""Downloads that are killed, cut off, lied to: what was there stays good, what
is fetched again is only what was missing.

usage: download_test.py PROGRAM [unittest arguments]

Below tests/s3/with_s3 also with buckets of that server and a proxy before it.
"""
import gzip
import hashlib
import io
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

import between
import sources

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
RUN = "2026-01-01"
ON_S3 = os.environ.get("DMPWORKS_TEST_S3") == "1"
ROR_2 = json.dumps([{"id": "https://ror.org/01an7q238", "names": [], "locations": []}])
ROR_1 = json.dumps([{"id": "https://ror.org/01an7q238", "name": "x", "addresses": []}])


def noise(random_, size):
    """JSON text that packs badly, as one line."""
    return json.dumps({"x": random_.randbytes(size // 2).hex()})


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_download_"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.random = random.Random(20260101)
        self.environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self.dir)}
        self.bucket, self.folder = "./bucket", self.dir / "bucket"

    def words(self, dataset, task="download", **options):
        return ["aws-batch", dataset, task, f"--bucket-name={self.bucket}", f"--run-id={RUN}",
                "--scratch-dir=scratch", *(f"--{k.replace('_', '-')}={v}" for k, v in options.items())]

    def call(self, dataset, **options):
        return subprocess.run([PROGRAM, *self.words(dataset, **options)], cwd=self.dir, env=self.environment,
                              text=True, capture_output=True, timeout=600, check=False)

    def kill(self, dataset, seconds, **options):
        """True if it ended by itself before that."""
        process = subprocess.Popen([PROGRAM, *self.words(dataset, **options)], cwd=self.dir, env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.assertEqual(process.wait(timeout=seconds), 0)
            return True
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return False

    def stage(self, dataset, task="download"):
        return self.folder / dataset.replace("-", "_") / RUN / task

    def manifest(self, dataset, task="download"):
        file = self.stage(dataset, task) / "manifest.json"
        return json.loads(file.read_text()) if file.exists() else None

    def published(self, dataset, task="download"):
        """Content by path, and that all is as the manifest says."""
        found = {}
        for file in self.manifest(dataset, task)["files"]:
            content = (self.stage(dataset, task) / file["path"]).read_bytes()
            self.assertEqual((len(content), hashlib.sha256(content).hexdigest()), (file["bytes"], file["sha256"]))
            found[file["path"].removeprefix("r01/")] = content
        return found

    def whole_or_absent(self, dataset):
        if self.manifest(dataset):
            self.published(dataset)

    def fails(self, code, says, dataset, **options):
        done = self.call(dataset, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        errors = [line for line in done.stderr.splitlines() if line.startswith("dmpworks ")]
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertIn(says, errors[0])
        return done

    def tree(self, name, files):
        for path, content in files.items():
            file = self.dir / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return f"./{name}"

    def openalex(self, count=3, size=1000, records=1, line=None):
        line = line or (lambda i: noise(self.random, size))
        files = {f"updated_date=2026-01-0{i % 9 + 1}/part_{i:03}.gz":
                 gzip.compress((line(i) + "\n").encode(), 1, mtime=0) for i in range(count)}
        entries = [{"url": f"s3://openalex/data/works/{path}",
                    "meta": {"content_length": len(content), "record_count": records}}
                   for path, content in files.items()]
        everything = {f"data/works/{path}": content for path, content in files.items()}
        everything["data/works/manifest"] = json.dumps(
            {"entries": entries, "meta": {"record_count": records * count}}).encode()
        self.tree("openalex", everything)
        return files

    def crossref(self, files, cut=None):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for path, content in files.items():
                entry = tarfile.TarInfo("dir/" + path)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        self.tree("crossref", {"a.tar": out.getvalue()[:cut]})


class Http(Case):
    def setUp(self):
        super().setUp()
        self.server = sources.FileServer({})
        self.addCleanup(self.server.close)

    def offer(self, *members):
        file = self.dir / "a.zip"
        sources.zip_of(file, members)
        self.server.files["a.zip"] = file
        return {"download_url": self.server.url + "/a.zip?token=s3cret", "hash": sources.digest_of(file)}

    # Issue 7 line 5, P120, P32.
    def test_a_download_killed_at_20_moments_fetches_only_what_was_missing(self):
        content = "[" + noise(self.random, 6_000_000) + "]"
        options = self.offer(("a.json", content))
        size = (self.dir / "a.zip").stat().st_size
        self.server.rate = size / 2  # a whole download takes 2 s
        kills = 0
        for _ in range(20):
            if self.kill("data-citation-corpus", self.random.uniform(0.15, 0.6), **options):
                break
            kills += 1
            self.whole_or_absent("data-citation-corpus")
        self.server.rate = None
        done = self.call("data-citation-corpus", **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(gzip.decompress(self.published("data-citation-corpus")["a.json.gz"]).decode(), content)
        self.assertGreaterEqual(kills, 4)
        # What was on its way when it was killed comes again.
        self.assertLess(self.server.sent["a.zip"], size + (kills + 1) * 150_000)
        self.assertEqual(list((self.dir / "scratch").rglob("fetched/*")), [])

    # P120
    def test_a_broken_transfer_goes_on_where_it_broke(self):
        options = self.offer(("v2.json", ROR_2), ("pad.csv", self.random.randbytes(1 << 20)))
        size = (self.dir / "a.zip").stat().st_size
        self.server.breaks["a.zip"] = 2
        done = self.call("ror", **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.server.sent["a.zip"], size)
        self.assertEqual([headers.get("Range") for _, headers in self.server.asked][0], None)
        self.assertEqual(len(self.server.asked), 3)

    # P123, P133
    def test_a_wrong_digest_is_refused_and_the_file_not_kept(self):
        options = self.offer(("v2.json", ROR_2))
        done = self.fails(1, "its md5 is", "ror", **options | {"hash": "md5:" + "0" * 32})
        self.assertNotIn("s3cret", done.stderr)
        self.assertIsNone(self.manifest("ror"))
        self.assertEqual([p for p in (self.dir / "scratch").rglob("*") if p.is_file()], [])

    # P26
    def test_takes_the_ror_file_of_schema_2(self):
        options = self.offer(("v1.json", ROR_1), ("v2.json", ROR_2), ("__MACOSX/._v2.json", ROR_2), ("v2.csv", "id"))
        self.assertEqual(self.call("ror", **options).returncode, 0)
        self.assertEqual({path: gzip.decompress(content).decode() for path, content in self.published("ror").items()},
                         {"v2.json.gz": ROR_2})

    # P27
    def test_two_members_with_one_name_are_refused(self):
        options = self.offer(("a/x.json", "[]"), ("b/x.json", "[]"))
        self.fails(1, "two entries are called x.json", "data-citation-corpus", **options)

    # P131
    def test_an_archive_that_reaches_outside_is_refused(self):
        options = self.offer(("x.json", "[]"), ("../../../escaped.json", "[]"))
        self.fails(1, "lies outside", "data-citation-corpus", **options)
        self.assertEqual(list(self.dir.rglob("*escaped*")), [])
        self.assertIsNone(self.manifest("data-citation-corpus"))

    # P131
    def test_an_archive_that_unpacks_to_too_much_is_refused(self):
        options = self.offer(("x.json", "[" + " " * (1 << 20) + "]"))
        self.environment["DMPWORKS_MAX_UNPACKED_BYTES"] = "100000"
        self.fails(1, "unpacks to more than 100000 bytes", "data-citation-corpus", **options)

    def test_an_absent_file_is_named(self):
        self.fails(1, "/no.zip: HTTP 404", "ror", download_url=self.server.url + "/no.zip", hash="0" * 32)

    # P118
    def test_a_failing_download_leaves_the_good_stage(self):
        self.assertEqual(self.call("data-citation-corpus", **self.offer(("x.json", "[1]"))).returncode, 0)
        before = self.published("data-citation-corpus")
        self.fails(1, "two entries", "data-citation-corpus", **self.offer(("a/x.json", "[2]"), ("b/x.json", "[3]")))
        self.assertEqual(self.published("data-citation-corpus"), before)
        self.assertEqual(self.call("data-citation-corpus", **self.offer(("x.json", "[4]"))).returncode, 0)
        self.assertEqual(gzip.decompress(self.published("data-citation-corpus")["x.json.gz"]), b"[4]")
        self.assertEqual(len(list(self.stage("data-citation-corpus").rglob("x.json.gz"))), 1)


class Trees(Case):
    def kill_often(self, dataset, want, **options):
        """Kills at 20 moments; an object that was noted is never written again."""
        noted = {}
        kills = 0
        for _ in range(20):
            if self.kill(dataset, self.random.uniform(0.1, 0.5), **options):
                break
            kills += 1
            self.whole_or_absent(dataset)
            progress = self.stage(dataset) / "_progress.jsonl"
            for line in progress.read_text().splitlines()[1:] if progress.exists() else []:
                object_ = json.loads(line)
                file = self.stage(dataset) / object_["object"]
                self.assertEqual(file.stat().st_size, object_["bytes"])
                noted.setdefault(object_["path"], file.stat().st_ino)
        done = self.call(dataset, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.published(dataset), want)
        for path, inode in noted.items():
            self.assertEqual((self.stage(dataset) / path).stat().st_ino, inode, path)
        self.assertEqual(sorted(p.name for p in self.stage(dataset).rglob("*") if p.is_file()),
                         sorted([pathlib.PurePath(p).name for p in want] + ["manifest.json"]))
        return kills, len(noted)

    # Issue 7 line 5, P120, P32.
    def test_openalex_killed_at_20_moments_stores_no_object_twice(self):
        files = self.openalex(count=40, size=600_000)
        kills, noted = self.kill_often("openalex-works", files, openalex_bucket_name="./openalex")
        self.assertGreaterEqual(kills, 1)
        self.assertGreaterEqual(noted, 1)

    def test_crossref_killed_at_20_moments_stores_no_member_twice(self):
        files = {f"{i}.jsonl.gz": gzip.compress((noise(self.random, 600_000) + "\n").encode(), 1, mtime=0)
                 for i in range(40)}
        self.crossref(files)
        kills, noted = self.kill_often("crossref-metadata", files, crossref_bucket_name="./crossref",
                                       file_name="a.tar")
        self.assertGreaterEqual(kills, 1)
        self.assertGreaterEqual(noted, 1)

    # P121
    def test_openalex_is_checked_against_its_manifest(self):
        words = {"openalex_bucket_name": "./openalex"}
        files = self.openalex()
        path = self.dir / "openalex/data/works" / sorted(files)[0]
        good = path.read_bytes()
        path.unlink()
        self.fails(1, "listed in the manifest, but absent", "openalex-works", **words)
        path.write_bytes(good + b"x")
        self.fails(1, "the manifest says", "openalex-works", **words)
        path.write_bytes(good[:-8] + bytes([good[-8] ^ 1]) + good[-7:])  # CRC
        self.fails(1, path.name, "openalex-works", **words)
        path.write_bytes(good)
        self.assertIsNone(self.manifest("openalex-works"))
        self.openalex(records=2)
        self.fails(1, "1 records, its manifest says 2", "openalex-works", **words)
        self.tree("openalex", {"data/works/manifest": b'{"entries":[]}'})
        self.fails(1, "has no objects", "openalex-works", **words)
        self.assertIsNone(self.manifest("openalex-works"))

    def test_a_manifest_cannot_write_outside(self):  # P131
        self.openalex(count=1)
        entry = {"url": "s3://openalex/data/works/../../../x", "meta": {"content_length": 1, "record_count": 1}}
        self.tree("openalex", {"data/works/manifest": json.dumps({"entries": [entry]}).encode()})
        self.assertIn(self.call("openalex-works", openalex_bucket_name="./openalex").returncode, (1, 2))

    # P121, P131
    def test_a_tar_is_whole_or_refused(self):
        words = {"crossref_bucket_name": "./crossref", "file_name": "a.tar"}
        files = {f"{i}.jsonl.gz": gzip.compress(b"{}\n" * 500, mtime=0) for i in range(3)}
        for cut in (100, 700, 2000, 4000):
            with self.subTest(cut=cut):
                self.crossref(files, cut)
                self.assertEqual(self.call("crossref-metadata", **words).returncode, 1)
                self.assertIsNone(self.manifest("crossref-metadata"))
        self.crossref(files | {"../../x.jsonl.gz": files["0.jsonl.gz"]})
        self.fails(1, "lies outside", "crossref-metadata", **words)
        broken = files["1.jsonl.gz"][:-3] + b"\0\0\0"
        self.crossref(files | {"1.jsonl.gz": broken})
        self.fails(1, "1.jsonl.gz", "crossref-metadata", **words)
        self.assertIsNone(self.manifest("crossref-metadata"))
        self.crossref({"readme.txt": b"no data"})
        self.fails(1, "has no objects", "crossref-metadata", **words)

    def test_datacite_waits_for_a_complete_data_file(self):
        self.tree("datacite", {"dois/updated_2026-01/part_0000.jsonl.gz": gzip.compress(b"{}\n"),
                               "STATUS.json": b'{"status": "Building"}'})
        self.fails(75, "does not say Complete", "datacite", datacite_bucket_name="./datacite")
        self.tree("datacite", {"STATUS.json": b'{"status": "Complete"}'})
        self.assertEqual(self.call("datacite", datacite_bucket_name="./datacite").returncode, 0)
        self.assertEqual(list(self.published("datacite")), ["updated_2026-01/part_0000.jsonl.gz"])


class OnS3(Case):
    """Run below tests/s3/with_s3 only."""

    def setUp(self):
        super().setUp()
        self.environment |= {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        self.proxy = between.Between(self.environment["AWS_ENDPOINT_URL_S3"])
        self.addCleanup(self.proxy.close)
        self.s3 = sources.S3(self.environment)
        self.environment["AWS_ENDPOINT_URL_S3"] = self.proxy.endpoint
        self.name = "t" + hashlib.md5(self.id().encode()).hexdigest()[:20]
        self.bucket, self.folder = self.name, pathlib.Path(os.environ["DMPWORKS_TEST_S3_ROOT"]) / self.name
        self.s3.make_bucket(self.name)
        self.source = self.name + "-source"
        self.s3.make_bucket(self.source, public=True)

    def offer_openalex(self, **how):
        files = self.openalex(**how)
        self.s3.upload_tree(self.dir / "openalex", self.source)
        return files

    # Issue 7 line 5: bytes counted.
    def test_killed_at_20_moments_only_what_was_missing_is_fetched(self):
        files = self.offer_openalex(count=60, size=300_000)
        words = {"openalex_bucket_name": self.source}
        kills, moved = 0, []
        for _ in range(20):
            if self.kill("openalex-works", self.random.uniform(0.3, 2), **words):
                break
            kills += 1
            moved.append(sum(size for path, size in self.proxy.bodies.items() if path.endswith(".gz")))
            self.whole_or_absent("openalex-works")
        done = self.call("openalex-works", **words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.published("openalex-works"), files)
        fetched = sum(size for path, size in self.proxy.bodies.items() if path.endswith(".gz"))
        whole = sum(map(len, files.values()))
        self.assertGreaterEqual(kills, 1)
        # Under way at a kill: 16 transfers, and what was stored since the last note.
        self.assertLess(fetched, whole + kills * 24 * max(map(len, files.values())))
        print(f"{kills} kills, after each {moved}, in all {fetched} bytes of {whole}", file=sys.stderr)

    # Issue 7 line 5: an upload and a publish.
    def test_a_stage_killed_at_20_moments_is_the_old_or_the_new_one(self):
        def offer(edition):
            self.offer_openalex(count=24, line=lambda i: json.dumps(
                {"id": f"https://openalex.org/W{i + 1}", "doi": f"https://doi.org/10.1234/w{i}",
                 "title": f"Edition {edition} {self.random.randbytes(40_000).hex()}"}))
            done = self.call("openalex-works", openalex_bucket_name=self.source, force="true")
            self.assertEqual(done.returncode, 0, done.stderr)
        words = {"task": "transform", "batch_size": "1"}
        offer(1)
        self.assertEqual(self.call("openalex-works", **words).returncode, 0)
        old = self.published("openalex-works", "transform")
        self.assertEqual(len(old), 24)
        offer(2)

        passed = []

        def a_few(method, path, _):  # 6 objects an attempt, then the server is busy
            if method == "PUT" and path.endswith(".parquet"):
                if len(passed) >= 6:
                    return "answer", 503, between.s3_error("SlowDown")
                passed.append(path)
            return None
        self.proxy.fault = a_few
        self.proxy.sent.clear()
        kills = 0
        while kills < 20 and not self.kill("openalex-works", self.random.uniform(0.5, 3), **words):
            kills += 1
            passed.clear()
            now = self.published("openalex-works", "transform")
            self.assertTrue(now == old or not set(now.values()) & set(old.values()))
        self.proxy.fault = lambda *_: None
        done = self.call("openalex-works", **words)
        self.assertEqual(done.returncode, 0, done.stderr)
        new = self.published("openalex-works", "transform")
        self.assertEqual({name.rsplit("/", 1)[-1] for name in new}, {name.rsplit("/", 1)[-1] for name in old})
        self.assertFalse(set(new.values()) & set(old.values()))
        stage = self.stage("openalex-works", "transform")
        self.assertEqual({str(file.relative_to(stage)) for file in stage.rglob("*") if file.is_file()},
                         {file["path"] for file in self.manifest("openalex-works", "transform")["files"]}
                         | {"manifest.json"})
        self.assertGreaterEqual(kills, 3)
        sent = sum(size for path, size in self.proxy.sent.items() if path.endswith(".parquet"))
        whole = sum(map(len, new.values()))
        print(f"{kills} kills, sent {sent} bytes of {whole}", file=sys.stderr)
        # What was passed on as the program was killed may come twice.
        self.assertLess(sent, whole + kills * 6 * max(map(len, new.values())) / 2)
        self.assertGreaterEqual(sent, whole)

    # Issue 7 line 4.
    def test_a_fault_that_passes_does_not_change_the_result(self):
        files = self.offer_openalex(count=6, size=50_000)
        faults = [("answer", 500, between.s3_error("InternalError")), ("answer", 503, between.s3_error("SlowDown")),
                  ("reset",), ("cut", 0.5), ("cut", 0.0)]
        for method in ("GET", "PUT", "HEAD"):
            for fault in faults:
                if method == "HEAD" and fault[0] == "cut" or method == "PUT" and fault[0] == "cut":
                    continue
                with self.subTest(method=method, fault=fault):
                    self.proxy.numbers.clear()
                    self.proxy.fault = lambda m, path, number, method=method, fault=fault: (
                        fault if m == method and path.endswith(".gz") and number == 0 else None)
                    done = self.call("openalex-works", openalex_bucket_name=self.source, force="true")
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual({p.split("/", 1)[-1] if p[0] == "r" else p: c
                                      for p, c in self.published("openalex-works").items()}, files)

    # Issue 7 line 4.
    def test_a_fault_that_stays_is_one_error_and_75(self):
        self.offer_openalex(count=2)
        for fault in (("answer", 503, between.s3_error("SlowDown")), ("reset",)):
            with self.subTest(fault=fault):
                self.proxy.fault = lambda m, path, number, fault=fault: (
                    fault if m == "GET" and path.endswith("part_000.gz") else None)
                self.fails(75, "part_000.gz", "openalex-works", openalex_bucket_name=self.source)
                self.assertIsNone(self.manifest("openalex-works"))

    # P121
    def test_an_object_that_changed_on_the_way_is_refused(self):
        self.offer_openalex(count=2)
        self.proxy.fault = lambda m, path, number: ("etag", "0" * 32) if m == "HEAD" and "part_001" in path else None
        self.fails(1, "part_001.gz", "openalex-works", openalex_bucket_name=self.source)
        self.assertIsNone(self.manifest("openalex-works"))

    # P122
    def test_datacite_keys_that_expire_are_fetched_again(self):
        content = gzip.compress(b"{}\n", mtime=0)
        self.tree("datacite", {f"dois/updated_2026-01/part_{i:04}.jsonl.gz": content for i in range(4)}
                  | {"STATUS.json": b'{"status": "Complete"}'})
        self.s3.upload_tree(self.dir / "datacite", self.source)
        keys = sources.FileServer({})
        self.addCleanup(keys.close)
        keys.keys = {"access_key_id": self.s3.key, "secret_access_key": self.s3.secret, "session_token": ""}
        self.environment |= {"DATACITE_ACCOUNT_ID": "me", "DATACITE_PASSWORD": "s3cret"}
        expired = ("answer", 400, between.s3_error("ExpiredToken"))
        self.proxy.fault = lambda m, path, number: (
            expired if m == "GET" and path.endswith(".gz") and len(keys.asked) < 2 else None)
        done = self.call("datacite", datacite_bucket_name=self.source, credentials_url=keys.url + "/credentials")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreaterEqual(len(keys.asked), 2)
        self.assertEqual(len(self.published("datacite")), 4)
        self.assertNotIn("s3cret", done.stdout + done.stderr)


if not ON_S3:
    del OnS3
unittest.main()
