#!/usr/bin/env python3
"""Records of chains: one that cannot be read is in nobody's way, and what never
began does not stay PENDING.

usage: records_test.py PROGRAM [unittest arguments]
"""
import json
import os
import signal
import socket
import subprocess
import time
import unittest

import sources
from fake_aws import PROGRAM, AwsCase

BROKEN = "ror-2026-01-29-20990101T000000Z"  # newer than all others


class Broken(AwsCase):
    """Issue 7: the other chains are looked at all the same."""

    def spoil(self, text):
        self.fake.objects[f"bucket-name/jobs/{BROKEN}/chain.json"] = text

    def goes_on(self, why):
        """Where that chain is one of several."""
        chain = self.call("batch-submit", "ror", "--force").stdout.split()[-1]
        self.fake.requests.clear()
        for words in (("jobs", "status"), ("jobs", "status", "--all"), ("jobs", "logs")):
            done = self.call(*words)
            self.assertEqual(done.stderr.count(f"chain {BROKEN} is passed over: "), 1, done.stderr)
            self.assertIn(why, done.stderr)
            if words[1] == "status":
                self.assertIn(chain, done.stdout)
        self.fake.jobs.clear()  # AWS knows none, so none runs
        for key in [key for key in self.fake.objects if "/jobs/" in key and BROKEN not in key]:
            del self.fake.objects[key]
        done = self.call("batch-submit", "ror")
        self.assertIn(f"chain {BROKEN} is passed over: ", done.stderr)
        self.assertEqual(len(self.submitted()), 2)

    def test_a_record_that_is_none_is_passed_over(self):
        for text, why in ((b"{", "not the record of a chain"), (b"", "not the record of a chain"),
                          (b'{"jobs": []}', 'the record of ""')):
            self.spoil(text)
            self.goes_on(why)

    def test_a_record_that_may_not_be_read_is_passed_over(self):
        self.spoil(b"{}")
        self.fake.deny = lambda method, path: BROKEN in path
        self.goes_on("rights refused")

    def test_it_is_an_error_where_that_chain_is_asked_for(self):
        self.spoil(b"{")
        for words in (("status",), ("logs",), ("cancel",)):
            done = self.call("jobs", *words, BROKEN, code=1)
            self.assertIn(f"s3://bucket-name/jobs/{BROKEN}/chain.json: not the record of a chain", done.stderr)
            self.assertEqual(done.stdout, "")

    def test_a_bucket_that_does_not_answer_is_an_error_for_all(self):
        self.spoil(b"{")
        self.fake.deny = lambda method, path: 503 if method == "GET" and "list" not in path else False
        self.assertNotIn("passed over", self.call("jobs", "status", code=75).stderr)


class States(AwsCase):
    def test_the_jobs_after_one_that_failed_were_not_started(self):
        bucket = self.dir / "bucket"
        (bucket / "ror/2026-01-29/download").mkdir(parents=True)
        self.call("batch-submit", "ror", "--executor", "local", "--bucket-name", "./bucket",
                  "--download-url", "file:///nowhere.zip", code=1)
        done = self.call("jobs", "status", "--bucket-name", "./bucket", code=1)
        self.assertIn("FAILED     ror-transform-2026-01-29", done.stdout)
        self.assertIn("(not started: ror-download-2026-01-29 failed)", done.stdout)
        self.assertNotIn("PENDING", done.stdout)
        shown = json.loads(self.call("jobs", "status", "--bucket-name", "./bucket", "--json", code=1).stdout)
        first, second = shown["jobs"]
        self.assertEqual((first["state"], first["statusReason"], first["exitCode"]), ("FAILED", None, 1))
        self.assertEqual((second["state"], second["statusReason"], second["exitCode"], second["startedAt"]),
                         ("FAILED", "not started: ror-download-2026-01-29 failed", None, None))

    def test_the_jobs_of_a_chain_whose_process_is_gone_have_ended(self):
        folder = self.dir / "bucket/jobs" / BROKEN
        folder.mkdir(parents=True)
        jobs = [{"task": name, "name": f"ror-{name}-2026-01-29", "state": state, "startedAt": began, "jobId": f"local-{n}"}
                for n, (name, state, began) in enumerate([("download", "RUNNING", "2026-01-01T00:00:00Z"),
                                                          ("transform", "PENDING", None)])]
        (folder / "chain.json").write_text(json.dumps(
            {"chain": BROKEN, "command": "ror", "runId": "2026-01-29", "executor": "local", "host": socket.gethostname(),
             "pid": 999999999, "process": "gone", "jobs": jobs}))
        done = self.call("jobs", "status", "--bucket-name", "./bucket", code=1)
        self.assertIn("(its process is gone)", done.stdout)
        self.assertIn("(not started: the chain's process is gone)", done.stdout)
        self.assertNotIn("PENDING", done.stdout)

    def test_aws_says_why_itself(self):
        self.call("batch-submit", "ror")
        for job in self.fake.jobs.values():
            job |= {"status": "FAILED", "statusReason": "Dependent Job failed"}
        done = self.call("jobs", "status", "--json", code=1)
        self.assertEqual([job["statusReason"] for job in json.loads(done.stdout)["jobs"]], ["Dependent Job failed"] * 2)


class HangUp(AwsCase):
    """Issue 7: a terminal that is closed."""

    def start(self, **how):
        archive = self.dir / "a.zip"
        sources.zip_of(archive, [("a.json", b"{}" * 100_000), ("noise", os.urandom(400_000))])
        server = sources.FileServer({"a.zip": archive})
        server.rate = 20_000
        self.addCleanup(server.close)
        process = subprocess.Popen(
            [PROGRAM, "batch-submit", "ror", "--executor", "local", "--bucket-name", "./bucket", "--scratch-dir", "scratch",
             "--download-url", server.url + "/a.zip"], cwd=self.dir, env=self.env, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, **how)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        for _ in range(600):
            if server.sent.get("a.zip"):
                return process, server
            time.sleep(0.05)
        self.fail("the download does not begin")

    def record(self):
        (file,) = self.dir.glob("bucket/jobs/*/chain.json")
        return json.loads(file.read_text())

    def test_ends_a_local_chain_with_its_jobs(self):
        process, server = self.start()
        process.send_signal(signal.SIGHUP)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertIn("interrupted: its jobs are ended", process.stdout.read())
        self.assertEqual([(job["state"], job["statusReason"]) for job in self.record()["jobs"]],
                         [("FAILED", "interrupted"), ("FAILED", "not started: interrupted")])
        time.sleep(1)  # the child is told by its parent's end
        sent = server.sent["a.zip"]
        time.sleep(1.5)
        self.assertEqual(server.sent["a.zip"], sent)

    def test_ends_nothing_that_is_to_outlive_its_terminal(self):
        process, server = self.start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        sent = server.sent["a.zip"]
        time.sleep(2)
        self.assertIsNone(process.poll())
        self.assertGreater(server.sent["a.zip"], sent)
        self.assertEqual(self.record()["jobs"][0]["state"], "RUNNING")


class Unwritable(AwsCase):
    def test_a_bucket_that_cannot_be_written_is_one_line(self):
        (self.dir / "file").write_text("no folder")
        for bucket in ("./file", "./file/below"):
            done = self.call("batch-submit", "dmps", "--executor", "local", "--bucket-name", bucket, "--force", code=1)
            self.assertEqual(done.stdout, "")
            lines = done.stderr.splitlines()
            self.assertEqual(len(lines), 1, done.stderr)
            self.assertIn("Not a directory", lines[0])


class Waiting(AwsCase):
    """Issue 7: src/jobs/aws_executor_test.cpp has the limits."""

    def test_a_look_that_aws_does_not_answer_ends_nothing(self):
        refusals = {1: (503, "ServiceUnavailable"), 2: (400, "ThrottlingException")}
        self.fake.refuse = lambda path, number: refusals.get(number) if path == "/v1/describejobs" else None
        done = self.call("batch-submit", "ror", "--wait")
        self.assertIn("HTTP 503 ServiceUnavailable", done.stderr)
        self.assertIn("; asked again for 15 minutes", done.stderr)
        self.assertIn("AWS Batch answers again", done.stderr)
        self.assertIn("ror-transform-2026-01-29 SUCCEEDED", done.stderr)

    def test_a_refusal_ends_it_at_once(self):
        self.fake.refuse = lambda path, number: (403, "AccessDeniedException") if path == "/v1/describejobs" else None
        done = self.call("batch-submit", "ror", "--wait", code=1)
        self.assertIn("HTTP 403 AccessDeniedException", done.stderr)
        self.assertEqual(len(self.asked("/v1/describejobs")), 1)


unittest.main()
