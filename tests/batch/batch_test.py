#!/usr/bin/env python3
"""What `dmpworks batch-submit` prints and refuses; no job of weight is run.

usage: batch_test.py PROGRAM [unittest arguments]
"""
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / ".env.aws-batch.example"
COMMANDS = {
    "ror": ["download", "transform"],
    "openalex-works": ["download", "transform"],
    "crossref-metadata": ["download", "transform"],
    "datacite": ["download", "transform"],
    "data-citation-corpus": ["download"],
    "dmps": ["transform"],
    "process-works": ["sqlmesh-transform"],
    "process-dmps": ["sync-dmps", "enrich-dmps", "dmp-works-search", "merge-related-works"],
}
SECRETS = {"MYSQL_PWD": "s3cret-mysql", "OPENSEARCH_PASSWORD": "s3cret-opensearch",
           "DATACITE_PASSWORD": "s3cret-datacite", "AWS_SECRET_ACCESS_KEY": "s3cret-aws"}


class Batch(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = pathlib.Path(temporary.name)

    def call(self, *words, env=None, columns=None):
        environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self.dir)} | (env or {})
        if columns:
            environment["COLUMNS"] = str(columns)
        return subprocess.run([PROGRAM, *map(str, words)], cwd=self.dir, env=environment, text=True,
                              capture_output=True, timeout=300, check=False)

    def submit(self, *words, **options):
        return self.call("batch-submit", *words, **options)

    def use_example(self, **changes):
        text = EXAMPLE.read_text(encoding="utf-8").replace("md5:…", "md5:" + "0" * 32)
        text += "".join(f"{name}={value}\n" for name, value in changes.items())
        (self.dir / ".env.aws-batch").write_text(text, encoding="utf-8")

    def chain(self, command, *words, **options):
        done = self.submit(command, "--dry-run", "--json", *words, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refused(self, *words, says, **options):
        done = self.submit(*words, **options)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)

    def test_p110_help_of_ror_is_the_box_of_the_guide(self):
        done = self.submit("ror", "--help", columns=117)
        want = (HERE / "ror_help.txt").read_text(encoding="utf-8")
        self.assertEqual(done.stdout[:len(want)], want)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(all(len(line) == 117 for line in done.stdout.splitlines()[2:]))

    def test_p100_the_example_file_submits_every_command(self):
        self.use_example()
        for command, tasks in COMMANDS.items():
            with self.subTest(command):
                chain = self.chain(command)
                self.assertEqual([job["task"] for job in chain["jobs"]], tasks)
                self.assertEqual(chain["bucket"], "bucket-name")
                self.assertTrue(all(job["jobId"] is None for job in chain["jobs"]))
                self.assertTrue(all(job["timeoutSeconds"] >= 60 for job in chain["jobs"]))

    # Source: spec jobs.md 7. Issue 7.
    def test_the_example_file_has_each_variable_under_a_comment_of_its_own(self):
        names = """ENV BUCKET_NAME #AWS_REGION #OPENSEARCH_HOST #OPENSEARCH_REGION #OPENSEARCH_MODE #OPENSEARCH_PORT
            #OPENSEARCH_SERVICE #OPENSEARCH_WORKS_INDEX_NAME #OPENSEARCH_DMPS_INDEX_NAME DATASET_SUBSET_ENABLE
            DATASET_SUBSET_INSTITUTIONS_S3_PATH DATASET_SUBSET_DOIS_S3_PATH DMP_SUBSET_ENABLE
            DMP_SUBSET_INSTITUTIONS_S3_PATH DMP_SUBSET_DOIS_S3_PATH ROR_RUN_ID ROR_DOWNLOAD_URL ROR_HASH ROR_FILE_NAME
            DATA_CITATION_CORPUS_RUN_ID DATA_CITATION_CORPUS_DOWNLOAD_URL DATA_CITATION_CORPUS_HASH
            CROSSREF_METADATA_BUCKET_NAME CROSSREF_METADATA_RUN_ID CROSSREF_METADATA_FILE_NAME DATACITE_BUCKET_NAME
            DATACITE_RUN_ID OPENALEX_BUCKET_NAME OPENALEX_WORKS_RUN_ID #PREV_PROCESS_WORKS_RUN_ID PROCESS_WORKS_RUN_ID
            #PROCESS_WORKS_RELEASE_DATE #SQLMESH_DUCKDB_THREADS #SQLMESH_DUCKDB_MEMORY_LIMIT #SYNC_MAX_PROCESSES
            #SYNC_CHUNK_SIZE #SYNC_MAX_RETRIES DMPS_RUN_ID #DMPS_SOURCE #ROR_START_JOB #DATA_CITATION_CORPUS_START_JOB
            #OPENALEX_WORKS_START_JOB #CROSSREF_METADATA_START_JOB #DATACITE_START_JOB #DMPS_START_JOB
            #PROCESS_WORKS_START_JOB #PROCESS_DMPS_START_JOB #DMPWORKS_EXECUTOR #DMPWORKS_WORKS_INDEX_RANGES
            #DMPWORKS_SEARCH_SHARDS #DMPWORKS_JOB_QUEUE #DMPWORKS_JOB_DEFINITION #DMPWORKS_DATABASE_JOB_DEFINITION
            #DMPWORKS_DATACITE_JOB_DEFINITION""".split()
        lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
        found = [number for number, line in enumerate(lines) if re.match(r"#?[A-Z0-9_]+=", line)]
        self.assertEqual([lines[number].partition("=")[0] for number in found], names)
        for number in found:
            self.assertRegex(lines[number - 1], "^# ")

    def test_p100_the_local_example_file_is_read_without_a_problem(self):
        example = HERE.parent.parent / ".env.local.example"
        (self.dir / ".env.local").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
        done = self.call("cat", "absent.parquet")
        self.assertIn("absent.parquet", done.stderr)
        self.assertNotIn(".env.local", done.stderr)

    def test_the_infrastructure_has_the_names_that_are_submitted_to(self):
        self.use_example()
        template = (HERE.parent.parent / "infra/batch.yaml").read_text(encoding="utf-8")
        names = {job[part].replace("-dev-", "-${EnvironmentName}-")
                 for command in COMMANDS for job in self.chain(command)["jobs"] for part in ("queue", "definition")}
        self.assertEqual(len(names), 4)
        for name in names:
            self.assertIn(f"!Sub {name}\n", template)

    def test_the_image_runs_a_command_as_it_stands(self):
        for line in (HERE.parent.parent / "Dockerfile.aws").read_text(encoding="utf-8").splitlines():
            self.assertFalse(line.startswith("ENTRYPOINT"), line)

    def test_p99_every_command_that_is_sent_is_one_the_program_knows(self):
        self.use_example()
        for command in COMMANDS:
            for job in self.chain(command)["jobs"]:
                with self.subTest(job["name"]):
                    words = job["command"]
                    self.assertEqual(words[:2], ["dmpworks", "aws-batch"])
                    self.assertNotIn("None", " ".join(words))
                    self.assertNotIn("null", " ".join(words))
                    done = self.call(*words[1:], "--unknown-option",
                                     env={"DATACITE_ACCOUNT_ID": "me", "DATACITE_PASSWORD": "s3cret"})
                    self.assertEqual(done.returncode, 2)
                    problems = [line for line in done.stderr.splitlines() if "hint:" not in line]
                    self.assertEqual(len(problems), 1, done.stderr)
                    self.assertIn("unknown option --unknown-option", problems[0])

    def test_jobs_are_those_of_the_catalogue(self):
        self.use_example()
        download, transform = self.chain("openalex-works", "--config.batch-size", "7")["jobs"]
        self.assertEqual(download["command"], [
            "dmpworks", "aws-batch", "openalex-works", "download", "--bucket-name=bucket-name",
            "--run-id=2026-02-03", "--openalex-bucket-name=openalex"])
        self.assertEqual((download["vcpu"], download["memoryMib"]), (32, 58368))
        self.assertEqual(transform["dependsOn"], ["openalex-works-download-2026-02-03"])
        self.assertEqual(transform["command"][-1], "--batch-size=7")
        self.assertEqual(transform["queue"], "dmp-tool-dev-batch-job-queue")
        plan = self.chain("process-works", "--prev-run-id", "INITIAL")["jobs"][0]
        self.assertEqual(plan["command"][4:], [
            "--bucket-name=bucket-name", "--prev-run-id=INITIAL", "--run-id=2026-02-04",
            "--release-dates.openalex-works=2026-02-03", "--release-dates.datacite=2026-02-01",
            "--release-dates.crossref-metadata=2025-04-01", "--release-dates.ror=2026-01-29",
            "--release-dates.data-citation-corpus=2025-08-15"])

    def test_ranges_make_an_array_between_two_jobs(self):
        self.use_example()
        prepare, ranges, finish = self.chain("process-works", "--works-index-ranges", 3)["jobs"]
        self.assertEqual([job["name"] for job in (prepare, ranges, finish)],
                         ["sqlmesh-transform-prepare-2026-02-04", "sqlmesh-transform-2026-02-04",
                          "sqlmesh-transform-finish-2026-02-04"])
        self.assertEqual([job["arraySize"] for job in (prepare, ranges, finish)], [1, 3, 1])
        self.assertEqual([job["dependsOn"] for job in (prepare, ranges, finish)], [[], [prepare["name"]], [ranges["name"]]])
        for job, phase in ((prepare, "prepare"), (ranges, "range"), (finish, "finish")):
            self.assertEqual(job["task"], "sqlmesh-transform")
            self.assertEqual(job["command"][2:4] + job["command"][-2:],
                             ["sqlmesh", "plan", "--ranges=3", f"--phase={phase}"])
            self.assertEqual((job["vcpu"], job["memoryMib"]), (32, 250880))
        shown = self.submit("process-works", "--dry-run", "--works-index-ranges", 3).stdout
        self.assertEqual(shown.count("  array       3 members\n"), 1)

    def test_shards_make_an_array_before_one_job(self):
        self.use_example(DMPWORKS_SEARCH_SHARDS=4)
        shards, finish, merge = self.chain("process-dmps", "--start-job", "dmp-works-search", "--database",
                                           "sqlite:w.db", "--executor", "local")["jobs"]
        self.assertEqual([(job["name"], job["arraySize"]) for job in (shards, finish)],
                         [("dmp-works-search-2026-02-04", 4), ("dmp-works-search-finish-2026-02-04", 1)])
        self.assertEqual([job["dependsOn"] for job in (shards, finish, merge)], [[], [shards["name"]], [finish["name"]]])
        for job, phase in ((shards, "shard"), (finish, "finish")):
            self.assertEqual((job["task"], job["command"][-1]), ("dmp-works-search", f"--phase={phase}"))
            self.assertIn("--shards=4", job["command"])
        self.refused("process-dmps", "--dry-run", "--search-shards", "1001", says=["--search-shards"])

    def test_one_range_is_a_plain_job(self):
        self.use_example()
        for words, sent in ((("--works-index-ranges", 1), ["--ranges=1"]), (("--works-index-ranges", "auto"), [])):
            (job,) = self.chain("process-works", *words)["jobs"]
            self.assertEqual((job["name"], job["arraySize"]), ("sqlmesh-transform-2026-02-04", 1))
            self.assertEqual([word for word in job["command"] if "range" in word or "phase" in word], sent)

    def test_the_merge_alone_is_told_its_database(self):
        self.use_example(DMPWORKS_EXECUTOR="local", MERGE_RELATED_WORKS_MAX_FAILED=3)
        *others, merge = self.chain("process-dmps", "--database", "sqlite:w.db", "--allow-mass-delete",
                                    env={"MYSQL_HOST": "db.example"} | SECRETS)["jobs"]
        self.assertEqual(merge["command"][4:], ["--bucket-name=bucket-name", "--run-id=2026-02-04",
                                                "--database=sqlite:w.db", "--allow-mass-delete=true",
                                                "--merge-config.max-failed=3"])
        for job in others:
            self.assertNotIn("database", " ".join(job["command"]))

    def test_a_folder_has_a_place_for_its_database(self):
        self.use_example(DMPWORKS_EXECUTOR="local", BUCKET_NAME="./bucket")
        self.assertEqual(self.chain("process-dmps")["jobs"][-1]["command"][4:],
                         ["--bucket-name=./bucket", "--run-id=2026-02-04"])
        self.refused("process-dmps", "--dry-run", "--database", "mysql", says=["no MySQL client", "hint: sqlite:FILE"])

    def test_a_later_first_job_leaves_out_what_comes_before(self):
        self.use_example()
        chain = self.chain("process-dmps", "--start-job", "dmp-works-search")
        self.assertEqual([job["task"] for job in chain["jobs"]],
                         ["dmp-works-search", "merge-related-works"])
        self.assertEqual(chain["jobs"][0]["dependsOn"], [])

    def test_p96_the_shell_wins_over_the_file(self):
        self.use_example(ENV="dev")
        self.assertEqual(self.chain("ror", env={"ENV": "prod"})["env"], "prod")

    def test_p101_all_missing_values_are_named_at_once(self):
        self.refused("ror", says=["--env is required (or set ENV)",
                                  "--run-id is required (or set ROR_RUN_ID)",
                                  "--hash is required (or set ROR_HASH)"])

    def test_names_of_a_later_program_are_said_not_to_be_read(self):
        late = {"AWS_ENV": "dev", "RUN_ID_ROR": "2026-01-01"}
        says = [f"dmpworks batch-submit ror: {line}" if line.startswith("--") else line for line in (
            "--env is required (or set ENV)", "hint: AWS_ENV is not read; set ENV",
            "--run-id is required (or set ROR_RUN_ID)", "hint: RUN_ID_ROR is not read; set ROR_RUN_ID")]
        self.assertEqual(self.submit("ror", env=late).stderr.splitlines()[:4], says)
        self.assertNotIn("is not read", self.submit("ror", env=late | {"ENV": "dev", "ROR_RUN_ID": "1"}).stderr)

    def test_a_bad_value_names_where_it_came_from(self):
        self.use_example(ENV="qa")
        self.refused("dmps", says=['"qa" is not one of dev, stage, prod (from ENV in .env.aws-batch)'])

    def test_wrong_settings_are_refused_before_any_request(self):
        self.use_example()
        cases = [
            (("ror", "--hash", "md5:12"), "is not a digest"),
            (("ror", "--download-url", "ftp://x"), "is not a URL"),
            (("ror", "--download-url", "https://me:pass@a.example/b.zip"), "holds a secret (a user or password)"),
            (("ror", "--download-url", "https://a.example/b.zip?Token=x", "--executor", "local", "--bucket-name",
              "./b"), "holds a secret (parameter token)"),
            (("ror", "--bucket-name", "Bad_Bucket"), "neither a bucket"),
            (("ror", "--bucket-name", "./folder"), "a folder needs --executor local"),
            (("process-works", "--start-job", "sync-works"), "sync-works is not part of the sequence: no OpenSearch host is configured"),
            (("process-works", "--run-id", "spring"), "--release-date is required"),
            (("ror", "--size", "transform"), "is not TASK=VCPU:MIB"),
            (("ror", "--size", "transfrom=1:2048"), "\"transfrom\" is no task"),
            (("ror", "--size", "transform=1:2048,transform=2:2048"), "transform is given twice"),
        ]
        for words, text in cases:
            with self.subTest(words):
                self.refused(*words, says=[text])

    def test_p98_a_subset_that_is_not_enabled_is_no_first_job(self):
        self.use_example()
        for command in ("openalex-works", "crossref-metadata", "datacite"):
            for task in ("dataset-subset", "subset"):
                self.refused(command, "--start-job", task, says=["DATASET_SUBSET_ENABLE=true"])

    def test_p113_a_run_id_that_is_none_is_refused_by_every_command(self):
        self.use_example()
        for command in COMMANDS:
            name = {"process-dmps": "--dmps-run-id"}.get(command, "--run-id")
            self.refused(command, name, "2026.02:04", says=['"2026.02:04" is not a run id'])

    def test_p103_what_is_no_integer_is_refused_by_value_and_option(self):
        self.use_example()
        for value in ("10.6", "1e3", "abc"):
            for name in ("--threads", "--works-index-ranges"):
                self.refused("process-works", name, value, says=[f'{name}: "{value}"'])

    def test_p104_an_ignored_option_gives_one_warning(self):
        self.use_example()
        done = self.submit("openalex-works", "--dry-run", "--max-file-processes", "4")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("--max-file-processes is accepted for compatibility"), 1)

    def test_p117_no_secret_stands_in_any_document(self):
        self.use_example(**SECRETS)
        for command in COMMANDS:
            done = self.submit(command, "--dry-run", "--json", "--log-level", "DEBUG")
            self.assertNotIn("s3cret", done.stdout + done.stderr)

    def test_p133_a_secret_in_the_file_stays_here_and_that_is_said(self):
        self.use_example(**SECRETS)
        for words, warned in ((("--executor", "aws"), True), (("--executor", "local", "--bucket-name", "./b"), False)):
            done = self.submit("process-dmps", "--dry-run", "--log-level", "DEBUG", *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            for name in SECRETS:
                self.assertEqual(f"{name} in the env file is not sent with a job" in done.stderr, warned)
            self.assertNotIn("s3cret", done.stdout + done.stderr)

    def test_debug_says_where_every_value_came_from(self):
        self.use_example()
        done = self.submit("ror", "--dry-run", "--log-level=DEBUG", "--file-name", "a b.json.gz", "--download-url",
                           "https://zenodo.org/a.zip?download=s3cret", env={"ENV": "prod"})
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in ("--env: prod (ENV)", "--run-id: 2026-01-29 (ROR_RUN_ID in .env.aws-batch)", "--start-job: download (default)",
                     "--file-name: a b.json.gz (command line)", "--executor: aws (default)"):
            self.assertIn(line + "\n", done.stderr)
        self.assertIn("--download-url: https://", done.stderr)
        self.assertNotIn("s3cret", done.stderr)
        self.assertNotIn("--threads", done.stderr)  # not set

    def test_how_many_rejects_are_too_many_is_told_to_every_job(self):
        self.use_example()
        for job in self.chain("openalex-works", "--max-reject-ratio", "0.5")["jobs"]:
            self.assertIn("--max-reject-ratio=0.5", job["command"])
        for job in self.chain("openalex-works")["jobs"]:
            self.assertNotIn("max-reject-ratio", str(job["command"]))

    def test_p125_p127_dmps_run_from_the_hand_uploaded_export_alone(self):
        export = self.dir / "bucket/dmps/2026-02-04/download"
        export.mkdir(parents=True)
        plan = {"dmp_id": "https://doi.org/10.48321/D1TEST", "created": "2024-01-01",
                "registered": "2024-01-02", "modified": "2024-01-03", "title": "A plan",
                "description": "About things.", "project_start": "2024-01-01",
                "project_end": "2025-01-01", "institutions": [], "authors": [], "funding": []}
        with gzip.open(export / "coki-dmps_2026-02-04_1.jsonl.gz", "wt") as out:
            out.write(json.dumps(plan) + "\n")
        self.use_example()
        words = ("dmps", "--executor", "local", "--bucket-name", "./bucket",
                 "--scratch-dir", "scratch")
        done = self.submit(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^dmps-transform-2026-02-04 local-1\nchain dmps-2026-02-04-")
        stage = self.dir / "bucket/dmps/2026-02-04/transform"
        self.assertEqual(json.loads((stage / "manifest.json").read_text())["counts"]["out"], 1)
        self.assertEqual(list((self.dir / "scratch").rglob("transform.*")), [])
        done = self.submit(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        logs = sorted((self.dir / "bucket/jobs").glob("*/1-dmps-transform-2026-02-04.log"))
        self.assertIn("up to date", logs[-1].read_text())
        self.assertEqual(self.submit(*words, "--force").returncode, 0)
        (forced,) = set((self.dir / "bucket/jobs").glob("*/1-dmps-transform-2026-02-04.log")) - set(logs)
        self.assertNotIn("up to date", forced.read_text())
        self.another_machine(logs[-1], words)
        self.follow_while_it_runs(logs[-1])

    def another_machine(self, log, words):
        """A chain whose record says that it runs, and where."""
        record, chain = log.parent / "chain.json", log.parent.name
        before = record.read_text()
        running = json.loads(before) | {"host": "another.example"}
        record.write_text(json.dumps(running | {"jobs": [running["jobs"][0] | {"state": "RUNNING", "endedAt": ""}]}))
        shown = self.call("jobs", "status", chain, "--bucket-name", "./bucket")
        self.assertEqual((shown.returncode, shown.stdout.splitlines()[0]), (0, chain + " RUNNING"))
        self.assertIn("was begun on another.example", shown.stderr)
        done = self.call("jobs", "cancel", chain, "--bucket-name", "./bucket")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(f"{chain} was begun on another.example: end it there; nothing was ended", done.stderr)
        self.refused(*words, says=["was begun on another.example for this run id, and may still run there", "--force"])
        self.assertEqual(self.submit(*words, "--force").returncode, 0)
        record.write_text(before)

    def follow_while_it_runs(self, log):
        """`jobs logs --follow` beside a chain that is made to run on in this process."""
        record = log.parent / "chain.json"
        chain = json.loads(record.read_text())
        running = chain | {"pid": os.getpid(), "process": "", "jobs": [chain["jobs"][0] | {"state": "RUNNING", "endedAt": ""}]}
        record.write_text(json.dumps(running))
        log.write_text("first\nsecond\nhalf a li")
        reader = subprocess.Popen([PROGRAM, "jobs", "logs", log.parent.name, "--follow", "--tail", "1",
                                   "--bucket-name", "./bucket"], cwd=self.dir, stdout=subprocess.PIPE, text=True)
        head, line = reader.stdout.readline(), reader.stdout.readline()
        self.assertEqual((head, line), (f"== jobs/{log.parent.name}/{log.name}\n", "second\n"))
        with log.open("a") as out:
            out.write("ne\nlast, without an end")
        self.assertEqual(reader.stdout.readline(), "half a line\n")
        record.write_text(json.dumps(chain))
        self.assertEqual(reader.communicate(timeout=60)[0], "last, without an end\n")
        self.assertEqual(reader.returncode, 0)

    def test_an_enabled_subset_is_a_job_of_its_own(self):
        self.use_example(DATASET_SUBSET_ENABLE="true")
        _, subset, transform = self.chain("crossref-metadata")["jobs"]
        self.assertEqual(subset["name"], "crossref-metadata-dataset-subset-2025-04-01")
        self.assertEqual(subset["command"], [
            "dmpworks", "aws-batch", "crossref-metadata", "dataset-subset", "--bucket-name=bucket-name",
            "--run-id=2025-04-01", "--dataset-subset.enable=true",
            "--dataset-subset.institutions-s3-path=meta/institutions.json",
            "--dataset-subset.dois-s3-path=meta/work_dois.json"])
        self.assertEqual((subset["timeoutSeconds"], transform["dependsOn"]), (6 * 3600, [subset["name"]]))
        self.assertIn("--use-subset=true", transform["command"])
        done = self.call(*subset["command"][1:], "--unknown-option")  # P99
        self.assertEqual(done.stderr.count("unknown option"), 1, done.stderr)
        self.assertNotIn("unknown command", done.stderr)

    def test_p41_a_subset_without_a_list_is_refused(self):
        values = {"ENV": "dev", "DATACITE_RUN_ID": "2026-02-01", "BUCKET_NAME": "bucket-name",
                  "DATACITE_BUCKET_NAME": "datacite", "DATASET_SUBSET_ENABLE": "true"}
        self.refused("datacite", env=values, says=["dataset-subset.dois-s3-path is required"])
        for switch in ((), ("--dataset-subset.enable=false",), ("--dataset-subset.enable",)):
            done = self.call("aws-batch", "datacite", "subset", "./bucket", "2026-02-01", *switch)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--dataset-subset.enable", done.stderr)

    def put_datacite(self):
        """A download of three records that is finished."""
        data = self.dir / "bucket/datacite/2026-02-01"
        (data / "download/updated_2026-01").mkdir(parents=True)
        records = [{"id": "10.5555/kelp.1"}, {"id": "10.5555/alga.1"},
                   {"id": "10.5555/kelp.2", "attributes": {"creators": [
                       {"name": "Kelp, K.", "affiliation": [{"name": "UNIVERSITY of Kelp"}]}]}}]
        with gzip.open(data / "download/updated_2026-01/part_0000.jsonl.gz", "wt") as out:
            out.writelines(json.dumps(record) + "\n" for record in records)
        (data / "download/manifest.json").write_text(json.dumps({"stage": "download", "key": "k", "files": [
            {"path": "updated_2026-01/part_0000.jsonl.gz", "sha256": "",
             "bytes": (data / "download/updated_2026-01/part_0000.jsonl.gz").stat().st_size}]}))
        return data, records

    def test_a_job_reads_no_variable_and_no_file_that_its_command_does_not_say(self):
        data, _ = self.put_datacite()
        self.use_example(USE_SUBSET="true")
        (self.dir / ".env.local").write_text("USE_SUBSET=true\nDMPWORKS_STATS=job.json\n")
        done = self.submit("datacite", "--executor", "local", "--bucket-name", "./bucket", "--start-job", "transform",
                           "--scratch-dir", "scratch", env={"DMPWORKS_STATS": "chain.json", "PREV_JOB_RUN_ID": "x"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads((data / "transform/manifest.json").read_text())["counts"]["in"], 3)
        self.assertIn("batch-submit", (self.dir / "chain.json").read_text())
        self.assertFalse((self.dir / "job.json").exists())

    def test_a_subset_is_made_and_transformed(self):
        data, records = self.put_datacite()
        self.use_example(DATASET_SUBSET_ENABLE="true")
        words = ("datacite", "--executor", "local", "--bucket-name", "./bucket", "--start-job", "subset",
                 "--scratch-dir", "scratch")
        self.assertEqual(self.submit(*words).returncode, 1)  # no lists: never "no subset"
        self.assertFalse((data / "transform").exists())
        meta = self.dir / "bucket/meta"
        meta.mkdir()
        (meta / "work_dois.json").write_text('["https://doi.org/10.5555/KELP.1"]')
        (meta / "institutions.json").write_text('[{"name": "University of Kelp", "ror": null}]')
        done = self.submit(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        subset, transform = (json.loads((data / stage / "manifest.json").read_text())
                             for stage in ("subset", "transform"))
        self.assertEqual((subset["counts"]["in"], subset["counts"]["out"]), (3, 2))
        self.assertEqual((transform["counts"]["in"], transform["counts"]["out"]), (2, 2))
        self.assertTrue(subset["subset"] and transform["subset"])  # P49: thresholds of 1
        with gzip.open(data / "subset/part_000.jsonl.gz", "rt") as kept:
            self.assertEqual(kept.read(), json.dumps(records[0]) + "\n" + json.dumps(records[2]) + "\n")

    def test_a_failed_job_ends_the_chain_and_names_its_log(self):
        self.use_example()
        done = self.submit("dmps", "--executor", "local", "--bucket-name", "./bucket")
        self.assertEqual(done.returncode, 1)
        self.assertIn("dmps-transform-2026-02-04 failed with exit code 1; its log:", done.stderr)

    def test_chains_of_one_second_have_ids_and_logs_of_their_own(self):
        self.use_example()
        chains = [self.submit("dmps", "--executor", "local", "--bucket-name", "./bucket").stdout.split()[-1]
                  for _ in range(4)]
        self.assertEqual(len(set(chains)), 4, chains)
        for chain in chains:
            self.assertEqual(len(list((self.dir / "bucket/jobs" / chain).glob("*.log"))), 1)

    def test_a_first_job_whose_input_is_absent_is_refused(self):
        self.use_example()
        for task, stages in {
                "enrich-dmps": ["dmps/2026-02-04/transform"],
                "dmp-works-search": ["dmps/2026-02-04/transform", "sqlmesh/2026-02-04"],
                "merge-related-works": ["dmps/2026-02-04/transform", "dmp-works-search/2026-02-04"]}.items():
            self.refused("process-dmps", "--executor", "local", "--bucket-name", "./bucket", "--start-job", task,
                         says=[f"needs ./bucket/{stage}, which is not finished" for stage in stages])

    def test_a_works_index_that_is_searched_later_is_there(self):
        self.use_example()
        words = ("process-dmps", "--executor", "local", "--bucket-name", "./bucket", "--process-works-run-id",
                 "2099-01-01")
        says = "--process-works-run-id: ./bucket/sqlmesh/2099-01-01 is not a finished run"
        self.refused(*words, says=[says, "hint: `dmpworks batch-submit process-works` makes one"])
        self.refused(*words, "--allow-no-manifest", says=[says])
        self.assertEqual(list((self.dir / "bucket").rglob("*.log")), [])
        (self.dir / "bucket/sqlmesh/2099-01-01").mkdir(parents=True)
        (self.dir / "bucket/sqlmesh/2099-01-01/works.parquet").write_text("")
        self.assertIn("sync-dmps-2026-02-04 failed", self.submit(*words, "--allow-no-manifest").stderr)

    def test_a_search_needs_some_index_of_works(self):
        self.refused("process-dmps", "dev", "./bucket", "2026-02-04", "--executor", "local",
                     "--start-job", "dmp-works-search", says=["--process-works-run-id is required: ./bucket/sqlmesh: no finished run"])

    # Source: cli.md 5.
    def test_datacite_without_its_account_is_wrong_usage(self):
        words = ("aws-batch", "datacite", "download", "./bucket", "2026-02-01")
        for account in ({}, {"DATACITE_ACCOUNT_ID": "me"}, {"DATACITE_PASSWORD": "s3cret"}):
            done = self.call(*words, "datacite-bucket", env=account)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("DATACITE_ACCOUNT_ID and DATACITE_PASSWORD must be set", done.stderr)
        self.assertEqual(self.call(*words, "./no-datacite").returncode, 1)  # a folder needs no keys

    def test_the_error_of_a_job_is_json_where_its_log_is(self):
        done = self.call("aws-batch", "ror", "transform", "./bucket", "2026-02-01",
                         env={"DMPWORKS_LOG_FORMAT": "json"})
        self.assertEqual(done.returncode, 1)
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual(lines[-1]["level"], "error")
        self.assertRegex(lines[-1]["message"], "^dmpworks aws-batch ror transform: ")


unittest.main()
