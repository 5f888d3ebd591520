#!/usr/bin/env python3
"""Every command, with the fewest values it takes, does its work from end to end
(P99): on a synthetic world, with buckets that are folders and a local HTTP
server.

usage: leaves_test.py PROGRAM [unittest arguments]
"""
import csv
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import sources

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
RUN = "2026-01-01"
DATASETS = ("openalex-works", "crossref-metadata", "datacite")
JOB = ["--bucket-name=./jobs", f"--run-id={RUN}"]
SUBSET = ["--dataset-subset.enable=true", "--dataset-subset.institutions-s3-path=meta/institutions.json",
          "--dataset-subset.dois-s3-path=meta/work_dois.json"]
AUDITS = {f"SQLMESH__VARIABLES__AUDIT_{name}_WORKS_THRESHOLD": "1" for name in ("CROSSREF_METADATA", "DATACITE", "OPENALEX")}
RELEASES = [f"--release-dates.{dataset}={RUN}" for dataset in (*DATASETS, "ror", "data-citation-corpus")]
DATABASE = "--database=sqlite:jobs/dmpworks.db"
SEARCH = f"jobs/dmp-works-search/{RUN}"


def leaves(path=()):
    text = subprocess.run([PROGRAM, *path, "--help"], text=True, capture_output=True, check=True, timeout=60).stdout
    box = re.search(r"╭─ Commands .*?\n(.*?)╰", text, re.DOTALL)
    if not box:
        return {path}
    names = re.findall(r"^│ ([a-z][a-z-]*) ", box[1], re.MULTILINE)
    return {leaf for name in names for leaf in leaves((*path, name))}


def lines(server):
    """Each leaf and its words, in the order in which they find what they read."""
    world, given = "world", f"{RUN}/download"
    made = {dataset: f"made/{dataset}" for dataset in (*DATASETS, "ror")}
    works, plans = f"--works-path=jobs/sqlmesh/{RUN}", f"--dmps-path=jobs/dmps/{RUN}/transform"
    download = {"openalex-works": ["--openalex-bucket-name=./sources/openalex"],
                "crossref-metadata": [f"--file-name={sources.CROSSREF_TAR}", "--crossref-bucket-name=./sources/crossref"],
                "datacite": ["--datacite-bucket-name=./sources/datacite"],
                "ror": [f"--download-url={server.url}/ror.zip"],
                "data-citation-corpus": [f"--download-url={server.url}/corpus.zip"]}
    yield "synth", [world, "--works=300", "--dmps=40", "--files=2", f"--run-id={RUN}"]
    yield "run", ["--out-dir=run", f"--dmps={world}/dmps/{given}", f"--openalex-works={world}/openalex_works/{given}"]
    for dataset in DATASETS:
        raw = f"{world}/{dataset.replace('-', '_')}/{given}"
        yield f"transform {dataset}", [raw, made[dataset]]
        yield "transform dataset-subset", [dataset, raw, f"made/{dataset}-subset", f"--dois-path={world}/meta/work_dois.json"]
    yield "transform dmps", [f"{world}/dmps/{given}", "made/dmps"]
    yield "transform ror", ["sources/ror.json.gz", made["ror"]]
    for dataset, words in download.items():
        yield f"aws-batch {dataset} download", [*JOB, *words]
    for dataset in DATASETS:
        yield f"aws-batch {dataset} dataset-subset", [*JOB, *SUBSET]
        yield f"aws-batch {dataset} transform", JOB
    yield "aws-batch ror transform", JOB
    yield "aws-batch dmps transform", JOB
    yield "aws-batch sqlmesh plan", [*JOB, "--prev-run-id=INITIAL", *RELEASES]
    for leaf in ("sync-works", "sync-dmps", "enrich-dmps"):
        yield f"aws-batch opensearch {leaf}", JOB
    yield "aws-batch opensearch dmp-works-search", [*JOB, "--linkage-pairs"]
    yield "aws-batch opensearch merge-related-works", JOB
    yield "sqlmesh init-doi-state", ["state.parquet"]
    yield "sqlmesh test", []
    yield "sqlmesh plan", [*(f"--{dataset}-path={folder}" for dataset, folder in made.items()),
                           f"--data-citation-corpus-path=jobs/data_citation_corpus/{given}", f"--run-id={RUN}",
                           "--doi-state-path=state.parquet",
                           "--works-index-export-path=made/export", "--doi-state-export-path=made/state"]
    yield "opensearch dmp-works-search", ["--out-dir=found", works, plans]
    yield "opensearch rank-metrics", [f"{world}/ground_truth.csv", "--output-file=metrics.csv", f"--matches-path={SEARCH}"]
    yield "report", [SEARCH]
    yield "cat", ["made/dmps/dmps_batch_00000_part_00000.parquet"]
    yield "linkage train", [SEARCH, "train.json"]
    yield "linkage fit", [SEARCH, "fit.json", f"--ground-truth-file={world}/ground_truth.csv", "--unlisted=wrong"]
    yield "linkage evaluate", [SEARCH, "figures.json", f"--ground-truth-file={world}/ground_truth.csv"]
    yield "dmsp related-works merge", [SEARCH, DATABASE]
    yield "dmsp related-works list", [DATABASE]
    yield "dmsp related-works export", [DATABASE, "--status=PENDING", "--output-file=links.csv"]
    yield "dmsp related-works load-ground-truth", [f"{world}/ground_truth.csv", works, DATABASE]
    yield "dmsp related-works set-status", ["{plan}", "{work}", "ACCEPTED", "--by=ada", DATABASE]
    for command in (*download, "dmps", "process-works", "process-dmps"):
        yield f"batch-submit {command}", ["--scratch-dir=scratch"]
    for leaf in ("status", "logs"):
        yield f"jobs {leaf}", ["--bucket-name=./bucket"]
    yield "jobs cancel", ["{chain}", "--bucket-name=./bucket"]


class Leaves(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_leaves_"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self.dir), **AUDITS}
        self.server = sources.FileServer({})
        self.addCleanup(self.server.close)

    def call(self, *words):
        return subprocess.run([PROGRAM, *words], cwd=self.dir, env=self.environment, text=True, capture_output=True,
                              timeout=600, check=False)

    def lay_out(self):
        """What people put into buckets and settings, once there is a world."""
        place = self.dir / "sources"
        place.mkdir()
        sources.lay_out(self.dir / "world", RUN, place)
        self.server.files |= {name: place / name for name in ("ror.zip", "corpus.zip")}
        with zipfile.ZipFile(place / "ror.zip") as archive:
            name = next(name for name in archive.namelist() if name.endswith("ror-data.json"))
            (place / "ror.json.gz").write_bytes(gzip.compress(archive.read(name)))
        for bucket in ("jobs", "bucket"):
            shutil.copytree(self.dir / "world/meta", self.dir / bucket / "meta")
            shutil.copytree(self.dir / f"world/dmps/{RUN}/download", self.dir / bucket / f"dmps/{RUN}/download")
        buckets = {name: f"./sources/{name}" for name in ("openalex", "datacite", "crossref")}
        sources.write_settings(self.dir, sources.settings(RUN, place, self.server.url, "./bucket", buckets) | {
            "DATASET_SUBSET_ENABLE": "true", "DATASET_SUBSET_DOIS_S3_PATH": "meta/work_dois.json",
            "DATASET_SUBSET_INSTITUTIONS_S3_PATH": "meta/institutions.json"})

    def named(self):
        """What stands for a name in braces."""
        with open(self.dir / "links.csv", encoding="utf-8") as links:
            link = next(csv.DictReader(links))
        return {"plan": link["dmp_doi"], "work": link["work_doi"],
                "chain": max((folder.name for folder in (self.dir / "bucket/jobs").glob("*")), default="")}

    def test_p99_every_leaf_runs_with_its_smallest_arguments(self):
        done = set()
        for leaf, words in lines(self.server):
            if any("{" in word for word in words):
                words = [word.format(**self.named()) for word in words]
            with self.subTest(leaf):
                ended = self.call(*leaf.split(), *words)
                logs = [log.read_text() for log in self.dir.rglob("jobs/**/*.log")] if ended.returncode else []
                self.assertEqual(ended.returncode, 0, "\n".join([ended.stdout, ended.stderr, *logs[-3:]]))
            if leaf == "synth":
                self.lay_out()
            done.add(tuple(leaf.split()))
        self.assertEqual(done, leaves())


unittest.main()
