#!/usr/bin/env python3
"""Records of chains: one that cannot be read is in nobody's way, and what never
began does not stay PENDING.

usage: records_test.py PROGRAM [unittest arguments]
"""
import json
import socket
import unittest

from fake_aws import AwsCase

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
