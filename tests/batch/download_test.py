#!/usr/bin/env python3
"""Downloads that are killed, cut off, lied to: what was there stays good, what
is fetched again is only what was missing.

usage: download_test.py PROGRAM [unittest arguments]

faults_test.py does the same to buckets of a server.
"""
import gzip
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import time
import unittest

import sources
from download_case import PROGRAM, Case, noise

ROR_2 = json.dumps([{"id": "https://ror.org/01an7q238", "names": [], "locations": []}])
ROR_1 = json.dumps([{"id": "https://ror.org/01an7q238", "name": "x", "addresses": []}])


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

    # Issue 7 line 5.
    def test_p32_p120_a_download_killed_at_20_moments_fetches_only_what_was_missing(self):
        content = "[" + noise(self.random, 6_000_000) + "]"
        options = self.offer(("a.json", content))
        size = (self.dir / "a.zip").stat().st_size
        self.server.rate = size / 18  # so that 20 attempts of at most 0.9 s do not come to the end
        for _ in range(20):
            self.assertFalse(self.kill("data-citation-corpus", self.random.uniform(0.3, 0.9), **options))
            self.whole_or_absent("data-citation-corpus")
        before, self.server.rate = self.server.sent["a.zip"], None
        done = self.call("data-citation-corpus", **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(gzip.decompress(self.published("data-citation-corpus")["a.json.gz"]).decode(), content)
        # What was on its way when it was killed comes again.
        print(f"sent {before} bytes to 20 that were killed, then {self.server.sent['a.zip'] - before}; there are {size}",
              file=sys.stderr)
        lost = 20 * 3 * 4096
        self.assertGreater(before, lost)
        self.assertLess(self.server.sent["a.zip"], size + lost)
        self.assertEqual(list((self.dir / "scratch").rglob("fetched/*")), [])

    def test_p120_a_broken_transfer_goes_on_where_it_broke(self):
        options = self.offer(("v2.json", ROR_2), ("pad.csv", self.random.randbytes(1 << 20)))
        size = (self.dir / "a.zip").stat().st_size
        self.server.breaks["a.zip"] = 2
        done = self.call("ror", **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.server.sent["a.zip"], size)
        self.assertEqual([headers.get("Range") for _, headers in self.server.asked][0], None)
        self.assertEqual(len(self.server.asked), 3)

    def test_p123_p133_a_wrong_digest_is_refused_and_the_file_not_kept(self):
        options = self.offer(("v2.json", ROR_2))
        done = self.fails(1, "its md5 is", "ror", **options | {"hash": "md5:" + "0" * 32})
        self.assertNotIn("s3cret", done.stderr)
        self.assertIsNone(self.manifest("ror"))
        self.assertEqual([p for p in (self.dir / "scratch").rglob("*") if p.is_file()], [])

    def test_p26_takes_the_ror_file_of_schema_2(self):
        options = self.offer(("v1.json", ROR_1), ("v2.json", ROR_2), ("__MACOSX/._v2.json", ROR_2), ("v2.csv", "id"))
        self.assertEqual(self.call("ror", **options).returncode, 0)
        self.assertEqual({path: gzip.decompress(content).decode() for path, content in self.published("ror").items()},
                         {"v2.json.gz": ROR_2})

    def test_p27_two_members_with_one_name_are_refused(self):
        options = self.offer(("a/x.json", "[]"), ("b/x.json", "[]"))
        self.fails(1, "two entries are called x.json", "data-citation-corpus", **options)

    def test_p131_an_archive_that_reaches_outside_is_refused(self):
        options = self.offer(("x.json", "[]"), ("../../../escaped.json", "[]"))
        self.fails(1, "lies outside", "data-citation-corpus", **options)
        self.assertEqual(list(self.dir.rglob("*escaped*")), [])
        self.assertIsNone(self.manifest("data-citation-corpus"))

    def test_p131_an_archive_that_unpacks_to_too_much_is_refused(self):
        options = self.offer(("x.json", "[" + " " * (1 << 20) + "]"))
        self.environment["DMPWORKS_MAX_UNPACKED_BYTES"] = "100000"
        self.fails(1, "unpacks to more than 100000 bytes", "data-citation-corpus", **options)

    def test_an_absent_file_is_named(self):
        self.fails(1, "/no.zip: HTTP 404", "ror", download_url=self.server.url + "/no.zip", hash="0" * 32)

    # Spec jobs.md 4.2, leftovers.
    def test_what_people_have_uploaded_is_not_removed(self):
        options = self.offer(("x.json", "[]"))
        theirs = self.stage("data-citation-corpus") / "theirs.json"
        theirs.parent.mkdir(parents=True)
        theirs.write_text("[]")
        self.fails(1, "theirs.json was not put there by a download", "data-citation-corpus", **options)
        self.assertTrue(theirs.exists())
        theirs.unlink()
        self.assertEqual(self.call("data-citation-corpus", **options).returncode, 0)

    @unittest.skipUnless(shutil.which("strace"), "kills at a system call with strace")
    def test_a_download_killed_before_its_first_note_stands_goes_on(self):
        options = self.offer(("x.json", "[]"))
        subprocess.run(["strace", "-f", "-o/dev/null", "-einject=fsync:signal=KILL:when=1", PROGRAM,
                        *self.words("data-citation-corpus", **options)], cwd=self.dir, env=self.environment,
                       stderr=subprocess.DEVNULL, check=False)
        left = [file.name for file in self.stage("data-citation-corpus").iterdir()]
        self.assertRegex(" ".join(left), r"^_progress\.jsonl\.\d+\.unfinished$")
        done = self.call("data-citation-corpus", **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(file.name for file in self.stage("data-citation-corpus").iterdir()),
                         ["manifest.json", "x.json.gz"])

    def test_a_download_that_has_lost_objects_is_made_anew(self):
        options = self.offer(("v2.json", ROR_2))
        self.assertEqual(self.call("ror", **options).returncode, 0)
        before = self.published("ror")
        for spoil in (pathlib.Path.unlink, lambda file: file.write_bytes(b"short")):
            spoil(next(self.stage("ror").rglob("*.gz")))
            done = self.call("ror", **options)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("v2.json.gz is not what its manifest lists; made anew", done.stderr)
            files = {file.rpartition("/")[2]: content for file, content in self.published("ror").items()}
            self.assertEqual(files, before)
            self.assertNotIn("made anew", self.call("ror", **options).stderr)

    def test_force_mends_a_manifest_that_is_spoilt(self):
        ror, corpus = self.offer(("v2.json", ROR_2)), None
        self.assertEqual(self.call("ror", **ror).returncode, 0)
        self.assertEqual(self.call("ror", task="transform").returncode, 0)
        (self.dir / "b.zip").write_bytes(b"")
        sources.zip_of(self.dir / "b.zip", [("x.json", "[]")])
        self.server.files["b.zip"] = self.dir / "b.zip"
        corpus = {"download_url": self.server.url + "/b.zip"}
        self.assertEqual(self.call("data-citation-corpus", **corpus).returncode, 0)
        for dataset, task, options in (("ror", "transform", {}), ("ror", "download", ror),
                                       ("data-citation-corpus", "download", corpus)):
            with self.subTest(dataset=dataset, task=task):
                before = self.published(dataset, task)
                file = self.stage(dataset, task) / "manifest.json"
                file.write_bytes(file.read_bytes()[:50])
                self.fails(1, "--force makes the stage anew", dataset, task=task, **options)
                done = self.call(dataset, task=task, force="true", **options)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(list(self.published(dataset, task)), list(before))
                self.assertFalse((self.stage(dataset, task) / ".unfinished").exists())

    def test_what_is_neither_a_zip_nor_json_is_refused(self):
        for content in (b"", b"<html>busy</html>", gzip.compress(b"<html>busy</html>"),
                        gzip.compress(b"[1, 2]" * 99)[:-9]):
            for dataset in ("ror", "data-citation-corpus"):
                with self.subTest(content=content, dataset=dataset):
                    file = self.dir / "html.zip"
                    file.write_bytes(content)
                    self.server.files["html.zip"] = file
                    self.fails(1, "html.zip: ", dataset, download_url=self.server.url + "/html.zip",
                               hash=sources.digest_of(file))
                    self.assertIsNone(self.manifest(dataset))
        self.server.files["html.zip"].write_bytes(gzip.compress(b" [1]\n"))
        done = self.call("data-citation-corpus", download_url=self.server.url + "/html.zip")
        self.assertEqual(done.returncode, 0, done.stderr)

    # Source: jobs.md 4.2: of the options the key has those that change the result.
    def test_with_a_digest_the_same_content_by_another_url_is_the_same_stage(self):
        options = self.offer(("v2.json", ROR_2))
        self.assertEqual(self.call("ror", **options).returncode, 0)
        made, asked = self.manifest("ror"), len(self.server.asked)
        elsewhere = {"download_url": self.server.url + "/api/a.zip/content"}
        self.server.files["api/a.zip/content"] = self.server.files["a.zip"]
        hexadecimal = options["hash"].removeprefix("md5:")
        for same in (options["hash"], hexadecimal, "md5:" + hexadecimal.upper()):
            done = self.call("ror", hash=same, **elsewhere)
            self.assertIn("up to date", done.stdout, done.stderr)
        self.assertEqual(self.manifest("ror"), made)
        self.assertEqual(len(self.server.asked), asked)
        self.fails(1, "its md5 is", "ror", hash="0" * 32, **elsewhere)
        self.assertEqual(self.manifest("ror"), made)
        # Without one the URL alone says what it is.
        self.assertNotIn("up to date", self.call("ror", **elsewhere).stdout)
        self.assertIn("up to date", self.call("ror", **elsewhere).stdout)
        self.assertNotIn("up to date", self.call("ror", download_url=options["download_url"]).stdout)

    def test_json_in_no_zip_has_the_name_of_its_url_which_is_part_of_the_key(self):
        file, before = self.dir / "x.json.gz", []
        file.write_bytes(gzip.compress(b"[1]", mtime=0))
        for url, name in (("x.json.gz", "x.json.gz"), ("x.json", "x.json.gz"), ("y.json.gz", "y.json.gz"),
                          ("y.json.gz/content", "data-citation-corpus.json.gz"), ("y.gz", "data-citation-corpus.json.gz")):
            with self.subTest(url):
                self.server.files[url] = file
                done = self.call("data-citation-corpus", download_url=f"{self.server.url}/{url}",
                                 hash=sources.digest_of(file))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual("up to date" in done.stdout, before == [name])
                before = [path.rpartition("/")[2] for path in self.published("data-citation-corpus")]
                self.assertEqual(before, [name])

    def test_p118_a_failing_download_leaves_the_good_stage(self):
        self.assertEqual(self.call("data-citation-corpus", **self.offer(("x.json", "[1]"))).returncode, 0)
        before = self.published("data-citation-corpus")
        self.fails(1, "two entries", "data-citation-corpus", **self.offer(("a/x.json", "[2]"), ("b/x.json", "[3]")))
        self.assertEqual(self.published("data-citation-corpus"), before)
        self.assertEqual(self.call("data-citation-corpus", **self.offer(("x.json", "[4]"))).returncode, 0)
        self.assertEqual(gzip.decompress(self.published("data-citation-corpus")["x.json.gz"]), b"[4]")
        self.assertEqual(len(list(self.stage("data-citation-corpus").rglob("x.json.gz"))), 1)


class Trees(Case):
    def kill_often(self, dataset, want, **options):
        """Kills at 20 moments of its time, and begins anew when it has ended; an object that was stored is never
        written again."""
        def inodes():
            return {file: file.stat().st_ino for file in self.stage(dataset).rglob("*.gz") if file.name[0] != "."}

        def is_whole():
            self.assertEqual(self.published(dataset), want)
            self.assertEqual(inodes() | stored, inodes())
            self.assertEqual(sorted(p.name for p in self.stage(dataset).rglob("*") if p.is_file()),
                             sorted([pathlib.PurePath(p).name for p in want] + ["manifest.json"]))
            shutil.rmtree(self.stage(dataset))

        stored, kept, kills, began = {}, 0, 0, time.monotonic()
        self.assertEqual(self.call(dataset, **options).returncode, 0)
        whole = time.monotonic() - began
        is_whole()
        while kills < 20:
            if self.kill(dataset, self.random.uniform(0, whole), **options):
                is_whole()
                stored = {}
                continue
            kills += 1
            kept += len(stored)
            self.whole_or_absent(dataset)
            self.assertEqual(inodes() | stored, inodes())
            stored = inodes()
        self.assertEqual(self.call(dataset, **options).returncode, 0)
        is_whole()
        self.assertGreater(kept, 20)

    # Issue 7 line 5.
    def test_p120_openalex_killed_at_20_moments_stores_no_object_twice(self):
        files = self.openalex(count=40, size=600_000)
        self.kill_often("openalex-works", files, openalex_bucket_name="./openalex")

    def test_p120_crossref_killed_at_20_moments_stores_no_member_twice(self):
        files = {f"{i}.jsonl.gz": gzip.compress((noise(self.random, 600_000) + "\n").encode(), 1, mtime=0)
                 for i in range(40)}
        self.crossref(files)
        self.kill_often("crossref-metadata", files, crossref_bucket_name="./crossref", file_name="a.tar")

    def test_p121_openalex_is_checked_against_its_manifest(self):
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

    # Spec jobs.md 6.1: the gzip CRC of every member.
    def test_a_gz_that_is_no_gzip_is_refused(self):
        self.crossref({"0.jsonl.gz": b"notgzip"})
        self.fails(1, "0.jsonl.gz", "crossref-metadata", crossref_bucket_name="./crossref", file_name="a.tar")
        self.openalex(count=1)
        listed = self.dir / "openalex/data/works/manifest"
        entry = {"url": "s3://openalex/data/works/p.gz", "meta": {"content_length": 17, "record_count": 1}}
        listed.write_text(json.dumps({"entries": [entry]}))
        self.tree("openalex", {"data/works/p.gz": b"<html>oops</html>"})
        self.fails(1, "not a gzip file", "openalex-works", openalex_bucket_name="./openalex")
        self.tree("datacite", {"dois/a.jsonl.gz": b"", "STATUS.json": b'{"status": "Complete"}'})
        self.fails(1, "dois/a.jsonl.gz", "datacite", datacite_bucket_name="./datacite")
        for dataset in ("crossref-metadata", "openalex-works", "datacite"):
            self.assertIsNone(self.manifest(dataset))

    def test_a_source_cannot_use_names_that_are_ours(self):
        good = gzip.compress(b"{}\n", mtime=0)
        self.tree("datacite", {"STATUS.json": b'{"status": "Complete"}'})
        for name in ("manifest.json", "_progress.jsonl", "_progress-000001.jsonl", "_uploading.json",
                     "_parts/x.jsonl.gz"):
            with self.subTest(name=name):
                self.openalex(count=1)
                self.tree("openalex", {"data/works/" + name: good})
                entry = {"url": f"s3://openalex/data/works/{name}",
                         "meta": {"content_length": len(good), "record_count": 1}}
                self.tree("openalex", {"data/works/manifest": json.dumps({"entries": [entry]}).encode()})
                self.assertEqual(self.call("openalex-works", openalex_bucket_name="./openalex").returncode, 1)
                self.tree("datacite", {"dois/" + name: good})
                self.assertEqual(self.call("datacite", datacite_bucket_name="./datacite").returncode, 1)
                shutil.rmtree(self.dir / "datacite/dois")
        self.assertEqual([file for file in self.folder.rglob("*") if file.is_file()], [])
        self.openalex(count=1)
        listed = json.loads((self.dir / "openalex/data/works/manifest").read_text())
        self.tree("openalex", {"data/works/manifest": json.dumps({"entries": 2 * listed["entries"]}).encode()})
        self.fails(1, "twice", "openalex-works", openalex_bucket_name="./openalex")
        words = {"crossref_bucket_name": "./crossref", "file_name": "a.tar"}
        self.crossref({"_parts/x.jsonl.gz": good})
        self.fails(1, "keeps for itself", "crossref-metadata", **words)
        self.crossref({"x.jsonl.gz": good})
        with tarfile.open(self.dir / "crossref/a.tar", "a") as tar:
            tar.addfile(tarfile.TarInfo("other/x.jsonl.gz"))
        self.fails(1, "two members are called", "crossref-metadata", **words)

    def test_p131_a_manifest_cannot_write_outside(self):
        self.openalex(count=1)
        entry = {"url": "s3://openalex/data/works/../../../x", "meta": {"content_length": 1, "record_count": 1}}
        self.tree("openalex", {"data/works/manifest": json.dumps({"entries": [entry]}).encode()})
        self.assertIn(self.call("openalex-works", openalex_bucket_name="./openalex").returncode, (1, 2))

    def test_p121_p131_a_tar_is_whole_or_refused(self):
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


unittest.main()
