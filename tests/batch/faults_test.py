#!/usr/bin/env python3
"""Kills and faults between the program and an S3 server: the same bytes at the
end, or one error and 75; never a wrong object, never half a stage.

usage: tests/s3/with_s3 VERSITYGW faults_test.py PROGRAM [unittest arguments]
"""
import collections
import gzip
import hashlib
import itertools
import json
import os
import pathlib
import signal
import sys
import threading
import time
import unittest
import urllib.parse

import between
import sources
from download_case import RUN, Case, noise
from stage_reader import StageReader, is_whole

RANGE = 64 << 20  # of a download; an upload's parts have 8 MiB
TRANSFERS = 16  # objects at once


class Faults(Case):
    def setUp(self):
        super().setUp()
        self.environment |= {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        self.s3 = sources.S3(self.environment)
        self.server = self.environment["AWS_ENDPOINT_URL_S3"]
        self.proxies = []
        self.go_between()
        self.name = "t" + hashlib.md5(self.id().encode()).hexdigest()[:20]
        self.bucket, self.folder = self.name, pathlib.Path(os.environ["DMPWORKS_TEST_S3_ROOT"]) / self.name
        self.s3.make_bucket(self.name)
        self.again, self.cut = [], []
        self.source = self.name + "-source"
        self.s3.make_bucket(self.source, public=True)

    def go_between(self):
        """From here on the program meets a new proxy: none of its requests is of a program that was killed."""
        self.proxy = between.Between(self.server)
        self.proxies.append(self.proxy)
        self.addCleanup(self.proxy.close)
        self.environment["AWS_ENDPOINT_URL_S3"] = self.proxy.url

    def offer_openalex(self, **how):
        files = self.openalex(**how)
        self.s3.upload_tree(self.dir / "openalex", self.source)
        return files

    def offer_datacite(self, count, size=0):
        """All alike, or each with noise of about that size."""
        self.datacite_content = gzip.compress(b"{}\n", mtime=0)
        files = {f"updated_2026-01/part_{i:04}.jsonl.gz": gzip.compress(
            f"{noise(self.random, size)}\n".encode(), 1, mtime=0) if size else self.datacite_content for i in range(count)}
        self.tree("datacite", {f"dois/{path}": content for path, content in files.items()}
                  | {"STATUS.json": b'{"status": "Complete"}'})
        self.s3.upload_tree(self.dir / "datacite", self.source)
        self.keys = sources.FileServer({})
        self.addCleanup(self.keys.close)
        self.keys.keys = {"access_key_id": self.s3.key, "secret_access_key": self.s3.secret, "session_token": ""}
        self.environment |= {"DATACITE_ACCOUNT_ID": "me", "DATACITE_PASSWORD": "s3cret"}
        return files

    def datacite_words(self):
        return {"datacite_bucket_name": self.source, "credentials_url": self.keys.url + "/credentials"}

    def once(self, method, end, fault, number=0):
        """The fault for one request of every object; the paths it was done to."""
        hit = []

        def choose(asked, path, asked_number):
            if asked != method or not path.endswith(end) or asked_number != number:
                return None
            hit.append(path)
            return fault
        self.proxy.numbers.clear()
        self.proxy.fault = choose
        return hit

    def kill_downloads(self, dataset, source, files, kills, **words):
        """Kills the download of these files, below that path of the server, at so many requests, then lets it come to
        its end: what was stored is not fetched again, and no more came than all, and what was under way."""
        stored, again, lost = set(), [], []

        def attempt(number, counts):
            """Kills it at that request of those: what it had begun to fetch, and had not stored."""
            begun, passed = set(), []

            def a_few(method, path, _):
                if method == "GET" and path.endswith(".gz"):
                    name = urllib.parse.unquote(path).removeprefix(source)
                    begun.add(name)
                    again.extend({name} & stored)
                if method == "PUT" and path.endswith(".gz"):
                    passed.append(path)
                    return ("answer", 503, between.s3_error("SlowDown")) if len(passed) > 3 else None
                return None
            code = self.killed_at(number, passed_on=self.random.random() < 0.5, answer=a_few, counts=counts,
                                  dataset=dataset, **words)
            self.assertEqual(code, -signal.SIGKILL)
            self.assertIsNone(self.manifest(dataset))
            stage = self.stage(dataset)
            stored.update(str(file.relative_to(stage)) for file in stage.rglob("*.gz"))
            return begun - stored

        for number in range(kills):
            lost.append(attempt(self.random.randrange(3, 9), lambda method, path: method == "PUT" and path[-3:] == ".gz")
                        if number % 2 else attempt(self.random.randrange(40), lambda method, path: path[-3:] == ".gz"))
            self.assertLessEqual(len(lost[-1]), TRANSFERS, lost[-1])
        self.assertGreaterEqual(len(stored), 5)
        done = self.call(dataset, **words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.published(dataset), files)
        self.assertEqual(again, [])
        fetched = sum(size for proxy in self.proxies for path, size in proxy.bodies.items()
                      if path.startswith(source + "updated"))
        whole = sum(map(len, files.values()))
        under_way = sum(len(files[name]) for names in lost for name in names)
        print(f"{len(stored)} stored at {kills} kills, {under_way} bytes under way; fetched {fetched} of {whole}",
              file=sys.stderr)
        self.assertLessEqual(fetched, whole + under_way)
        self.assertGreaterEqual(fetched, whole)

    # Issue 7 line 5: bytes counted.
    def test_p120_killed_at_20_moments_only_what_was_missing_is_fetched(self):
        # More than 20 attempts can store: at most 3 each, then the server is busy.
        files = self.offer_openalex(count=80, size=100_000)
        self.kill_downloads("openalex-works", f"/{self.source}/data/works/", files, 20, openalex_bucket_name=self.source)

    # Issue 7 line 5: each attempt has keys of its own.
    def test_p120_p122_a_datacite_download_killed_at_10_moments_goes_on(self):
        files = self.offer_datacite(40, size=50_000)
        self.kill_downloads("datacite", f"/{self.source}/dois/", files, 10, **self.datacite_words())
        self.assertEqual([path for path, _ in self.keys.asked], ["credentials"] * 11)

    # Issue 7 line 5: bytes counted.
    def test_an_upload_killed_at_20_moments_sends_only_what_was_missing(self):
        def offer(edition):
            self.offer_openalex(count=48, line=lambda i: json.dumps(
                {"id": f"https://openalex.org/W{i + 1}", "doi": f"https://doi.org/10.1234/w{i}",
                 "title": f"Edition {edition} {self.random.randbytes(40_000).hex()}"}))
            done = self.call("openalex-works", openalex_bucket_name=self.source, force="true")
            self.assertEqual(done.returncode, 0, done.stderr)
        words = {"task": "transform", "batch_size": "1"}
        offer(1)
        self.assertEqual(self.call("openalex-works", **words).returncode, 0)
        old = self.published("openalex-works", "transform")
        self.assertEqual(len(old), 48)
        offer(2)
        reader, lost, came, attempts = self.reader_of("transform"), [], 0, []
        for number in range(20):
            passed, before = [], self.sent()
            self.cut.clear()

            def two(method, path, _):  # objects an attempt, then the server is busy: 20 do not come to the end
                if method != "PUT" or not path.endswith(".parquet"):
                    return None
                if len(passed) == 2:
                    return "answer", 503, between.s3_error("SlowDown")
                passed.append(path)
                return None
            counts = (lambda method, path: method == "PUT" and path.endswith(".parquet")) if number % 2 else (lambda *_: True)
            code = self.killed_at(self.random.randrange(6 if number % 2 else 120), passed_on=self.random.random() < 0.5,
                                  counts=counts, answer=two, **words)
            attempts.append(self.sent() - before)
            self.assertEqual(code, -signal.SIGKILL)
            self.assertEqual(self.published("openalex-works", "transform"), old)
            here = set(passed) & self.whole_uploads("transform")
            came += len(here)
            lost.append((set(passed) | {path for path in self.cut if path.endswith(".parquet")}) - here)
            self.assertLessEqual(len(lost[-1]), TRANSFERS)
        before = self.sent()
        done = self.call("openalex-works", **words)
        self.assertEqual(done.returncode, 0, done.stderr)
        attempts.append(self.sent() - before)
        new = self.published("openalex-works", "transform")
        self.assertEqual({name.rsplit("/", 1)[-1] for name in new}, {name.rsplit("/", 1)[-1] for name in old})
        self.assertFalse(set(new.values()) & set(old.values()))
        self.has_only_its_files("transform")
        self.was_whole(reader)
        base = lambda path: path.rsplit("/", 1)[-1]
        whole = {base(name): len(content) for name, content in new.items()}
        sent = collections.Counter()
        for attempt in attempts:
            for path, size in attempt.items():
                sent[base(path)] += size
        under_way = [base(path) for paths in lost for path in paths]
        print(f"{came} objects came in 20 attempts that were killed, {len(under_way)} were under way; sent "
              f"{sum(sent[base(name)] for name in new)} bytes of {sum(map(len, new.values()))}", file=sys.stderr)
        self.assertGreaterEqual(came, 5)
        self.assertEqual(self.again, [])
        # Once, and once for each time that it was under way. One object in all may come once more: that was seen once
        # on a busy machine, why is not known. Which attempts sent it is said.
        more = []
        for name, size in whole.items():
            self.assertGreaterEqual(sent[name], size, name)
            if sent[name] > size * (1 + under_way.count(name)):
                more.append((name, [(number, attempt[path] / size) for number, attempt in enumerate(attempts)
                                    for path in attempt if base(path) == name]))
        print(f"sent once more: {more}", file=sys.stderr)
        self.assertLessEqual(len(more), 1, more)

    def sent(self):
        """Bytes of each object that were sent so far."""
        return sum((collections.Counter(proxy.sent) for proxy in self.proxies), collections.Counter())

    def whole_uploads(self, task, dataset="openalex-works"):
        """Paths of the objects of an attempt that was killed which are there as its note lists them."""
        stage = self.stage(dataset, task)
        note = stage / "_uploading.json"
        listed = json.loads(note.read_text())["files"] if note.exists() else []
        return {f"/{self.name}/{stage.relative_to(self.folder)}/{file['path']}" for file in listed
                if is_whole((stage / file["path"]).read_bytes() if (stage / file["path"]).exists() else None, file)}

    def has_only_its_files(self, task):
        stage = self.stage("openalex-works", task)
        self.assertEqual({str(file.relative_to(stage)) for file in stage.rglob("*") if file.is_file()},
                         {file["path"] for file in self.manifest("openalex-works", task)["files"]} | {"manifest.json"})

    def reader_of(self, task):
        """Reads the stage all the time, not by way of the proxy."""
        def get(name):
            try:
                return self.s3.request("GET", f"{self.name}/openalex_works/{RUN}/{task}/{name}")
            except OSError as error:
                if "HTTP 404" in str(error):
                    return None
                raise
        return StageReader(get)

    def was_whole(self, reader):
        wrong, editions, reads = reader.end()
        print(f"{reads} readings of {len(editions)} stages", file=sys.stderr)
        self.assertEqual(wrong, [])
        self.assertGreaterEqual(len(editions), 2)

    def changes_the_bucket(self, method, path):
        return method in ("PUT", "DELETE") and path.startswith(f"/{self.name}/")

    def killed_at(self, number, *, passed_on, dataset="openalex-works", counts=None, answer=lambda *_: None, **words):
        """Runs a job and kills it at that request of those that count, or of those that change the bucket: the
        exit code. `answer` is the fault of the requests before that. What is sent though it is there goes into
        `again`, what comes by half into `cut`. What it has done is done when this returns; what it still had to say
        is not heard."""
        left, process, ended, lock = number, None, False, threading.Lock()
        there = self.whole_uploads(words.get("task", "download"), dataset)
        counts = counts or self.changes_the_bucket

        def count_down(method, path, seen):
            nonlocal left
            with lock:
                if ended:
                    return ("close",)
                before = left
                if method == "PUT" and urllib.parse.unquote(path) in there:
                    self.again.append(path)
                left -= counts(method, path)
                if left < 0:
                    process.kill()
                if left >= 0 or before == 0 and passed_on:
                    return answer(method, path, seen)
                if method != "PUT":
                    return ("close",)
                self.cut.append(path)
                return "reset", self.random.random()
        started = threading.Event()
        self.proxy.fault = lambda *request: started.wait() and count_down(*request)
        process = self.start(dataset, **words)
        started.set()
        code = process.wait(timeout=120)
        with lock:
            ended = True
        self.proxy.wait_until_idle()
        self.go_between()
        self.assertIn(code, (0, -signal.SIGKILL))
        return code

    def kill_publications(self, make, task, **words):
        """20 kills of publications that replace one another; `make` gives options and content of the next."""
        sent = lambda: sum(size for path, size in self.sent().items() if path.endswith((".gz", ".parquet")))
        options, old = make()
        self.assertEqual(self.call("openalex-works", task=task, **words, **options).returncode, 0)
        old, kills, places = old or set(self.published("openalex-works", task).values()), 0, set()
        reader = self.reader_of(task)
        while kills < 20:
            options, new = make()
            seen, code = [], None
            while code != 0:
                before, is_new = sent(), seen[-1:] == [True]
                code = self.killed_at(self.random.randrange(20), passed_on=self.random.random() < 0.5, task=task,
                                      **words, **options)
                now = set(self.published("openalex-works", task).values())
                if is_new:
                    self.assertEqual(sent(), before)  # nothing comes twice
                if not (new or now == old):
                    new = now
                self.assertIn(now, (old, new))
                seen.append(now != old)
                if code:
                    kills += 1
                    places.add(seen[-1])
            self.assertEqual(seen, sorted(seen))  # never the old one again
            self.assertTrue(seen[-1])
            self.has_only_its_files(task)
            old = new
        self.was_whole(reader)
        self.assertEqual(self.again, [])
        self.assertEqual(places, {False, True})  # before and after the manifest

    # Issue 7 line 5: any request of a publish, from the first file to the last removal, that came through or not.
    def test_a_download_killed_at_20_requests_is_the_old_or_the_new_one(self):
        editions = itertools.count()

        def make():
            edition = next(editions)
            return {}, set(self.offer_openalex(count=7, line=lambda i: json.dumps({"x": f"{edition} {i}"})).values())
        self.kill_publications(make, "download", openalex_bucket_name=self.source)

    # Issue 7 line 5.
    def test_a_transform_killed_at_20_requests_is_the_old_or_the_new_one(self):
        self.offer_openalex(count=8, line=lambda i: json.dumps(
            {"id": f"https://openalex.org/W{i + 1}", "doi": f"https://doi.org/10.1234/w{i}", "is_xpac": i > 5}))
        self.assertEqual(self.call("openalex-works", openalex_bucket_name=self.source).returncode, 0)
        editions = itertools.cycle(("include", "drop"))
        self.kill_publications(lambda: ({"xpac": next(editions)}, None), "transform", batch_size="1")

    FAULTS = {
        "500": ("answer", 500, between.s3_error("InternalError")),
        "503": ("answer", 503, between.s3_error("SlowDown")),
        "closed before the answer": ("close",),
        "reset in the middle": ("reset", 0.5),
        "cut in the middle": ("cut", 0.5),
        "cut before the first byte": ("cut", 0.0),
    }

    # Issue 7 line 4.
    def test_a_fault_that_passes_does_not_change_the_result(self):
        files = self.offer_openalex(count=6, size=50_000)
        for method in ("GET", "PUT", "HEAD"):
            for name, fault in self.FAULTS.items():
                if method != "GET" and fault[0] == "cut" or method == "HEAD" and fault[0] == "reset":
                    continue  # there is no body to cut
                with self.subTest(method=method, fault=name):
                    hit = self.once(method, ".gz", fault)
                    done = self.call("openalex-works", openalex_bucket_name=self.source, force="true")
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertGreaterEqual(len(hit), 6)
                    self.assertEqual({p.split("/", 1)[-1] if p[0] == "r" else p: c
                                      for p, c in self.published("openalex-works").items()}, files)

    # Issue 7 line 4: objects of several parts.
    def test_a_fault_in_one_part_does_not_change_the_result(self):
        files = self.offer_openalex(count=1, size=136_000_000)
        content = next(iter(files.values()))
        self.assertGreater(len(content), RANGE)
        for method in ("GET", "PUT"):
            for name, fault in self.FAULTS.items():
                if method == "PUT" and fault[0] == "cut":
                    continue
                with self.subTest(method=method, fault=name):
                    # The second part or range: those of one object have one path.
                    hit = self.once(method, ".gz", fault, number=1)
                    done = self.call("openalex-works", openalex_bucket_name=self.source, force="true")
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(len(hit), 1)
                    self.assertEqual(list(self.published("openalex-works").values()), [content])

    # Issue 7 line 4.
    def test_a_fault_that_stays_is_one_error_and_75(self):
        self.offer_openalex(count=2)
        cases = [("GET", name) for name in self.FAULTS] + [
            ("PUT", name) for name, fault in self.FAULTS.items() if fault[0] != "cut"]
        for method, name in cases:
            with self.subTest(method=method, fault=name):
                fault = self.FAULTS[name]
                self.proxy.fault = lambda m, path, number, method=method, fault=fault: (
                    fault if m == method and path.endswith("part_000.gz") else None)
                self.fails(75, "part_000.gz", "openalex-works", openalex_bucket_name=self.source)
                self.assertIsNone(self.manifest("openalex-works"))

    # Issue 7 line 4: shorter than the object, under a header that says nothing of it.
    def test_an_answer_that_is_too_short_is_no_object(self):
        self.offer_openalex(count=1, size=136_000_000)

        for ranges in ({0}, {1}, {0, 1}):
            with self.subTest(ranges=ranges):
                self.proxy.numbers.clear()
                self.proxy.fault = lambda m, path, number, ranges=ranges: (
                    ("short", 0.5 if m == "GET" and number in ranges else 1.0) if path.endswith(".gz") else None)
                self.fails(75, "part_000.gz: ", "openalex-works", openalex_bucket_name=self.source)
                self.assertIsNone(self.manifest("openalex-works"))

    # Issue 7 line 4.
    def test_credentials_that_have_expired_are_one_error_and_75(self):
        self.offer_openalex(count=2)
        expired = ("answer", 400, between.s3_error("ExpiredToken"))
        self.proxy.fault = lambda m, path, number: expired if m == "PUT" and self.source not in path else None
        done = self.fails(75, "ExpiredToken", "openalex-works", openalex_bucket_name=self.source)
        self.assertNotIn(self.environment["AWS_SECRET_ACCESS_KEY"], done.stderr)
        self.assertIsNone(self.manifest("openalex-works"))

    # Issue 7 line 4.
    def test_p121_an_object_that_changed_on_the_way_is_refused(self):
        self.offer_openalex(count=2)
        self.proxy.fault = lambda m, path, number: ("etag", "0" * 32) if m == "HEAD" and "part_001" in path else None
        self.fails(75, "part_001.gz", "openalex-works", openalex_bucket_name=self.source)
        self.assertIsNone(self.manifest("openalex-works"))

    # Issue 7 line 4.
    def test_p121_a_stale_listing_is_one_error_and_75(self):
        self.offer_datacite(3)
        path = "dois/updated_2026-01/part_0001.jsonl.gz"
        stale = self.s3.request("GET", self.source, query="list-type=2&prefix=dois%2F").decode()
        self.assertIn("part_0001", stale)
        self.proxy.fault = lambda m, asked, number: (
            ("answer", 200, stale) if m == "GET" and asked.strip("/") == self.source else None)
        longer, other = gzip.compress(b'{"x":1}\n' * 9, mtime=0), gzip.compress(b"[]\n", mtime=0)
        self.assertEqual(len(other), len(self.datacite_content))
        for name, change, says in (
                ("longer", lambda: self.s3.request("PUT", f"{self.source}/{path}", longer), "are listed"),
                ("other bytes", lambda: self.s3.request("PUT", f"{self.source}/{path}", other), "changed while"),
                ("gone", lambda: self.s3.request("DELETE", f"{self.source}/{path}"), "listed, but absent")):
            with self.subTest(name):
                change()
                done = self.fails(75, "part_0001.jsonl.gz: ", "datacite", **self.datacite_words())
                self.assertIn(says, done.stderr)
                self.assertIsNone(self.manifest("datacite"))
        self.proxy.fault = lambda *_: None
        done = self.call("datacite", **self.datacite_words())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(self.published("datacite")),
                         [f"updated_2026-01/part_{i:04}.jsonl.gz" for i in (0, 2)])

    def two_works_transformed(self):
        """What is published of them."""
        self.offer_openalex(count=2, line=lambda i: json.dumps(
            {"id": f"https://openalex.org/W{i + 1}", "doi": f"https://doi.org/10.1234/w{i}"}))
        self.assertEqual(self.call("openalex-works", openalex_bucket_name=self.source).returncode, 0)
        self.assertEqual(self.call("openalex-works", task="transform").returncode, 0)
        return self.published("openalex-works", "transform")

    # Issue 7 line 4: an outage is no absence.
    def test_p118_a_good_stage_whose_manifest_cannot_be_read_stays(self):
        old = self.two_works_transformed()
        busy = ("answer", 503, between.s3_error("SlowDown"))
        self.proxy.fault = lambda m, path, number: busy if m == "GET" and path.endswith("transform/manifest.json") else None
        for xpac in ("drop", "include"):  # the work of before, and another
            self.fails(75, "manifest.json", "openalex-works", task="transform", xpac=xpac)
            self.assertEqual(self.published("openalex-works", "transform"), old)
        self.proxy.fault = lambda *_: None
        manifest = f"{self.bucket}/openalex_works/2026-01-01/transform/manifest.json"
        content = self.s3.request("GET", manifest)
        self.s3.request("PUT", manifest, content[:len(content) // 2])
        self.fails(1, "--force makes the stage anew", "openalex-works", task="transform", xpac="include")
        self.s3.request("PUT", manifest, content)
        self.assertEqual(self.published("openalex-works", "transform"), old)

    def test_a_stage_that_lost_an_object_is_made_anew(self):
        old = self.two_works_transformed()
        self.s3.request("DELETE", f"{self.bucket}/openalex_works/2026-01-01/transform/{next(iter(old))}")
        done = self.call("openalex-works", task="transform")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("is not what its manifest lists", done.stderr)
        self.assertEqual(sorted(self.published("openalex-works", "transform").values()), sorted(old.values()))
        self.assertIn("up to date", self.call("openalex-works", task="transform").stdout)

    # Issue 7 line 4: a listing that fails does not mean that there is no ROR.
    def test_an_outage_of_one_listing_is_one_error_and_75(self):
        plan = {"dmp_id": "https://doi.org/10.48321/D1", "title": "Kelp", "institutions": [], "authors": [], "funding": []}
        self.s3.request("PUT", f"{self.bucket}/dmps/2026-01-01/download/coki-dmps_2026-01-01_1.jsonl.gz",
                        gzip.compress(json.dumps(plan).encode()))
        busy = ("answer", 503, between.s3_error("SlowDown"))
        self.proxy.fault = lambda *_: busy if "prefix=ror" in self.proxy.query else None
        self.fails(75, self.bucket, "dmps", task="transform")
        self.assertIsNone(self.manifest("dmps", "transform"))
        self.proxy.fault = lambda *_: None
        self.assertEqual(self.call("dmps", task="transform").returncode, 0)

    # Also between the GET of an object and its HEAD, whose answer has no body, and before the last look.
    def test_p122_datacite_keys_that_expire_are_fetched_again(self):
        self.offer_datacite(4)
        keys = self.keys
        of_objects = lambda method: lambda m, path, _: m == method and path.endswith(".gz")
        for name, status, meets in (("GET", 400, of_objects("GET")), ("HEAD", 400, of_objects("HEAD")),
                                    ("HEAD that is forbidden", 403, of_objects("HEAD")),
                                    ("last look", 400, lambda m, path, n: path.endswith("STATUS.json") and n == 1)):
            with self.subTest(name):
                keys.asked.clear()
                self.proxy.numbers.clear()
                self.proxy.fault = lambda m, path, number, status=status, meets=meets: (
                    ("answer", status, between.s3_error("ExpiredToken"))
                    if len(keys.asked) < 2 and meets(m, path, number) else None)
                done = self.call("datacite", force="true", **self.datacite_words())
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(len(keys.asked), 2)
                self.assertEqual(len(self.published("datacite")), 4)
                self.assertNotIn("s3cret", done.stdout + done.stderr)

    # Rights that are really lacking end it.
    def test_p122_keys_that_are_refused_again_are_one_error(self):
        self.offer_datacite(4)
        self.proxy.fault = lambda m, path, number: (
            ("answer", 403, "") if m == "HEAD" and path.endswith(".gz") else None)
        self.fails(1, "keys or rights refused", "datacite", **self.datacite_words())
        self.assertIsNone(self.manifest("datacite"))


unittest.main()
