#!/usr/bin/env python3
"""The SubmitJob documents of tests/batch/submitted/ against AWS's own model of
Batch; that documents which do not fit are found, by the fake of AWS too.

usage: model_test.py PROGRAM [unittest arguments]
"""
import copy
import json
import unittest
import urllib.error
import urllib.request

import aws_model
from fake_aws import HERE, AwsCase

SUBMIT = "/v1/submitjob"
DOCUMENTS = [document for file in sorted((HERE / "submitted").glob("*.json"))
             for chain in json.loads(file.read_text(encoding="utf-8")).values() for document in chain]


def changed(document, path, value):
    """A copy with another value at that path; None: without that member."""
    document = copy.deepcopy(document)
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


class Model(AwsCase):
    def test_every_document_fits(self):
        self.assertGreater(len(DOCUMENTS), 40)
        for document in DOCUMENTS:
            with self.subTest(document["jobName"]):
                self.assertEqual(aws_model.misfits(SUBMIT, document), "")

    def test_a_document_that_does_not_fit_is_found(self):
        array = next(document for document in DOCUMENTS if "arrayProperties" in document)
        overrides, rules = "containerOverrides", ("retryStrategy", "evaluateOnExit")
        for path, value, says in (
                (("jobName",), None, "Missing required parameter"),
                (("jobName",), "a.b", "up to 128 letters"),
                (("jobName",), "x" * 129, "up to 128 letters"),
                (("JobQueue",), "q", "Unknown parameter"),
                ((overrides, "memoryMib"), 3, "Unknown parameter"),
                ((overrides, "resourceRequirements", 0, "value"), 2, "Invalid type"),
                ((overrides, "resourceRequirements", 0, "type"), "CPU", "not one of"),
                ((overrides, "resourceRequirements", 0, "value"), None, "Missing required parameter"),
                ((overrides, "environment", 0, "name"), "AWS_BATCH_X", "cannot start with"),
                ((overrides, "command"), "dmpworks", "Invalid type"),
                (("dependsOn",), {"jobId": "a"}, "Invalid type"),
                (("dependsOn",), [{"jobId": "a"}] * 21, "maximum of 20"),
                (("arrayProperties", "size"), 1, "between 2 and 10,000"),
                (("arrayProperties", "size"), "3", "Invalid type"),
                (("retryStrategy", "attempts"), 11, "between 1 and 10"),
                (("retryStrategy", "attempts"), True, "is no integer"),
                ((*rules, 0, "action"), "AGAIN", "not one of"),
                ((*rules, 0, "action"), None, "Missing required parameter"),
                ((*rules, 0, "onExitCode"), "7x", "only numbers"),
                ((*rules, 1, "onStatusReason"), "Host *EC2", "periods"),
                (rules, [{"action": "EXIT"}] * 6, "up to 5"),
                (("timeout", "attemptDurationSeconds"), 59, "60 seconds"),
                (("tags", "t" * 129), "", "129 is not from 1 to 128"),
                (("tags", "t"), "v" * 257, "257 is not from any to 256"),
                (("tags",), {f"t{i}": "" for i in range(51)}, "51 is not from 1 to 50"),
                (("propagateTags",), "true", "Invalid type")):
            with self.subTest(path=path, value=value):
                self.assertIn(says, aws_model.misfits(SUBMIT, changed(array, path, value)))

    def test_other_requests_that_do_not_fit_are_found(self):
        for path, document, says in (
                ("/v1/describejobs", {"jobs": ["a"] * 101}, "up to 100"),
                ("/v1/describejobs", {"jobs": "a"}, "Invalid type"),
                ("/v1/terminatejob", {"jobId": "a"}, "Missing required parameter"),
                ("/v1/terminatejob", {"jobId": "a", "reason": "x" * 1025}, "1024 characters"),
                ("/v1/canceljob", {"jobId": "a", "why": "x", "reason": ""}, "Unknown parameter"),
                ("Logs_20140328.GetLogEvents", {"logStreamName": "a:b"}, "pattern"),
                ("Logs_20140328.GetLogEvents", {"logStreamName": "a", "limit": 10_001}, "10001 is not from 1 to 10000"),
                ("/v1/submit", {}, "no such operation")):
            with self.subTest(path=path, says=says):
                self.assertIn(says, aws_model.misfits(path, document).replace("does not match", "pattern"))
        self.assertEqual(aws_model.misfits("/v1/describejobs", {"jobs": ["a"] * 100}), "")

    # When botocore is taken anew.
    def test_the_model_still_says_what_is_taken_from_its_words(self):
        for (structure, member), (words, _) in aws_model.IN_WORDS.items():
            with self.subTest(structure=structure, member=member):
                self.assertIn(words, aws_model.words_of(structure, member))

    def test_the_fake_of_aws_refuses_what_does_not_fit(self):
        ask = urllib.request.Request(self.fake.url + SUBMIT, json.dumps({"jobName": "a"}).encode(), method="POST")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(ask, timeout=60)
        self.assertEqual(refused.exception.code, 400)
        self.assertIn("jobQueue", "".join(self.fake.misfits))
        self.fake.misfits.clear()


unittest.main()
