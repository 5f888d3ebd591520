#!/usr/bin/env python3
"""The guide, command by command, on a synthetic world: sources that are served
as the real ones are, a bucket, --executor local; the result is that of `run`.

usage: guide_test.py PROGRAM S3PROXY_JAR [unittest arguments]
       tests/s3/with_s3 VERSITYGW guide_test.py PROGRAM [unittest arguments]

The first has the sources' buckets on an S3 server (tools/setup-s3proxy) and a
folder as bucket; in the second all are buckets of that other server.
"""
import gzip
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import source_server
import sources
import written_files

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
RUN = "2026-01-01"
ON_S3 = os.environ.get("DMPWORKS_TEST_S3") == "1"
S3PROXY = None if ON_S3 else pathlib.Path(sys.argv.pop(1)).resolve()
BUCKETS = {"openalex": "guide-openalex", "datacite": "guide-datacite", "crossref": "guide-crossref"}
SESSION_TOKEN = "" if ON_S3 else "s3cret-session-token"  # versitygw takes none
GUIDE = ["ror", "openalex-works", "crossref-metadata", "datacite", "data-citation-corpus",
         "process-works", "process-dmps"]
STAGES = ["ror/{}/download", "ror/{}/transform", "openalex_works/{}/download", "openalex_works/{}/transform",
          "crossref_metadata/{}/download", "crossref_metadata/{}/transform", "datacite/{}/download",
          "datacite/{}/transform", "data_citation_corpus/{}/download", "dmps/{}/transform", "sqlmesh/{}",
          "dmp-works-search/{}"]
# Compared with those of `run`.
TABLES = ["openalex_works/{}/transform", "crossref_metadata/{}/transform", "datacite/{}/transform",
          "ror/{}/transform", "dmps/{}/transform", "sqlmesh/{}"]
SECRETS = {"DATACITE_ACCOUNT_ID": sources.DATACITE_ACCOUNT[0], "DATACITE_PASSWORD": sources.DATACITE_ACCOUNT[1],
           "MYSQL_PWD": "s3cret-mysql-password", "OPENSEARCH_PASSWORD": "s3cret-opensearch-password"}


# All that a merge writes, but for ids and times.
LINKS = """SELECT p.dmpId, p.title, k.doi, hex(v.hash), v.workType, v.publicationDate, v.title, v.abstractText, v.authors,
           v.institutions, v.funders, v.awards, v.publicationVenue, v.sourceName, v.sourceUrl, r.status, r.sourceType,
           r.score, r.scoreMax, r.doiMatch, r.contentMatch, r.authorMatches, r.institutionMatches, r.funderMatches,
           r.awardMatches FROM relatedWorks r JOIN plans p ON p.id = r.planId
           JOIN workVersions v ON v.id = r.workVersionId JOIN works k ON k.id = v.workId ORDER BY 1, 3, 4"""


def call(*words, cwd=None, env=None):
    return subprocess.run([PROGRAM, *map(str, words)], cwd=cwd, env=env, text=True, capture_output=True,
                          timeout=600, check=False)


def manifest_of(bucket, stage):
    return json.loads((bucket / stage.format(RUN) / "manifest.json").read_text())


def rows_of(bucket, stage):
    """Rows of the Parquet files of a stage, sorted, by the table they are of."""
    tables = {}
    for file in manifest_of(bucket, stage)["files"]:
        if file["path"].endswith(".parquet"):
            parts = [part for part in pathlib.PurePath(file["path"]).parts if not part.startswith("r0")]
            table = "/".join(parts).removesuffix(".parquet").rstrip("0123456789_")
            tables.setdefault(table, []).append(bucket / stage.format(RUN) / file["path"])
    rows = {}
    for table, files in tables.items():
        printed = call("cat", *files)
        assert printed.returncode == 0, printed.stderr
        rows[table] = sorted(printed.stdout.splitlines())
    return rows


def links_of(file):
    connection = sqlite3.connect(file)
    try:
        return connection.execute(LINKS).fetchall()
    finally:
        connection.close()


def matches_of(bucket, run=RUN):
    lines = []
    for file in manifest_of(bucket, "dmp-works-search/" + run)["files"]:
        if "matches_" in file["path"]:
            with gzip.open(bucket / "dmp-works-search" / run / file["path"], "rt", encoding="utf-8") as text:
                lines += text.read().splitlines()
    return lines


class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_guide_"))
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        world = cls.root / "world"
        made = call("synth", "--out-dir", world, "--works", 400, "--dmps", 20, "--files", 3, "--run-id", RUN)
        assert made.returncode == 0, made.stderr
        cls.environment = {"PATH": os.environ["PATH"], "TMPDIR": str(cls.root), **SECRETS}
        cls.by_run_bucket = cls.root / "by_run"
        cls.run_into(cls.by_run_bucket)
        place = cls.root / "sources"
        place.mkdir()
        sources.lay_out(world, RUN, place)
        cls.http = sources.FileServer({name: place / name for name in ("ror.zip", "corpus.zip")})
        cls.addClassCleanup(cls.http.close)
        export = world / "dmps" / RUN / "download"
        if ON_S3:
            cls.use_s3(place, export)
        else:
            cls.use_folder(place, export)
        cls.http.keys = {"access_key_id": cls.s3.key, "secret_access_key": cls.s3.secret, "session_token": SESSION_TOKEN}
        cls.log = ""
        # A folder has a place for the database of its own.
        cls.database = cls.root / "works.db" if ON_S3 else cls.bucket / "dmpworks.db"
        for command in GUIDE:
            done = cls.submit(command)
            assert done.returncode == 0, f"{command}: {done.stderr}\n{cls.logs()}"
            cls.log += done.stdout + done.stderr

    @classmethod
    def run_into(cls, folder):
        """The whole chain of `run`, with results in every form."""
        line = ["run", "--out-dir", folder, "--run-id", RUN, "--quiet", "--format", "jsonl,csv,parquet,html"]
        for dataset in ("openalex-works", "crossref-metadata", "datacite", "ror", "data-citation-corpus", "dmps"):
            line += ["--" + dataset, cls.root / "world" / dataset.replace("-", "_") / RUN / "download"]
        done = call(*line, env=cls.environment)
        assert done.returncode == 0, done.stderr

    @classmethod
    def use_folder(cls, place, export):
        cls.bucket = cls.root / "bucket"
        shutil.copytree(export, cls.bucket / "dmps" / RUN / "download")
        server = source_server.SourceServer(S3PROXY)
        cls.addClassCleanup(server.close)
        for folder, name in BUCKETS.items():
            server.offer(place / folder, name, public=folder == "openalex")
        cls.s3, cls.watch = server.s3, server.watch
        cls.environment |= server.environment
        sources.write_settings(cls.root, sources.settings(RUN, place, cls.http.url, "./bucket", BUCKETS))

    @classmethod
    def use_s3(cls, place, export):
        s3 = sources.S3(os.environ)
        for folder, name in BUCKETS.items():
            s3.make_bucket(name, public=folder == "openalex")
            s3.upload_tree(place / folder, name)
        s3.make_bucket("guide-project")
        cls.s3, cls.watch = s3, source_server.Watch(os.environ["AWS_ENDPOINT_URL_S3"])
        cls.addClassCleanup(cls.watch.close)
        for file in export.iterdir():
            cls.put(f"dmps/{RUN}/download/{file.name}", file.read_bytes())
        cls.bucket = pathlib.Path(os.environ["DMPWORKS_TEST_S3_ROOT"]) / "guide-project"
        cls.environment |= {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        cls.environment["AWS_ENDPOINT_URL_S3"] = cls.watch.url
        sources.write_settings(cls.root, sources.settings(RUN, place, cls.http.url, "guide-project", BUCKETS))

    @classmethod
    def put(cls, key, content):
        """Uploads by hand."""
        if ON_S3:
            cls.s3.request("PUT", f"guide-project/{key}", content)
            return
        (cls.bucket / key).parent.mkdir(parents=True, exist_ok=True)
        (cls.bucket / key).write_bytes(content)

    @classmethod
    def submit(cls, command, *words, env=None):
        if command == "process-dmps" and ON_S3 and "--database" not in words:
            words = (*words, "--database", "sqlite:works.db")
        return call("batch-submit", command, "--scratch-dir", "scratch", *words, cwd=cls.root,
                    env=cls.environment | (env or {}))

    @classmethod
    def logs(cls):
        return "\n".join(file.read_text(errors="replace") for folder in (cls.bucket, cls.root / "scratch")
                         for file in sorted(folder.rglob("jobs/**/*.log")))

    def test_publishes_every_stage(self):
        for stage in STAGES:
            with self.subTest(stage):
                manifest = manifest_of(self.bucket, stage)
                self.assertTrue(manifest["files"])
                for file in manifest["files"]:
                    size = (self.bucket / stage.format(RUN) / file["path"]).stat().st_size
                    self.assertEqual(size, file["bytes"], file["path"])

    def test_the_manifest_of_the_works_index_names_all_that_is_there(self):
        stage = self.bucket / "sqlmesh" / RUN
        there = {str(file.relative_to(stage)) for file in stage.rglob("*") if file.is_file()}
        listed = {file["path"] for file in manifest_of(self.bucket, "sqlmesh/{}")["files"]}
        self.assertEqual(there, listed | {"manifest.json"})

    def test_gives_the_rows_of_run(self):
        self.maxDiff = 2000
        for stage in TABLES:
            want, got = rows_of(self.by_run_bucket, stage), rows_of(self.bucket, stage)
            self.assertEqual(sorted(want), sorted(got), stage)
            for table, rows in want.items():
                with self.subTest(stage=stage, table=table):
                    self.assertEqual(rows, got[table])

    def test_gives_the_matches_of_run(self):
        self.maxDiff = 2000
        want = matches_of(self.by_run_bucket)
        self.assertGreater(sum(len(json.loads(line)["works"]) for line in want), 30)
        self.assertEqual(want, matches_of(self.bucket))

    def test_merges_the_matches_of_run(self):
        file = self.root / "by_run.db"
        done = call("dmsp", "related-works", "merge", self.by_run_bucket / "dmp-works-search" / RUN, "--database",
                    f"sqlite:{file}")
        self.assertEqual(done.returncode, 0, done.stderr)
        want = links_of(file)
        self.assertGreater(len(want), 30)
        self.assertEqual(len(want), sum(len(json.loads(line)["works"]) for line in matches_of(self.by_run_bucket)))
        self.assertTrue(all(row[1] for row in want))  # titles of the plans
        self.assertEqual(want, links_of(self.database))
        report = json.loads((self.bucket / f"merge-related-works/{RUN}/merge_report.json").read_text())
        self.assertEqual(report["links"], {"inserted": len(want), "updated": 0, "deleted": 0})
        self.assertEqual((report["failed"], report["skippedNoPlan"]), (0, 0))

    def test_loads_works_that_people_know(self):
        file, run = self.root / "people.db", self.by_run_bucket / "dmp-works-search" / RUN
        where = ("--database", f"sqlite:{file}")
        self.assertEqual(call("dmsp", "related-works", "merge", run, *where).returncode, 0)
        links = links_of(file)
        plan, work, other = links[0][0], links[0][2], next(row for row in links if row[0] != links[0][0])
        decided = call("dmsp", "related-works", "set-status", other[0], other[2], "REJECTED", "--by", "ada", *where)
        self.assertEqual(decided.returncode, 0, decided.stderr)
        listed = self.root / "list.csv"
        listed.write_text(f"plan_id,dmp_doi,work_doi\n,{plan},https://doi.org/{work.upper()}\n,{plan},{work}\n"
                          f",{other[0]},{other[2]}\n,10.48321/none,{work}\nx,,{work}\n,{plan},no doi\n"
                          f",{plan},10.5555/not-in-the-index\n")
        words = ("dmsp", "related-works", "load-ground-truth", listed, "--works-path",
                 self.by_run_bucket / "sqlmesh" / RUN, *where)
        done = call(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "rows 7\nloaded 1\nrepeated 1\npassed by 5\nlinks inserted 0\nlinks updated 1\n")
        for line, why in ((4, "is REJECTED"), (5, "no such plan"), (6, "no such plan"), (7, "no DOI of a work"),
                          (8, "is not in the works index")):
            self.assertRegex(done.stderr, f"list.csv: line {line}: .*{why}")
        self.assertEqual([row[15] for row in links_of(file) if row[15] != "PENDING"].count("ACCEPTED"), 1)
        done = call(*words, "--override-rejected")
        self.assertIn("loaded 2\n", done.stdout)
        self.assertEqual([row[15] for row in links_of(file) if row[15] != "PENDING"], ["ACCEPTED"] * 2)

    def test_p95_searches_a_subset_of_the_dmps(self):
        run, meta, export = "2026-02-01", self.root / "world/meta", self.root / "world/dmps" / RUN / "download"
        for file in export.iterdir():
            self.put(f"dmps/{run}/download/{file.name}", file.read_bytes())
        words = ("process-dmps", "--dmps-run-id", run, "--process-works-run-id", RUN, "--dmp-subset.enable",
                 "--dmp-subset.dois-s3-path", "meta/dmp_dois.json", "--database", "sqlite:subset.db")
        absent = self.submit(*words)
        self.assertEqual(absent.returncode, 1, absent.stderr)
        self.assertFalse((self.bucket / "dmp-works-search" / run).exists())
        self.put("meta/dmp_dois.json", (meta / "dmp_dois.json").read_bytes())
        done = self.submit(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = set(json.loads((meta / "dmp_dois.json").read_text()))
        found = {json.loads(line)["dmpDoi"] for line in matches_of(self.bucket, run)}
        self.assertEqual(found, listed)

    # Source: cli.md 1.1: a job is told all by its command, as a container is.
    def test_the_line_of_a_chain_wins_over_what_its_jobs_could_read(self):
        run, export = "2026-02-02", self.root / "world/dmps" / RUN / "download"
        for file in export.iterdir():
            self.put(f"dmps/{run}/download/{file.name}", file.read_bytes())
        local = self.root / ".env.local"
        local.write_text("DMP_WORKS_SEARCH_MAX_RESULTS=2\n")
        self.addCleanup(local.unlink)
        env = {"DMP_WORKS_SEARCH_MAX_RESULTS": "1", "DMP_SUBSET_ENABLE": "true",
               "DMP_SUBSET_DOIS_S3_PATH": "meta/dmp_dois.json", "DMPWORKS_MAX_REJECT_RATIO": "0"}
        done = self.submit("process-dmps", "--dmps-run-id", run, "--process-works-run-id", RUN,
                           "--dmp-subset.no-enable", "--dmp-works-search-config.max-results=100",
                           "--max-reject-ratio=0.001", "--database", "sqlite:line.db", env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        works = [[len(json.loads(line)["works"]) for line in matches_of(self.bucket, of)] for of in (RUN, run)]
        self.assertEqual(*works)
        self.assertGreater(max(works[0]), 2)

    def test_takes_every_file_of_the_sources(self):
        tree = self.root / "sources"
        for stage, source in (("openalex_works/{}/download", tree / "openalex/data/works"),
                              ("datacite/{}/download", tree / "datacite/dois")):
            folder = self.bucket / stage.format(RUN)
            for file in manifest_of(self.bucket, stage)["files"]:
                self.assertEqual((folder / file["path"]).read_bytes(), (source / file["path"]).read_bytes())

    # Source: jobs.md 6.1.
    def test_asks_each_source_as_it_wants_to_be_asked(self):
        for source, bucket in BUCKETS.items():
            requests = self.watch.asked[bucket]
            self.assertGreater(len(requests), 1)
            for headers in requests:
                self.assertEqual("authorization" in headers, source != "openalex")
                self.assertEqual(headers.get("x-amz-request-payer"), "requester" if source == "crossref" else None)
                self.assertEqual(headers.get("x-amz-security-token"),
                                 SESSION_TOKEN or None if source == "datacite" else None)

    def test_the_sources_refuse_wrong_keys_and_none(self):
        server = f"http://{self.s3.endpoint}"  # not by the way that is watched
        wrong = sources.S3({"AWS_ENDPOINT_URL_S3": server, "AWS_ACCESS_KEY_ID": self.s3.key,
                            "AWS_SECRET_ACCESS_KEY": "wrong", "AWS_REGION": self.s3.region})
        for source in ("crossref", "datacite"):
            with self.assertRaisesRegex(OSError, "HTTP 403: .*SignatureDoesNotMatch"):
                wrong.request("GET", BUCKETS[source], query="list-type=2")
            with self.assertRaisesRegex(OSError, "HTTP Error 403"):
                urllib.request.urlopen(f"{server}/{BUCKETS[source]}?list-type=2", timeout=60)

    def test_p119_keeps_no_scratch(self):
        left = [path for path in (self.root / "scratch").rglob("*") if path.is_file() and path.suffix != ".log"]
        self.assertEqual(left, [])

    def test_p117_p133_shows_no_secret_anywhere(self):
        secrets = list(SECRETS.values())[1:] + [self.environment["AWS_SECRET_ACCESS_KEY"], SESSION_TOKEN or "s3cret"]
        said = [self.log, self.logs(), self.begin_a_download("datacite", "dois/updated_2099-01/part_0000.jsonl.gz"),
                self.begin_a_download("crossref-metadata", "bad.tar", "--file-name", "bad.tar")]
        for text in said:
            for secret in secrets:
                self.assertNotIn(secret, text)
        places = [self.bucket, self.by_run_bucket, self.root / "scratch", self.database]
        forms = {file.suffix for place in places for file in (place.rglob("*") if place.is_dir() else [place])}
        self.assertLessEqual({".json", ".jsonl", ".gz", ".parquet", ".csv", ".html", ".db", ".log"}, forms)
        self.assertEqual(written_files.holding(secrets, PROGRAM, *places), [])

    def begin_a_download(self, command, key, *words):
        """Downloads to another run, with an object in the source that is refused: what the job says of it. The notes
        of the download stay."""
        dataset, run = command.replace("-", "_"), "2026-03-01"
        bucket = BUCKETS["crossref" if command == "crossref-metadata" else command]
        tar = next((self.root / "sources/crossref").glob("*.tar")).read_bytes()
        self.s3.request("PUT", f"{bucket}/{key}", tar[:len(tar) // 2] if key.endswith(".tar") else b"no gzip")
        done = self.submit(command, "--run-id", run, *words)
        self.s3.request("DELETE", f"{bucket}/{key}")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertFalse((self.bucket / dataset / run / "download/manifest.json").exists())
        notes = list((self.bucket / dataset / run / "download").glob("_progress*.jsonl"))
        self.assertGreater(sum(note.stat().st_size for note in notes), 100)
        return done.stdout + done.stderr

    # That the search for secrets finds one in each of the forms.
    def test_a_secret_in_a_match_would_be_found_in_every_form(self):
        planted, search = self.root / "planted", "dmp-works-search/" + RUN
        shutil.copytree(self.by_run_bucket, planted)
        self.addCleanup(shutil.rmtree, planted)
        manifest = json.loads((planted / search / "manifest.json").read_text())
        for file in manifest["files"]:
            if not file["path"].endswith(".jsonl.gz"):
                continue
            plans = [json.loads(line) for line in gzip.decompress((planted / search / file["path"]).read_bytes()).splitlines()]
            for plan in plans:
                for match in plan["works"]:
                    match["work"]["title"] = SECRETS["MYSQL_PWD"]
            content = gzip.compress("".join(json.dumps(plan) + "\n" for plan in plans).encode())
            (planted / search / file["path"]).write_bytes(content)
            file |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        (planted / search / "manifest.json").write_text(json.dumps(manifest))
        self.run_into(planted)  # only the results are not up to date
        merged = call("dmsp", "related-works", "merge", planted / search, "--database", f"sqlite:{planted / 'works.db'}")
        self.assertEqual(merged.returncode, 0, merged.stderr)
        found = written_files.holding([SECRETS["MYSQL_PWD"]], PROGRAM, planted)
        results = {file.suffix for file in found if file.is_relative_to(planted / "results")}
        self.assertEqual(results, {".gz", ".csv", ".parquet", ".html"}, found)
        self.assertLessEqual({planted / "works.db", planted / search / "matches/matches_0000.jsonl.gz"}, set(found))

    def test_z_p127_does_nothing_the_second_time(self):
        before = self.http.sent | {"credentials": 0}  # to look what there is takes keys
        for command in GUIDE[:-1]:
            with self.subTest(command):
                done = self.submit(command)
                self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(before, self.http.sent | {"credentials": 0})
        again = [log for folder in (self.bucket, self.root / "scratch")
                 for log in sorted(folder.rglob("jobs/sqlmesh*/*.log")) + sorted(folder.rglob("jobs/process-works*/*.log"))]
        self.assertIn("up to date", again[-1].read_text())


unittest.main()
