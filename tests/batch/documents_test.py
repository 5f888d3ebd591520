#!/usr/bin/env python3
"""Every SubmitJob document of every chain, from each of its tasks on, against
tests/batch/submitted/<command>.json.

usage: documents_test.py PROGRAM [--rewrite | unittest arguments]
"""
import json
import re
import sys
import unittest

from fake_aws import HERE, AwsCase

REWRITE = "--rewrite" in sys.argv and not sys.argv.remove("--rewrite")
RUNS = {"ror": "2026-01-29", "openalex-works": "2026-02-03", "crossref-metadata": "2025-04-01",
        "datacite": "2026-02-01", "data-citation-corpus": "2025-08-15", "dmps": "2026-02-04",
        "process-works": "2026-02-04", "process-dmps": "2026-02-04"}
# What a task reads, and with which options it can be the first.
NEEDS = {"dataset-subset": ["{dataset}/{run}/download"], "enrich-dmps": ["dmps/{run}/transform"],
         "dmp-works-search": ["dmps/{run}/transform", "sqlmesh/2026-02-04"],
         "merge-related-works": ["dmps/{run}/transform", "dmp-works-search/{run}"]}
SUBSET = ("--dataset-subset.enable",)
ARRAYS = {"sqlmesh-transform": ("--works-index-ranges", "3"), "dmp-works-search": ("--search-shards", "2")}


class Documents(AwsCase):
    maxDiff = None

    def tasks(self, command):
        refused = self.call("batch-submit", command, "--start-job", "none", code=2).stderr
        return re.search(r'"none" is not one of (.*)', refused)[1].split(", ")

    def needs(self, command, task, options):
        if command in ("openalex-works", "crossref-metadata", "datacite", "ror") and task == "transform":
            stages = ["{dataset}/{run}/" + ("subset" if options else "download")]
        else:
            stages = NEEDS.get(task, [])
        return [stage.format(dataset=command.replace("-", "_"), run=RUNS[command]) for stage in stages]

    def submitted_from(self, command, task, options):
        """The documents, with names in place of what is another one each time. Each input is asked for."""
        words = ("batch-submit", command, "--start-job", task, *options)
        self.fake.objects.clear()
        if task in ("sync-dmps", "enrich-dmps"):  # what is searched after them
            self.assertIn("--process-works-run-id: s3://bucket-name/sqlmesh/2026-02-04 is not a finished run",
                          self.call(*words, code=2).stderr)
            self.finish("sqlmesh/2026-02-04")
        for stage in self.needs(command, task, options):
            done = self.call(*words, code=2)
            self.assertRegex(done.stderr, f"{task} needs s3://bucket-name/({stage}, which is not finished|sqlmesh)")
            self.finish(stage)
        self.fake.requests.clear()
        self.fake.jobs.clear()
        chain = self.call(*words).stdout.split()[-1]
        text = json.dumps(self.submitted()).replace(chain, "CHAIN")
        for number, (job_id, job) in enumerate(self.fake.jobs.items()):
            text = text.replace(job_id, f"ID of {job['jobName']}")
            self.assertEqual(number, [ask["jobName"] for ask in self.submitted()].index(job["jobName"]))
        return json.loads(text)

    def test_every_chain_from_each_of_its_tasks_on(self):
        for command in RUNS:
            made = {}
            for task in self.tasks(command):
                if task == "sync-works":
                    self.call("batch-submit", command, "--start-job", task, code=2)
                    continue
                sets = [()] if task != "dataset-subset" else []
                if command in ("openalex-works", "crossref-metadata", "datacite"):
                    sets.append(SUBSET)
                sets += [ARRAYS[task]] if task in ARRAYS else []
                for options in sets:
                    made[" ".join((task, *options))] = self.submitted_from(command, task, options)
            with self.subTest(command):
                self.compare(command, made)

    def compare(self, command, made):
        file = HERE / "submitted" / f"{command}.json"
        if REWRITE:
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        self.assertEqual(made, json.loads(file.read_text(encoding="utf-8")))


unittest.main()
