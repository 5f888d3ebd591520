#!/usr/bin/env python3
"""Which runs a chain works with, where its DMPs come from, and settings that have no effect yet.

usage: choices_test.py PROGRAM [unittest arguments]
"""
import gzip
import json
import unittest

from fake_aws import AwsCase

RUN = "2026-02-04"
HOST = "search.us-west-2.es.amazonaws.com"


class Runs(AwsCase):
    """With an S3 bucket that the submission can ask."""

    def finish_index(self, run, release=None):
        options = {"release_date": release} if release else {}
        self.fake.objects[f"bucket-name/sqlmesh/{run}/manifest.json"] = json.dumps(
            {"stage": "x", "key": "k", "files": [], "options": options}).encode()

    def option(self, name, *words, command="process-works"):
        """Of the jobs that are submitted; and what is said."""
        self.fake.requests.clear()
        done = self.call("batch-submit", command, "--force", *words)
        sent = [word.partition("=")[2] for ask in self.submitted()
                for word in ask["containerOverrides"]["command"] if word.startswith(f"--{name}=")]
        return sent, done.stderr

    def test_the_former_run_is_the_newest_finished_one_of_an_earlier_release(self):
        self.finish("sqlmesh/2025-11-01", "sqlmesh/2025-12-01", "sqlmesh/2026-03-01", f"sqlmesh/{RUN}")
        self.fake.objects["bucket-name/sqlmesh/2026-01-01/report.json"] = b"{}"
        sent, said = self.option("prev-run-id")
        self.assertEqual(sent, ["2025-12-01"])
        self.assertIn("--prev-run-id: 2025-12-01, the newest finished run of an earlier release", said)
        self.finish_index("spring", "2026-01-15")  # its name is no day
        self.assertEqual(self.option("prev-run-id", "--works-index-ranges", "2")[0], ["spring"] * 3)
        self.assertEqual(self.option("prev-run-id", "--release-date", "2026-01-15")[0], ["2025-12-01"])
        self.assertEqual(self.option("prev-run-id", "--prev-run-id", "2025-11-01")[0], ["2025-11-01"])

    # Issue 7: the job would refuse it after hours.
    def test_a_former_run_of_a_later_release_is_refused(self):
        self.finish("sqlmesh/2026-02-05", "sqlmesh/2026-02-04")
        self.finish_index("summer", "2026-07-01")
        for words, day in ((("2026-02-05",), "2026-02-05"), (("summer",), "2026-07-01"),
                           (("2026-02-05", "--dry-run"), "2026-02-05"),
                           (("2026-02-04", "--release-date", "2026-02-03"), "2026-02-04")):
            done = self.call("batch-submit", "process-works", "--prev-run-id", *words, code=2)
            self.assertIn(f"--prev-run-id: {words[0]} is of {day}, after 2026-02-0", done.stderr)
            self.assertIn("hint: name an earlier one, or INITIAL", done.stderr)
        self.assertEqual(self.submitted(), [])
        self.option("prev-run-id", "--prev-run-id", "2026-02-04", "--release-date", "2026-02-04")

    def test_a_first_run_starts_empty_and_says_so(self):
        sent, said = self.option("prev-run-id")
        self.assertEqual(sent, ["INITIAL"])
        self.assertIn("--prev-run-id: INITIAL, s3://bucket-name has no older run", said)

    def test_the_record_of_the_chain_has_the_run(self):
        self.finish("sqlmesh/2025-12-01")
        shown = json.loads(self.call("batch-submit", "process-works", "--json").stdout)
        (record,) = self.records().values()
        for chain in (shown, record):
            self.assertIn("--prev-run-id=2025-12-01", chain["jobs"][0]["command"])

    # P58
    def test_no_former_run_is_chosen_where_none_is_good(self):
        self.fake.objects["bucket-name/sqlmesh/2026-01-01/report.json"] = b"{}"
        for words, says in (((), "sqlmesh/2026-01-01 is older and not finished"),
                            (("--prev-run-id", "2026-01-01"), "sqlmesh/2026-01-01 is not a finished run")):
            done = self.call("batch-submit", "process-works", *words, code=2)
            self.assertIn(f"--prev-run-id: s3://bucket-name/{says}", done.stderr)
            self.assertIn("INITIAL", done.stderr)
        self.assertEqual(self.submitted(), [])
        self.assertEqual(self.option("prev-run-id", "--prev-run-id", "INITIAL")[0], ["INITIAL"])

    def test_the_works_index_of_a_search_is_chosen_once(self):
        self.finish("sqlmesh/2025-12-01")
        self.finish_index("a-later-one", "2026-03-01")
        self.unset("PROCESS_WORKS_RUN_ID")
        sent, said = self.option("process-works-run-id", "--search-shards", "2", command="process-dmps")
        self.assertEqual(sent, ["a-later-one"] * 2)
        self.assertIn("--process-works-run-id: a-later-one, the newest finished run", said)
        self.finish("dmps/2026-02-04/transform")
        sent, _ = self.option("process-works-run-id", "--start-job", "dmp-works-search", command="process-dmps")
        self.assertEqual(sent, ["a-later-one"])

    def test_a_search_that_is_not_submitted_needs_no_works_index(self):
        self.unset("PROCESS_WORKS_RUN_ID")
        done = self.call("batch-submit", "process-dmps", code=2)
        self.assertIn("--process-works-run-id is required: s3://bucket-name/sqlmesh: no finished run", done.stderr)
        self.finish("dmps/2026-02-04/transform", "dmp-works-search/2026-02-04")
        self.assertEqual(self.option("process-works-run-id", "--start-job", "merge-related-works",
                                     command="process-dmps")[0], [])

    def test_a_dry_run_leaves_the_choice_to_the_submission(self):
        self.finish("sqlmesh/2025-12-01")
        self.unset("PROCESS_WORKS_RUN_ID")
        self.fake.deny = lambda method, path: self.fail(f"asked {path}")
        done = self.call("batch-submit", "process-works", "--run-id", RUN, "--dry-run")
        self.assertIn("--prev-run-id=NEWEST", done.stdout)
        self.assertIn("--prev-run-id: NEWEST stands for the newest finished run, looked up when the chain is submitted", done.stderr)
        done = self.call("batch-submit", "process-dmps", "--dry-run")
        self.assertIn("--process-works-run-id=NEWEST", done.stdout)
        self.assertIn("--process-works-run-id: NEWEST stands for the newest finished run, looked up when the chain is submitted",
                      done.stderr)

    def test_a_bucket_that_does_not_answer_is_no_empty_one(self):
        self.fake.deny = lambda method, path: 503
        done = self.call("batch-submit", "process-works", code=75)
        self.assertIn("look up the former run", done.stderr)
        self.assertEqual((done.stdout, self.submitted()), ("", []))

    def unset(self, name):
        file = self.dir / ".env.aws-batch"
        lines = file.read_text(encoding="utf-8").splitlines(True)
        file.write_text("".join(line for line in lines if not line.startswith(name + "=")), encoding="utf-8")


class Settings(AwsCase):
    """What only a later version has an effect for."""

    def warned(self, command, *words, env=None):
        self.env = {name: value for name, value in self.env.items() if name != "OPENSEARCH_PASSWORD"} | (env or {})
        done = self.call("batch-submit", command, "--dry-run", "--json", *words)
        return ([line for line in done.stderr.splitlines() if "no effect" in line],
                [job["command"] for job in json.loads(done.stdout)["jobs"]])

    def test_p104_all_that_is_set_for_a_server_is_named_in_one_warning(self):
        env = {"OPENSEARCH_HOST": HOST, "OPENSEARCH_REGION": "us-west-2", "SYNC_MAX_PROCESSES": "4",
               "OPENSEARCH_SYNC_MAX_BACKOFF": "9", "OPENSEARCH_DMPS_INDEX_NAME": "plans"}
        (line,), _ = self.warned("process-dmps", "--sync-chunk-size=7", "--os-client-config.timeout", "30", env=env)
        for name in (*env, "--sync-chunk-size", "--os-client-config.timeout"):
            self.assertIn(name, line)
        self.assertIn("this version has no OpenSearch client; leave it out", line)

    def test_nothing_is_said_where_nothing_is_set(self):
        for command in ("process-works", "process-dmps"):
            self.assertEqual(self.warned(command)[0], [])

    # P71
    def test_the_settings_of_a_host_reach_the_jobs_without_its_secrets(self):
        env = {"OPENSEARCH_HOST": HOST, "OPENSEARCH_USERNAME": "me", "OPENSEARCH_PASSWORD": "s3cret-open"}
        _, (sync, enrich, search, merge) = self.warned(
            "process-dmps", "--opensearch-port=9201", "--sync-max-processes=3", "--os-sync-config.max-failed=5", env=env)
        client = {f"--client-config.host={HOST}", "--client-config.port=9201"}
        # The chain tries three times, a job alone ten.
        own = {"--sync-config.max-processes=3", "--sync-config.max-retries=3", "--sync-config.max-failed=5"}
        for words, expected in ((sync, client | own), (enrich, client), (search, client), (merge, set())):
            self.assertEqual({word for word in words if "config." in word}, expected)
        self.assertNotIn("s3cret", json.dumps([sync, enrich, search, merge]))

    def test_without_a_host_no_job_is_told_of_a_server(self):
        _, jobs = self.warned("process-dmps", "--sync-max-processes=3")
        self.assertNotIn("config", json.dumps(jobs))

    def test_what_is_wrong_is_refused_though_it_has_no_effect(self):
        for words, says in ((("--sync-max-processes=65",), "--sync-max-processes: 65 is outside 1 to 64"),
                            (("--opensearch-port=0",), "--opensearch-port: 0 is outside 1 to 65535"),
                            (("--opensearch-mode=cloud",), '"cloud" is not one of local, aws'),
                            (("--enrich-config.enrichers=nih,who",), '"who" is not one of nih, nsf'),
                            (("--opensearch-host=here", "--os-client-config.auth-type=basic"),
                             "--os-client-config.username is required with auth-type basic"),
                            (("--dmps-source=mysql",), "--dmps-source: mysql: this version has no MySQL client")):
            with self.subTest(words):
                done = self.call("batch-submit", "process-dmps", "--dry-run", *words, code=2)
                self.assertIn(says, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_a_host_of_nowhere_needs_a_region(self):
        self.env.pop("AWS_REGION")
        words = ("batch-submit", "process-works", "--dry-run", "--opensearch-host=here", "--opensearch-mode=aws")
        self.assertIn("--opensearch-region is required", self.call(*words, code=2).stderr)
        self.call(*words, "--opensearch-region=eu-west-1")

    def test_a_password_on_the_line_is_seen_by_others(self):
        done = self.call("batch-submit", "process-dmps", "--dry-run", "--os-client-config.password", "s3cret-typed")
        self.assertIn("--os-client-config.password is seen in the list of processes", done.stderr)
        self.assertNotIn("s3cret", done.stdout + done.stderr)

    def test_warnings_have_colour_where_it_is_asked_for(self):
        words = ("batch-submit", "process-works", "--dry-run", "--sync-chunk-size=7")
        for more, env, colour in (((), {}, False), (("--color=always",), {"NO_COLOR": "1"}, True),
                                  ((), {"NO_COLOR": "yes"}, False), (("--color=never",), {}, False)):
            self.env |= env
            self.assertEqual("\033[33mwarning\033[0m: " in self.call(*words, *more).stderr, colour, more)

    def test_sync_works_is_left_out_and_why_is_said(self):
        for words, why in (((), "no OpenSearch host is configured"),
                           (("--opensearch-host", HOST), "this version writes no OpenSearch index")):
            done = self.call("batch-submit", "process-works", "--dry-run", "--json", *words)
            self.assertIn(f"sync-works: skipped, {why}", done.stderr)
            self.assertEqual([job["task"] for job in json.loads(done.stdout)["jobs"]], ["sqlmesh-transform"])
            done = self.call("batch-submit", "process-works", "--start-job=sync-works", *words, code=2)
            self.assertIn(f"sync-works is not part of the sequence: {why}", done.stderr)

    def test_stages_without_manifest_may_be_first_inputs_and_the_jobs_know(self):
        self.fake.objects["bucket-name/datacite/2026-02-01/download/a.jsonl.gz"] = b"x"
        words = ("batch-submit", "datacite", "--start-job", "transform")
        self.assertIn("not finished", self.call(*words, code=2).stderr)
        self.call(*words, "--allow-no-manifest")
        self.assertEqual(self.submitted()[0]["containerOverrides"]["command"][-1], "--allow-no-manifest=true")


class Source(AwsCase):
    """--dmps-source of the jobs that publish DMPs, on a folder."""

    def setUp(self):
        super().setUp()
        self.dmps = self.dir / "bucket/dmps" / RUN

    def put(self, name, doi):
        file = self.dmps / "download" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".json"):
            dmp = {"title": "A plan of kelp", "created": "2025-01-01T00:00:00Z", "modified": "2025-01-01T00:00:00Z",
                   "dmp_id": {"identifier": f"https://doi.org/{doi}", "type": "doi"}}
            file.write_text(json.dumps({"dmp": dmp}), encoding="utf-8")
        else:
            line = {"dmp_id": f"https://doi.org/{doi}", "title": "A plan of kelp", "created": "2025-01-01"}
            file.write_bytes(gzip.compress(json.dumps(line).encode() + b"\n"))

    def job(self, *words, leaf=("opensearch", "sync-dmps"), code=0):
        return self.call("aws-batch", *leaf, "./bucket", RUN, *words, code=code)

    def plans(self):
        manifest = json.loads((self.dmps / "transform/manifest.json").read_text(encoding="utf-8"))
        return manifest["counts"]["out"]

    def test_p127_auto_reads_all_files_then_nothing_then_what_changed(self):
        self.put("coki-dmps_1.jsonl.gz", "10.48321/d1")
        self.put("two.json", "10.48321/d2")
        done = self.job()
        self.assertIn("download: 1 files of an export, 1 of maDMP", done.stderr)
        self.assertEqual(self.plans(), 2)
        self.assertIn("up to date", self.job().stdout)
        self.put("three.json", "10.48321/d3")
        self.assertNotIn("up to date", self.job().stdout)
        self.assertEqual(self.plans(), 3)

    def test_a_source_that_is_named_is_the_only_one_read(self):
        for leaf in (("opensearch", "sync-dmps"), ("dmps", "transform")):
            for source, kind, count in (("export", "1 files of an export, 0 of maDMP", 1),
                                        ("madmp", "0 files of an export, 2 of maDMP", 2)):
                self.put("coki-dmps_1.jsonl.gz", "10.48321/d1")
                self.put("two.json", "10.48321/d2")
                self.put("three.json", "10.48321/d3")
                self.assertIn(kind, self.job("--dmps-source", source, leaf=leaf).stderr)
                self.assertEqual(self.plans(), count)

    def test_a_finished_stage_is_enough(self):
        self.assertIn("transform is not finished", self.job("--dmps-source=transform", code=1).stderr)
        self.put("coki-dmps_1.jsonl.gz", "10.48321/d1")
        self.job()
        (self.dmps / "download/coki-dmps_1.jsonl.gz").unlink()
        for words in ((), ("--dmps-source=transform",)):
            done = self.job(*words)
            self.assertIn("transform, which is finished", done.stderr)
            self.assertIn("up to date", done.stdout)
        self.put("two.json", "10.48321/d2")  # no matter, as the stage is asked for
        self.job("--dmps-source=transform")
        self.assertEqual(self.plans(), 1)

    def test_nothing_at_all_is_an_error_that_names_the_three(self):
        done = self.job(code=1)
        for part in ("transform is not finished", "download has no *jsonl.gz", "MYSQL_HOST is not set"):
            self.assertIn(part, done.stderr)
        self.put("two.json", "10.48321/d2")
        self.assertIn("download has no *jsonl.gz, an export", self.job("--dmps-source=export", code=1).stderr)

    def test_mysql_is_not_read_yet(self):
        self.env |= {"MYSQL_HOST": "db.example", "MYSQL_TCP_PORT": "3307"}
        done = self.job(code=1)
        self.assertIn("MySQL, which this version has no client for", done.stderr)
        self.assertIn("MYSQL_PWD have no effect: this version has no MySQL client", done.stderr)
        self.assertNotIn("s3cret", done.stderr)
        done = self.job("--dmps-source=mysql", code=2)
        self.assertIn("--dmps-source: mysql: this version has no MySQL client", done.stderr)
        self.put("two.json", "10.48321/d2")
        self.job()
        self.assertEqual(self.plans(), 1)

    def test_a_chain_hands_the_source_to_its_job(self):
        self.env["DMPS_SOURCE"] = "madmp"
        for command, task in (("process-dmps", "sync-dmps"), ("dmps", "transform")):
            done = self.call("batch-submit", command, "--dry-run", "--json")
            job, *others = json.loads(done.stdout)["jobs"]
            self.assertEqual((job["task"], "--dmps-source=madmp" in job["command"]), (task, True))
            self.assertNotIn("dmps-source", json.dumps(others))
            done = self.call("batch-submit", command, "--dry-run", "--dmps-source", "mysql", code=2)
            self.assertIn("--dmps-source: mysql: this version has no MySQL client", done.stderr)


unittest.main()
