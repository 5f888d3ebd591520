#!/usr/bin/env python3
"""batch-submit --executor aws and the jobs commands against a fake of AWS: a
Batch that checks signatures and keeps jobs, the log service, and as much S3 as
chain records need.

usage: aws_test.py PROGRAM [unittest arguments]
"""
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse
import uuid

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / ".env.aws-batch.example"
KEY, SECRET, REGION = "test-key-id", "s3cret-aws-key", "us-west-2"
SECRETS = {"MYSQL_PWD": "s3cret-mysql", "OPENSEARCH_PASSWORD": "s3cret-opensearch",
           "DATACITE_PASSWORD": "s3cret-datacite"}


def signature_of(method, path, query, headers, signed, body, scope, secret):
    """AWS Signature Version 4, as its documentation describes it."""
    canonical = "\n".join([method, path, query, *(f"{name}:{' '.join(headers[name].split())}" for name in signed),
                           "", ";".join(signed), hashlib.sha256(body).hexdigest()])
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class FakeAws:
    def __init__(self):
        self.objects, self.jobs, self.requests, self.logs = {}, {}, [], {}
        self.refuse = lambda path, number: None  # (status, error type) or None
        self.outcome = {}  # job name: exit code
        self.frozen = False
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                fake.answer(self)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_port}"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()

    def answer(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        path, _, query = request.path.partition("?")
        if request.command == "POST":
            status, headers, reply = self.api(request, path, body)
        else:
            status, headers, reply = self.s3(request, urllib.parse.unquote(path).lstrip("/"), query, body)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(reply)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(reply)

    # ------------------------------------------------------------------- Batch
    def api(self, request, path, body):
        self.requests.append((path, json.loads(body)))
        headers = {name.lower(): value for name, value in request.headers.items()}
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\S+), SignedHeaders=(\S+), Signature=(\w+)",
                             headers.get("authorization", ""))
        service = "logs" if path == "/" else "batch"
        good = found and found[1] == KEY and f"/{REGION}/{service}/" in found[2] and found[4] == signature_of(
            "POST", path, "", headers, found[3].split(";"), body, found[2], SECRET)
        if not good:
            return self.error(403, "InvalidSignatureException")
        refused = self.refuse(path, sum(1 for p, _ in self.requests if p == path) - 1)
        if refused:
            return self.error(*refused)
        return 200, {}, json.dumps(getattr(self, path.rsplit("/", 1)[-1] or "log")(json.loads(body))).encode()

    @staticmethod
    def error(status, name):
        return status, {"x-amzn-errortype": name + ":http://internal.amazon.com/"}, b'{"message":"no"}'

    def submitjob(self, ask):
        job = {"jobId": str(uuid.UUID(int=len(self.jobs) + 1)), "jobName": ask["jobName"], "status": "SUBMITTED",
               "ask": ask, "container": {}}
        self.jobs[job["jobId"]] = job
        return {"jobId": job["jobId"], "jobName": ask["jobName"]}

    def describejobs(self, ask):
        assert len(ask["jobs"]) <= 100
        for job in [] if self.frozen else self.jobs.values():  # a step each time it is asked
            before = [self.jobs[one["jobId"]] for one in job["ask"]["dependsOn"]]
            if job["status"] in ("SUCCEEDED", "FAILED"):
                continue
            if any(one["status"] == "FAILED" for one in before):
                job["status"] = "FAILED"
            elif all(one["status"] == "SUCCEEDED" for one in before):
                job["status"] = {"SUBMITTED": "RUNNING", "RUNNING": "SUCCEEDED"}[job["status"]]
                job["container"]["logStreamName"] = "stream/" + job["jobId"]
                job["startedAt"] = 1767225600000
            code = self.outcome.get(job["jobName"], 0)
            size = job["ask"].get("arrayProperties", {}).get("size", 1)
            if job["status"] == "SUCCEEDED":
                job["status"] = "FAILED" if code else "SUCCEEDED"
            if size > 1:  # its members have containers, it has none
                job["container"] = {}
                job["arrayProperties"] = {"size": size}
            elif job["status"] in ("SUCCEEDED", "FAILED"):
                job["container"]["exitCode"] = code
        known = self.jobs | {f"{job['jobId']}:{index}": self.member(job, index) for job in self.jobs.values()
                             for index in range(job.get("arrayProperties", {}).get("size", 0))}
        return {"jobs": [{k: v for k, v in known[i].items() if k != "ask"} for i in ask["jobs"] if i in known]}

    def member(self, job, index):
        one = {"jobId": f"{job['jobId']}:{index}", "jobName": job["jobName"], "status": job["status"],
               "container": {"logStreamName": f"stream/{job['jobId']}:{index}"}, "arrayProperties": {"index": index}}
        if job["status"] in ("SUCCEEDED", "FAILED"):
            code = (self.outcome.get(job["jobName"]) or {}).get(index, 0)
            one |= {"status": "FAILED" if code else "SUCCEEDED", "container": one["container"] | {"exitCode": code}}
        return one

    def terminatejob(self, ask):
        self.jobs[ask["jobId"]] |= {"status": "FAILED", "reason": ask["reason"]}
        return {}

    def log(self, ask):
        lines = self.logs.get(ask["logStreamName"], [])
        stream, _, token = ask.get("nextToken", "").rpartition(" ")
        assert not token or stream == ask["logStreamName"], "a token of another stream"
        first = int(token) if token else max(0, len(lines) - ask["limit"])
        assert ask["startFromHead"] == bool(token)
        return {"events": [{"message": line} for line in lines[first:]],
                "nextForwardToken": f"{ask['logStreamName']} {len(lines)}"}

    # ---------------------------------------------------------------------- S3
    def s3(self, request, path, query, body):
        if request.command == "PUT":
            if "aws-chunked" in request.headers.get("Content-Encoding", ""):
                size, body = body.split(b"\r\n", 1)
                body = body[:int(size.split(b";")[0], 16)]
            self.objects[path] = body
            return 200, {"ETag": '"1"'}, b""
        if path in self.objects:
            return 200, {"ETag": '"1"'}, self.objects[path]
        asked = urllib.parse.parse_qs(query)
        if "list-type" in asked:
            bucket = path.rstrip("/") + "/"
            keys = sorted(k[len(bucket):] for k in self.objects
                          if k.startswith(bucket + asked.get("prefix", [""])[0]))
            items = "".join(f"<Contents><Key>{k}</Key><Size>1</Size></Contents>" for k in keys)
            return 200, {}, f"<ListBucketResult><IsTruncated>false</IsTruncated>{items}</ListBucketResult>".encode()
        return 404, {}, b"<Error><Code>NoSuchKey</Code></Error>"


class Aws(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_aws_"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.fake = FakeAws()
        self.addCleanup(self.fake.close)
        text = EXAMPLE.read_text(encoding="utf-8").replace("md5:…", "md5:" + "0" * 32)
        (self.dir / ".env.aws-batch").write_text(text, encoding="utf-8")
        self.env = {"PATH": os.environ["PATH"], "TMPDIR": str(self.dir), "AWS_ACCESS_KEY_ID": KEY,
                    "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
                    "AWS_ENDPOINT_URL": self.fake.url, **SECRETS}

    def call(self, *words, code=0):
        done = subprocess.run([PROGRAM, *words], cwd=self.dir, env=self.env, text=True, capture_output=True,
                              timeout=300, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def asked(self, path):
        return [body for asked, body in self.fake.requests if asked == path]

    def submitted(self):
        return self.asked("/v1/submitjob")

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
        command = ["dmpworks", "aws-batch", "sqlmesh", "plan", "--bucket-name=bucket-name", "--run-id=2026-02-04",
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

    # P116
    def test_a_member_that_fails_gives_its_exit_code(self):
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
            self.fake.logs[f"stream/{array}:{index}"] = [f"this is {index}"]
        shown = self.call("jobs", "logs", chain).stdout
        for index in range(2):
            self.assertIn(f"== sqlmesh-transform-2026-02-04[{index}] {array}:{index}\nthis is {index}\n", shown)

    # P115: nothing at all is asked.
    def test_what_is_submitted_is_what_the_dry_run_shows(self):
        for command in ("openalex-works", "process-works", "process-dmps"):
            with self.subTest(command):
                self.fake.requests.clear()
                shown = json.loads(self.call("batch-submit", command, "--dry-run", "--json").stdout)
                self.assertEqual(self.fake.requests, [])
                self.call("batch-submit", command)
                self.assertEqual([job["command"] for job in shown["jobs"]],
                                 [ask["containerOverrides"]["command"] for ask in self.submitted()])
                self.assertEqual([job["definition"] for job in shown["jobs"]],
                                 [ask["jobDefinition"] for ask in self.submitted()])

    # P114
    def test_a_third_submission_that_fails_ends_the_first_two(self):
        self.fake.refuse = lambda path, number: (
            (400, "ClientException") if path == "/v1/submitjob" and number == 2 else None)
        done = self.call("batch-submit", "process-dmps", code=1)
        ids = list(self.fake.jobs)
        self.assertEqual([ask["jobId"] for ask in self.asked("/v1/terminatejob")], ids[::-1])
        for name, job in (("sync-dmps", ids[0]), ("enrich-dmps", ids[1])):
            self.assertIn(f"{name}-2026-02-04 {job} ended", done.stderr)
        self.assertIn("ClientException", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.fake.objects, {})

    def test_throttling_is_tried_again(self):
        self.fake.refuse = lambda path, number: (429, "TooManyRequestsException") if number == 0 else None
        self.call("batch-submit", "dmps")
        self.assertEqual(len(self.submitted()), 2)
        self.assertEqual(len(self.fake.jobs), 1)

    def test_wrong_keys_are_one_error(self):
        self.env["AWS_SECRET_ACCESS_KEY"] = "s3cret-wrong"
        done = self.call("batch-submit", "dmps", code=1)
        self.assertIn("InvalidSignatureException", done.stderr)
        self.assertNotIn("s3cret", done.stdout + done.stderr)

    def test_wait_gives_the_exit_code_of_the_chain(self):  # P116
        for code, exit_code in ((0, 0), (75, 75), (3, 1)):
            with self.subTest(code):
                self.fake.jobs.clear()
                self.fake.outcome = {"ror-transform-2026-01-29": code}
                done = self.call("batch-submit", "ror", "--wait", "--force", code=exit_code)
                self.assertIn("ror-download-2026-01-29 SUCCEEDED", done.stderr)

    def test_a_chain_that_runs_is_not_submitted_again(self):  # P128
        self.call("batch-submit", "ror")
        done = self.call("batch-submit", "ror", code=2)
        self.assertIn("is still running for this run id", done.stderr)
        self.call("batch-submit", "ror", "--force")
        for job in self.fake.jobs.values():
            job["status"] = "FAILED"
        self.call("batch-submit", "ror")

    # P112
    def test_blanks_and_shell_characters_arrive_unchanged(self):
        name = "A B*$(x)'\".tar"
        self.call("batch-submit", "crossref-metadata", "--file-name", name)
        self.assertIn(f"--file-name={name}", self.submitted()[0]["containerOverrides"]["command"])

    # P117, P133
    def test_no_secret_leaves_the_machine(self):
        for command in ("ror", "datacite", "process-dmps"):
            done = self.call("batch-submit", command, "--log-level", "DEBUG")
            self.assertNotIn("s3cret", done.stdout + done.stderr)
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
