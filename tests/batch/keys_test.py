#!/usr/bin/env python3
"""A finished stage of a folder is not made again because the folder is spelled
in another way, or is a copy of another date: its key says what it is made from.

usage: keys_test.py PROGRAM [unittest arguments]
"""
import gzip
import hashlib
import json
import shutil
import unittest

from download_case import Case

ROR_FILE = "ror.json.gz"


class Keys(Case):
    def setUp(self):
        super().setUp()
        self.openalex(line=lambda i: json.dumps(
            {"id": f"https://openalex.org/W{i}", "doi": f"https://doi.org/10.1234/w{i}", "title": "A title"}))
        record = {"id": "https://ror.org/01an7q238", "status": "active", "links": [], "relationships": [],
                  "names": [{"value": "UC Berkeley", "types": ["ror_display", "label"], "lang": "en"}],
                  "locations": [], "types": ["education"], "external_ids": [], "established": 1868, "domains": []}
        self.tree("source", {ROR_FILE: gzip.compress(json.dumps([record]).encode(), mtime=0)})
        self.tree("bucket/meta", {"work_dois.json": b'["10.1234/w1"]'})
        self.stages = [("openalex-works", "dataset-subset", {
                            "dataset_subset.enable": "true", "dataset_subset.dois_s3_path": "meta/work_dois.json"}),
                       ("openalex-works", "transform", {"use_subset": "false"}),
                       ("ror", "transform", {"file_name": ROR_FILE})]

    def make_downloads(self):
        self.assertEqual(self.call("openalex-works", openalex_bucket_name="./openalex").returncode, 0)
        stage = self.stage("ror")
        stage.mkdir(parents=True)
        shutil.copy(self.dir / "source" / ROR_FILE, stage)
        content = (stage / ROR_FILE).read_bytes()
        (stage / "manifest.json").write_text(json.dumps({"stage": "ror download", "key": "0" * 64, "files": [
            {"path": ROR_FILE, "bytes": len(content), "rows": None, "sha256": hashlib.sha256(content).hexdigest()}]}))

    def ends(self, says):
        for dataset, task, options in self.stages:
            with self.subTest(bucket=self.bucket, stage=f"{dataset} {task}"):
                done = self.call(dataset, task=task, **options)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual("up to date" in done.stdout + done.stderr, says == "up to date", done.stdout + done.stderr)

    def test_neither_spelling_nor_date_of_a_folder_changes_a_key(self):
        self.make_downloads()
        self.ends("made")
        (self.dir / "link").symlink_to("bucket")
        for spelled in ("./bucket/", "./openalex/../bucket", str(self.folder), f"file:{self.folder}", "./link"):
            self.bucket = spelled
            self.ends("up to date")
        shutil.copytree(self.folder, self.dir / "copy", copy_function=shutil.copyfile)  # with dates of now
        self.bucket, self.folder = "./copy", self.dir / "copy"
        self.ends("up to date")

    # Issue 7: nor that of the folder of a source.
    def test_the_spelling_of_a_source_changes_no_key(self):
        self.crossref({"0.jsonl.gz": gzip.compress(b"{}\n", mtime=0)})
        self.tree("datacite", {"dois/a.jsonl.gz": gzip.compress(b"{}\n", mtime=0),
                               "STATUS.json": b'{"status": "Complete"}'})
        (self.dir / "other").mkdir()
        for dataset, name, more in (("openalex-works", "openalex", {}), ("datacite", "datacite", {}),
                                    ("crossref-metadata", "crossref", {"file_name": "a.tar"})):
            (self.dir / "other" / name).symlink_to(self.dir / name)
            before = None
            for spelled in (f"./{name}", f"./{name}/", f"./other/../{name}", str(self.dir / name),
                            f"file://{self.dir / name}", f"./other/{name}"):
                with self.subTest(source=spelled):
                    done = self.call(dataset, **{f"{name}_bucket_name": spelled}, **more)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual("up to date" in done.stdout + done.stderr, before is not None, done.stderr)
                    before = before or self.manifest(dataset)
                    self.assertEqual(self.manifest(dataset), before)

    def test_other_content_changes_the_key(self):
        self.make_downloads()
        self.ends("made")
        self.random.seed(1)
        shutil.rmtree(self.dir / "openalex")
        self.openalex(line=lambda i: json.dumps(
            {"id": f"https://openalex.org/W{i}", "doi": f"https://doi.org/10.1234/w{i}", "title": "Another title"}))
        self.assertEqual(self.call("openalex-works", openalex_bucket_name="./openalex").returncode, 0)
        self.stages = self.stages[:2]
        self.ends("made")

    def test_the_size_of_a_batch_is_not_part_of_a_key(self):
        self.make_downloads()
        self.ends("made")
        self.stages = [("openalex-works", "transform", {"use_subset": "false", "batch_size": 1})]
        self.ends("up to date")


unittest.main()
