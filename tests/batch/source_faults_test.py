#!/usr/bin/env python3
"""Downloads from an S3 server into a folder: objects that are not what they
should be, and keys that expire.

usage: source_faults_test.py PROGRAM S3PROXY_JAR [unittest arguments]

faults_test.py does more of it with a bucket of a server.
"""
import gzip
import json
import pathlib
import sys
import unittest

import between
import source_server
import sources
from download_case import Case

S3PROXY = pathlib.Path(sys.argv.pop(1)).resolve()
OBJECTS = 4


class SourceFaults(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = source_server.SourceServer(S3PROXY)
        cls.addClassCleanup(cls.server.close)
        cls.number = 0

    def setUp(self):
        super().setUp()
        self.environment |= self.server.environment
        SourceFaults.number += 1
        self.source, self.watch = f"source-{self.number}", self.server.watch
        self.watch.fault = lambda *_: None

    def offer_openalex(self):
        files = self.openalex(count=OBJECTS)
        self.server.offer(self.dir / "openalex", self.source, public=True)
        return files

    def offer_datacite(self):
        self.tree("datacite", {f"dois/updated_2026-01/part_{i:04}.jsonl.gz": gzip.compress(b"{}\n" * (i + 1), mtime=0)
                               for i in range(OBJECTS)} | {"STATUS.json": b'{"status": "Complete"}'})
        self.server.offer(self.dir / "datacite", self.source)
        self.keys = sources.FileServer({})
        self.addCleanup(self.keys.close)
        self.keys.keys = {"access_key_id": source_server.KEY, "secret_access_key": source_server.SECRET,
                          "session_token": "s3cret-token"}
        self.environment |= {"DATACITE_ACCOUNT_ID": "me", "DATACITE_PASSWORD": "s3cret-password"}
        return {"datacite_bucket_name": self.source, "credentials_url": self.keys.url + "/credentials"}

    def test_p121_an_object_that_is_not_the_listed_one_is_refused(self):
        words = {"openalex_bucket_name": self.source}
        files = self.offer_openalex()
        name = next(iter(files))
        key = f"{self.source}/data/works/{name}"
        for why, content in (("longer", files[name] + b"\0"), ("shorter", files[name][:-1]), ("absent", None)):
            with self.subTest(why):
                self.server.s3.request("DELETE", key)
                if content is not None:
                    self.server.put(key, content, public=True)
                self.fails(1, name, "openalex-works", **words)
                self.assertIsNone(self.manifest("openalex-works"))
        self.server.put(key, files[name], public=True)
        with self.subTest("another ETag"):
            self.watch.fault = lambda method, path, _: (
                ("etag", "0" * 32) if method == "HEAD" and path.endswith(name[-11:]) else None)
            self.fails(75, name, "openalex-works", **words)
            self.assertIsNone(self.manifest("openalex-works"))
        self.watch.fault = lambda *_: None
        self.assertEqual(self.call("openalex-works", **words).returncode, 0)
        self.assertEqual(self.published("openalex-works"), files)

    def test_p122_keys_that_expire_during_the_copy_are_fetched_again(self):
        words = self.offer_datacite()
        expired = ("answer", 400, between.s3_error("ExpiredToken"))
        first = []

        def expires(method, path, _):  # after the first object
            if method == "GET" and path.endswith(".gz"):
                first.append(path)
                return expired if len(self.keys.asked) == 1 and len(first) > 1 else None
            return None
        self.watch.fault = expires
        done = self.call("datacite", **words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.keys.asked), 2)
        self.assertEqual(self.published("datacite"), {
            f"updated_2026-01/part_{i:04}.jsonl.gz": gzip.compress(b"{}\n" * (i + 1), mtime=0) for i in range(OBJECTS)})
        self.assertNotIn("s3cret", done.stdout + done.stderr + json.dumps(self.manifest("datacite")))


unittest.main()
