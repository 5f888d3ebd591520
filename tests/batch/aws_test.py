#!/usr/bin/env python3
"""batch-submit --executor aws and the jobs commands against a fake of AWS.

usage: aws_test.py PROGRAM [unittest arguments]
"""
import json
import re
import signal
import subprocess
import time
import unittest

from fake_aws import PROGRAM, AwsCase

COMMANDS = ("ror", "openalex-works", "crossref-metadata", "datacite", "data-citation-corpus", "dmps", "process-works",
            "process-dmps")


class Aws(AwsCase):
    def setUp(self):
        super().setUp()
        self.finish("sqlmesh/2026-02-04")  # what process-dmps searches

    def test_submits_the_documents_of_the_specification(self):
        done = self.call("batch-submit", "ror")
        first, second = self.submitted()
        ids = list(self.fake.jobs)
        self.assertEqual(second, {
            "jobName": "ror-transform-2026-01-29", "jobQueue": "dmp-tool-dev-batch-job-queue",
            "jobDefinition": "dmp-tool-dev-batch-dmpworks-job", "dependsOn": [{"jobId": ids[0]}],
            "containerOverrides": {
                "command": ["dmpworks", "aws-batch", "ror", "transform", "--bucket-name=bucket-name",
                            "--run-id=2026-01-29", "--file-name=v2.2-2026-01-29-ror-data.json.gz"],
                "environment": [{"name": "DMPWORKS_CHAIN", "value": done.stdout.split()[-1]},
                                {"name": "DMPWORKS_TASK", "value": "transform"},
                                {"name": "DMPWORKS_LOG_FORMAT", "value": "json"}],
                "resourceRequirements": [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "3686"}]},
            "retryStrategy": {"attempts": 3, "evaluateOnExit": [
                {"onExitCode": "75", "action": "RETRY"}, {"onStatusReason": "Host EC2*", "action": "RETRY"},
                {"onReason": "CannotPullContainerError*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]},
            "timeout": {"attemptDurationSeconds": 3600},
            "tags": {"dmpworks:command": "ror", "dmpworks:run-id": "2026-01-29", "dmpworks:env": "dev"},
            "propagateTags": True})
        self.assertEqual(first["dependsOn"], [])
        self.assertEqual(done.stdout.splitlines()[:2], [f"ror-download-2026-01-29 {ids[0]}",
                                                        f"ror-transform-2026-01-29 {ids[1]}"])
        record = json.loads(self.fake.objects[f"bucket-name/jobs/{done.stdout.split()[-1]}/chain.json"])
        self.assertEqual([job["jobId"] for job in record["jobs"]], ids)

    def test_an_array_is_submitted_with_its_size_and_waited_for_as_one(self):
        done = self.call("batch-submit", "process-works", "--works-index-ranges", "3", "--size",
                         "sqlmesh-transform=4:9000")
        prepare, ranges, finish = self.submitted()
        ids = list(self.fake.jobs)
        command = ["dmpworks", "aws-batch", "sqlmesh", "plan", "--bucket-name=bucket-name", "--prev-run-id=INITIAL",
                   "--run-id=2026-02-04",
                   "--release-dates.openalex-works=2026-02-03", "--release-dates.datacite=2026-02-01",
                   "--release-dates.crossref-metadata=2025-04-01", "--release-dates.ror=2026-01-29",
                   "--release-dates.data-citation-corpus=2025-08-15", "--ranges=3"]
        self.assertEqual(ranges, {
            "jobName": "sqlmesh-transform-2026-02-04", "jobQueue": "dmp-tool-dev-batch-job-queue",
            "jobDefinition": "dmp-tool-dev-batch-dmpworks-job", "dependsOn": [{"jobId": ids[0]}],
            "containerOverrides": {
                "command": [*command, "--phase=range"],
                "environment": [{"name": "DMPWORKS_CHAIN", "value": done.stdout.split()[-1]},
                                {"name": "DMPWORKS_TASK", "value": "sqlmesh-transform"},
                                {"name": "DMPWORKS_LOG_FORMAT", "value": "json"}],
                "resourceRequirements": [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "9000"}]},
            "retryStrategy": {"attempts": 3, "evaluateOnExit": [
                {"onExitCode": "75", "action": "RETRY"}, {"onStatusReason": "Host EC2*", "action": "RETRY"},
                {"onReason": "CannotPullContainerError*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]},
            "timeout": {"attemptDurationSeconds": 86400}, "arrayProperties": {"size": 3},
            "tags": {"dmpworks:command": "process-works", "dmpworks:run-id": "2026-02-04", "dmpworks:env": "dev"},
            "propagateTags": True})
        # The others differ in what makes them plain jobs of another phase, and nothing else.
        for job, name, before, phase in ((prepare, "prepare", [], "prepare"),
                                         (finish, "finish", [{"jobId": ids[1]}], "finish")):
            self.assertEqual(job, {key: value for key, value in ranges.items() if key != "arrayProperties"} | {
                "jobName": f"sqlmesh-transform-{name}-2026-02-04", "dependsOn": before,
                "containerOverrides": ranges["containerOverrides"] | {"command": [*command, f"--phase={phase}"]}})

    def test_p116_every_job_is_tried_again_after_75_alone_and_has_a_timeout(self):
        for command in COMMANDS:
            self.call("batch-submit", command)
        self.assertGreaterEqual(len(self.submitted()), 14)
        for ask in self.submitted():
            with self.subTest(ask["jobName"]):
                retry = ask["retryStrategy"]
                self.assertEqual(retry["attempts"], 3)
                self.assertEqual([rule["onExitCode"] for rule in retry["evaluateOnExit"] if "onExitCode" in rule], ["75"])
                self.assertEqual(retry["evaluateOnExit"][0], {"onExitCode": "75", "action": "RETRY"})
                # What no rule meets is tried again by AWS: the last one meets all.
                self.assertEqual(retry["evaluateOnExit"][-1], {"onReason": "*", "action": "EXIT"})
                self.assertGreaterEqual(ask["timeout"]["attemptDurationSeconds"], 3600)

    def test_p116_a_member_that_fails_gives_its_exit_code(self):
        for code, exit_code in ((75, 75), (3, 1)):
            with self.subTest(code):
                self.fake.jobs.clear()
                self.fake.outcome = {"sqlmesh-transform-2026-02-04": {1: code}}
                done = self.call("batch-submit", "process-works", "--works-index-ranges", "3", "--wait", "--force",
                                 code=exit_code)
                self.assertIn(f"sqlmesh-transform-2026-02-04[1] failed with exit code {code}", done.stderr)
                shown = self.call("jobs", "status", code=exit_code).stdout.splitlines()
                self.assertIn(f"    FAILED     sqlmesh-transform-2026-02-04[1]  exit code {code}", shown)
                self.assertIn("    SUCCEEDED  sqlmesh-transform-2026-02-04[2]  exit code 0", shown)

    def test_the_logs_of_an_array_are_those_of_its_members(self):
        chain = self.call("batch-submit", "process-works", "--works-index-ranges", "2").stdout.split()[-1]
        array = list(self.fake.jobs)[1]
        for _ in range(3):
            self.call("jobs", "status", chain)
        for index in range(2):
            self.fake.logs[f"stream/{array}/{index}"] = [f"this is {index}"]
        shown = self.call("jobs", "logs", chain).stdout
        for index in range(2):
            self.assertIn(f"== sqlmesh-transform-2026-02-04[{index}] {array}:{index}\nthis is {index}\n", shown)

    def test_logs_are_one_json_document(self):
        chain = self.call("batch-submit", "process-works", "--works-index-ranges", "2").stdout.split()[-1]
        prepare, array, _ = self.fake.jobs
        for _ in range(3):
            self.call("jobs", "status", chain)
        self.fake.logs = {f"stream/{prepare}": ["begun", 'a "quoted" word'], f"stream/{array}/1": ["member 1"]}
        document = json.loads(self.call("jobs", "logs", chain, "--json", "--task", "sqlmesh-transform").stdout)
        self.assertEqual(document["chain"], chain)
        first, *members, last = document["logs"]
        self.assertEqual(first, {"job": "sqlmesh-transform-prepare-2026-02-04", "log": prepare,
                                 "lines": ["begun", 'a "quoted" word']})
        self.assertEqual([(one["log"], one["lines"]) for one in members],
                         [(f"{array}:0", []), (f"{array}:1", ["member 1"])])
        self.assertEqual((last["job"], last["lines"]), ("sqlmesh-transform-finish-2026-02-04", []))
        other = self.call("batch-submit", "ror").stdout.split()[-1]
        both = json.loads(self.call("jobs", "logs", chain, other, "--json").stdout)
        self.assertEqual([one["chain"] for one in both], [chain, other])

    def test_a_chain_of_another_executor_is_not_ended_by_mistake(self):
        chain = self.call("batch-submit", "ror").stdout.split()[-1]
        done = self.call("jobs", "cancel", chain, "--executor", "local", code=1)
        self.assertIn(f"{chain} is of executor aws; nothing was ended", done.stderr)
        self.assertEqual(self.asked("/v1/terminatejob"), [])
        self.call("jobs", "cancel", chain, "--executor", "aws")
        self.assertNotEqual(self.asked("/v1/terminatejob"), [])

    # Nothing at all is asked.
    def test_p115_what_is_submitted_is_what_the_dry_run_shows(self):
        for command, *words in (("openalex-works",), ("process-works", "--prev-run-id", "INITIAL"), ("process-dmps",)):
            with self.subTest(command):
                self.fake.requests.clear()
                self.fake.tokens.clear()
                shown = json.loads(self.call("batch-submit", command, *words, "--dry-run", "--json").stdout)
                self.assertEqual(self.fake.tokens, [])
                self.call("batch-submit", command, *words)
                self.assertEqual([job["command"] for job in shown["jobs"]],
                                 [ask["containerOverrides"]["command"] for ask in self.submitted()])
                self.assertEqual([job["definition"] for job in shown["jobs"]],
                                 [ask["jobDefinition"] for ask in self.submitted()])

    def test_p114_a_third_submission_that_fails_ends_the_first_two(self):
        self.fake.refuse = lambda path, number: (
            (400, "ClientException") if path == "/v1/submitjob" and number == 2 else None)
        done = self.call("batch-submit", "process-dmps", code=1)
        ids = list(self.fake.jobs)
        self.assertEqual([ask["jobId"] for ask in self.asked("/v1/terminatejob")], ids[::-1])
        for name, job in (("sync-dmps", ids[0]), ("enrich-dmps", ids[1])):
            self.assertIn(f"{name}-2026-02-04 {job} ended", done.stderr)
        self.assertIn("ClientException", done.stderr)
        self.assertEqual(done.stdout, "")
        (record,) = self.records().values()
        self.assertEqual([job["jobId"] for job in record["jobs"]], [*ids, None, None])
        self.fake.refuse = lambda path, number: None
        self.call("batch-submit", "process-dmps")  # nothing of it runs

    # What was submitted is ended, also when a job is on its way.
    def test_p114_an_interrupted_submission_ends_what_it_has_submitted(self):
        submit = self.fake.submitjob

        def interrupts(ask):
            if len(self.fake.jobs) == 1:
                self.program.send_signal(signal.SIGINT)
                time.sleep(0.5)  # so that it is there before the answer
            return submit(ask)
        self.fake.submitjob = interrupts
        self.program = subprocess.Popen([PROGRAM, "batch-submit", "process-dmps", "--quiet"], cwd=self.dir,
                                        env=self.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, said = self.program.communicate(timeout=60)
        self.assertEqual((self.program.returncode, out), (130, ""), said)
        ids = list(self.fake.jobs)
        self.assertEqual(len(ids), 2)
        self.assertEqual([ask["jobId"] for ask in self.asked("/v1/terminatejob")], ids[::-1])
        self.assertIn("interrupted: what was submitted is ended", said)
        for name, job in (("sync-dmps", ids[0]), ("enrich-dmps", ids[1])):
            self.assertIn(f"{name}-2026-02-04 {job} ended", said)
        (record,) = self.records().values()
        self.assertEqual([job["jobId"] for job in record["jobs"]], [*ids, None, None])

    # Source: jobs.md 3.3, --wait.
    def test_an_interrupted_wait_leaves_the_jobs_and_says_how_to_cancel(self):
        self.fake.frozen = True
        for signal_, words in ((signal.SIGINT, ()), (signal.SIGINT, ("--quiet",)), (signal.SIGTERM, ("--quiet",))):
            with self.subTest(signal=signal_, words=words):
                self.fake.requests.clear()
                program = subprocess.Popen([PROGRAM, "batch-submit", "ror", "--wait", "--force", *words], cwd=self.dir,
                                           env=self.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.addCleanup(program.kill)
                while not self.asked("/v1/describejobs"):
                    self.assertIsNone(program.poll())
                    time.sleep(0.05)
                program.send_signal(signal_)
                out, said = program.communicate(timeout=60)
                self.assertEqual(program.returncode, 130, said)
                chain = out.split()[-1]
                (line,) = [line for line in said.splitlines() if "interrupted" in line]
                self.assertIn(f"`dmpworks jobs cancel {chain} --bucket-name bucket-name`", line)
                self.assertEqual(self.asked("/v1/terminatejob"), [])

    def test_force_reaches_every_job(self):
        for force in ((), ("--force",)):
            self.fake.requests.clear()
            self.call("batch-submit", "process-dmps", *force)
            self.assertEqual(["--force=true" in ask["containerOverrides"]["command"] for ask in self.submitted()],
                             [bool(force)] * 4)

    def test_p104_the_machine_of_a_job_on_aws_is_not_that_of_the_line(self):
        self.env["DMPWORKS_MEMORY_LIMIT"] = "4GB"
        words = ("batch-submit", "dmps", "--dry-run", "--threads=2", "--scratch-dir=s")
        self.assertIn("--threads, --memory-limit, --scratch-dir have no effect: jobs on AWS have the machine that "
                      "--size gives them", self.call(*words).stderr)
        self.assertNotIn("no effect", self.call(*words, "--executor=local", "--bucket-name=./b").stderr)

    def test_throttling_and_a_server_out_of_order_are_tried_again(self):
        refusals = ((429, "TooManyRequestsException"), (500, "ServerException"), (503, "ServiceUnavailable"))
        for refusal in refusals:
            with self.subTest(refusal):
                self.fake.jobs.clear()
                self.fake.requests.clear()
                self.fake.refuse = lambda path, number, refusal=refusal: (
                    refusal if path == "/v1/submitjob" and number == 0 else None)
                self.call("batch-submit", "dmps", "--force")
                self.assertEqual(len(self.submitted()), 2)
                self.assertEqual(len(self.fake.jobs), 1)

    # The record is there before the first job, and has the id of each once AWS has given it.
    def test_the_record_is_never_behind_the_submissions(self):
        seen = []
        self.fake.refuse = lambda path, number: (
            seen.append([job["jobId"] for record in self.records().values() for job in record["jobs"]])
            if path == "/v1/submitjob" else None)
        self.call("batch-submit", "ror")
        self.assertEqual(seen, [[None, None], [list(self.fake.jobs)[0], None]])

    def test_a_chain_whose_record_cannot_be_written_is_not_submitted(self):
        self.fake.deny = lambda method, path: method == "PUT"
        done = self.call("batch-submit", "ror", code=1)
        self.assertIn("AccessDenied", done.stderr)
        self.assertEqual((done.stdout, self.submitted()), ("", []))

    def test_jobs_whose_record_is_lost_are_ended(self):
        self.fake.deny = lambda method, path: method == "PUT" and len(self.fake.jobs) == 2
        done = self.call("batch-submit", "ror", "--quiet", code=1)
        ids = list(self.fake.jobs)
        self.assertEqual([ask["jobId"] for ask in self.asked("/v1/terminatejob")], ids[::-1])
        for name, job in (("download", ids[0]), ("transform", ids[1])):
            self.assertIn(f"ror-{name}-2026-01-29 {job} ended", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_wrong_keys_are_one_error(self):
        self.env["AWS_SECRET_ACCESS_KEY"] = "s3cret-wrong"
        done = self.call("batch-submit", "dmps", code=1)
        self.assertIn("SignatureDoesNotMatch", done.stderr)
        self.assertNotIn("s3cret", done.stdout + done.stderr)

    def test_p116_wait_gives_the_exit_code_of_the_chain(self):
        for code, exit_code in ((0, 0), (75, 75), (3, 1)):
            with self.subTest(code):
                self.fake.jobs.clear()
                self.fake.outcome = {"ror-transform-2026-01-29": code}
                done = self.call("batch-submit", "ror", "--wait", "--force", code=exit_code)
                self.assertIn("ror-download-2026-01-29 SUCCEEDED", done.stderr)

    def test_p128_a_chain_that_runs_is_not_submitted_again(self):
        self.call("batch-submit", "ror")
        done = self.call("batch-submit", "ror", code=2)
        self.assertIn("is still running for this run id", done.stderr)
        self.call("batch-submit", "ror", "--force")
        for job in self.fake.jobs.values():
            job["status"] = "FAILED"
        self.call("batch-submit", "ror")

    # What cannot be asked may run.
    def test_p128_a_chain_that_may_run_is_not_submitted_again(self):
        self.call("batch-submit", "ror")
        for refusal, code in (((403, "AccessDeniedException"), 1), ((400, "ExpiredTokenException"), 75)):
            with self.subTest(refusal):
                self.fake.refuse = lambda path, number, refusal=refusal: refusal if "describe" in path else None
                done = self.call("batch-submit", "ror", code=code)
                self.assertIn(refusal[1], done.stderr)
                self.assertIn("--force goes on without", done.stderr)
                self.assertEqual(len(self.submitted()), 2)
        self.call("batch-submit", "ror", "--force")

    # AWS is slow to take jobs, or to know what it took.
    def test_p128_a_chain_that_aws_does_not_know_yet_is_not_submitted_again(self):
        says = "was submitted for this run id less than 10 minutes ago"
        submit, describe = self.fake.submitjob, self.fake.describejobs
        tried = []

        def is_slow(ask):
            if not tried:
                tried.append(None)
                tried[0] = self.call("batch-submit", "ror", code=2)
            return submit(ask)
        self.fake.submitjob = is_slow
        self.call("batch-submit", "ror")
        self.assertIn(says, tried[0].stderr)
        self.assertEqual(len(self.submitted()), 2)
        self.fake.describejobs = lambda ask: {"jobs": []}
        self.assertIn(says, self.call("batch-submit", "ror", code=2).stderr)
        self.fake.describejobs = describe
        self.assertIn("is still running", self.call("batch-submit", "ror", code=2).stderr)
        # Long ago it would have been known.
        self.fake.describejobs = lambda ask: {"jobs": []}
        ((key, text),) = [one for one in self.fake.objects.items() if one[0].endswith("/chain.json")]
        record = json.loads(text) | {"submittedAt": "2026-02-04T01:02:03Z"}
        self.fake.objects[key] = json.dumps(record).encode()
        self.call("batch-submit", "ror")

    def test_p128_a_run_whose_id_begins_alike_is_another(self):
        self.call("batch-submit", "ror", "--run-id", "2026-01-29")
        self.call("batch-submit", "ror", "--run-id", "2026-01")
        self.assertEqual(len(self.submitted()), 4)
        self.call("batch-submit", "ror", "--run-id", "2026-01", code=2)

    def test_jobs_aws_has_forgotten_are_waited_for_no_longer(self):
        looks, look = [], self.fake.describejobs

        def forgets(ask):
            looks.append(ask)
            if len(looks) > 1:
                self.fake.jobs.clear()
            return look(ask)
        self.fake.describejobs = forgets
        done = self.call("batch-submit", "dmps", "--wait", code=1)
        self.assertIn("dmps-transform-2026-02-04 UNKNOWN\n", done.stderr)
        self.assertIn("AWS does not know how it ended", done.stderr)
        self.assertEqual(len(looks), 4)
        (chain,) = self.records()
        self.assertTrue(self.call("jobs", "status").stdout.startswith(chain + " UNKNOWN\n"))
        self.assertIn("AWS does not know how it ended", self.call("jobs", "status", "--watch", code=1).stderr)
        self.call("batch-submit", "dmps")

    def test_the_record_keeps_what_aws_forgets(self):
        for command in (("batch-submit", "dmps", "--wait"), ("jobs", "status", "--watch")):
            with self.subTest(command):
                self.fake.objects.clear()
                if command[0] == "jobs":
                    self.call("batch-submit", "dmps")
                self.call(*command)
                self.fake.jobs.clear()
                self.assertIn("SUCCEEDED  dmps-transform", self.call("jobs", "status").stdout)

    # Source: jobs.md 3.1.
    def test_a_request_that_is_too_large_is_refused_before_it_is_sent(self):
        for more in ((), ("--dry-run",)):
            done = self.call("batch-submit", "crossref-metadata", "--file-name", "x" * 8192, *more, code=2)
            self.assertRegex(done.stderr, r"crossref-metadata-download-2025-04-01: .* AWS Batch takes 8192")
        self.assertEqual(self.fake.requests, [])

    def test_a_bucket_that_is_away_is_75(self):
        self.env["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:9"
        done = self.call("batch-submit", "dmps", code=75)
        self.assertEqual(len([line for line in done.stderr.splitlines() if line.startswith("dmpworks ")]), 1)
        self.assertEqual(self.fake.requests, [])

    def test_p117_p133_a_secret_in_a_url_is_refused(self):
        self.fake.objects.clear()
        for url in ("https://me:s3cret@zenodo.org/a.zip", "https://s3cret@zenodo.org/a.zip",
                    "https://zenodo.org/a.zip?download=1&access_token=s3cret",
                    "https://b.s3.amazonaws.com/a.zip?X-Amz-Signature=s3cret"):
            for command in ("ror", "data-citation-corpus"):
                for more in ((), ("--dry-run", "--log-level=DEBUG")):
                    with self.subTest(url=url, command=command, more=more):
                        done = self.call("batch-submit", command, "--download-url", url,
                                         "--hash", "md5:" + "0" * 32, *more, code=2)
                        self.assertIn("--download-url: the URL holds a secret (", done.stderr)
                        self.assertNotIn("s3cret", done.stdout + done.stderr)
        self.assertEqual((self.fake.requests, self.fake.objects), ([], {}))
        self.call("batch-submit", "ror", "--download-url", "https://zenodo.org/a.zip?download=1")

    def test_p112_blanks_and_shell_characters_arrive_unchanged(self):
        name = "A B*$(x)'\".tar"
        self.call("batch-submit", "crossref-metadata", "--file-name", name, "--dataset-subset.enable",
                  "--dataset-subset.dois-s3-path", "my list*.json", "--dataset-subset.institutions-s3-path=")
        download, subset, _ = [ask["containerOverrides"]["command"] for ask in self.submitted()]
        self.assertIn(f"--file-name={name}", download)
        self.assertIn("--dataset-subset.dois-s3-path=my list*.json", subset)
        self.assertNotIn("institutions", str(subset))  # the file names a list; empty is none

    def test_p117_p133_no_secret_leaves_the_machine(self):
        for command in COMMANDS:
            done = self.call("batch-submit", command, "--log-level", "DEBUG")
            self.assertNotIn("s3cret", done.stdout + done.stderr)
        self.assertGreaterEqual(len(self.submitted()), 14)
        everything = json.dumps(self.fake.requests) + str(self.fake.objects)
        self.assertNotIn("s3cret", everything)
        self.assertNotIn("PASSWORD", everything)

    def test_status_logs_and_cancel(self):
        chain = self.call("batch-submit", "ror").stdout.split()[-1]
        ids = list(self.fake.jobs)
        shown = self.call("jobs", "status").stdout
        self.assertTrue(shown.startswith(chain + " RUNNING\n"), shown)
        self.assertIn("RUNNING    ror-download-2026-01-29", shown)
        self.fake.frozen = True
        self.fake.logs["stream/" + ids[0]] = ["one", "two", "three"]
        self.assertEqual(self.call("jobs", "logs", chain, "--tail", "2", "--task", "download").stdout,
                         f"== ror-download-2026-01-29 {ids[0]}\ntwo\nthree\n")
        self.assertEqual(self.call("jobs", "status", "--all").stdout, f"{chain} RUNNING\n")
        self.call("jobs", "cancel", chain, "--reason", "not today")
        self.assertEqual([(ask["jobId"], ask["reason"]) for ask in self.asked("/v1/terminatejob")],
                         [(ids[1], "not today"), (ids[0], "not today")])
        self.call("jobs", "status", chain, code=1)
        self.assertIn("FAILED     ror-download-2026-01-29", self.call("jobs", "status", ids[0], code=1).stdout)

    # Source: AWS's model of TerminateJob.
    def test_a_reason_that_aws_would_refuse_is_refused_before_anything_is_asked(self):
        chain = self.call("batch-submit", "dmps").stdout.split()[-1]
        self.fake.requests.clear()
        done = self.call("jobs", "cancel", chain, "--reason", "é" * 1025, code=2)
        self.assertIn("--reason: 1025 characters, AWS takes 1024", done.stderr)
        self.assertEqual(self.fake.requests, [])
        self.call("jobs", "cancel", chain, "--reason", "é" * 1024)

    def test_a_chain_there_is_not_is_said_not_to_be_there(self):
        for command in ("status", "logs", "cancel"):
            done = self.call("jobs", command, "nonsense", code=1)
            self.assertIn("s3://bucket-name has no chain nonsense; hint: `dmpworks jobs status --all", done.stderr)

    def test_who_waits_is_told_the_chain_first_and_how_to_end_it(self):
        done = self.call("batch-submit", "dmps", "--wait")
        chain = done.stdout.split()[-1]
        self.assertRegex(done.stderr.splitlines()[0], f"chain {chain}$")
        hinted = re.search(r"`dmpworks (jobs cancel [^`]*)`", done.stderr)[1]
        self.assertEqual(hinted, f"jobs cancel {chain} --bucket-name bucket-name")

    def test_logs_are_followed_until_the_jobs_end(self):
        chain = self.call("batch-submit", "ror").stdout.split()[-1]
        download, transform = self.fake.jobs
        log = self.fake.logs.setdefault("stream/" + download, ["one", "two", "three"])
        look = self.fake.log

        def grows(ask):  # each look at a log finds one line more, at first
            if ask["logStreamName"].endswith(download) and len(log) < 5:
                log.append(f"line {len(log)}")
            return look(ask)
        self.fake.log = grows
        self.assertEqual(self.call("jobs", "logs", chain, "--follow", "--tail", "2").stdout,
                         f"== ror-download-2026-01-29 {download}\nthree\nline 3\nline 4\n"
                         f"== ror-transform-2026-01-29 {transform}\n")


unittest.main()
