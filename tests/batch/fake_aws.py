"""A fake of AWS: a Batch that checks signatures, holds requests against AWS's own
model and keeps jobs, the log service, and as much S3 as chain records need; and
what the tests with it share. The program is the first argument."""
import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import uuid

import aws_model
from local_server import LocalServer

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / ".env.aws-batch.example"
KEY, SECRET, REGION = "test-key-id", "s3cret-aws-key", "us-west-2"
SECRETS = {"MYSQL_PWD": "s3cret-mysql", "OPENSEARCH_PASSWORD": "s3cret-opensearch",
           "DATACITE_PASSWORD": "s3cret-datacite"}


def signature_of(method, path, query, headers, signed, body, scope, secret):
    """AWS Signature Version 4, as its documentation describes it."""
    canonical = "\n".join([method, path, "&".join(sorted(query.split("&"))),
                           *(f"{name}:{' '.join(headers[name].split())}" for name in signed), "", ";".join(signed),
                           headers.get("x-amz-content-sha256") or hashlib.sha256(body).hexdigest()])
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def is_signed(request, body, service, key=KEY, secret=SECRET):
    """Whether the request is signed with that key for that service of the region."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    path, _, query = request.path.partition("?")
    found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\S+), ?SignedHeaders=(\S+), ?Signature=(\w+)",
                         headers.get("authorization", ""))
    return bool(found and found[1] == key and f"/{REGION}/{service}/" in found[2] and found[4] == signature_of(
        request.command, path, query, headers, found[3].split(";"), body, found[2], secret))


class FakeAws(LocalServer):
    def __init__(self):
        self.objects, self.jobs, self.requests, self.logs = {}, {}, [], {}
        self.refuse = lambda path, number: None  # (status, error type) or None
        self.outcome = {}  # job name: exit code
        self.deny = lambda method, path: False  # of S3: 403; or a status
        self.misfits = []  # what was asked as AWS's model does not have it
        self.tokens = []  # session tokens, None: a request without one
        self.frozen = False
        super().__init__()

    def answer(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        path, _, query = request.path.partition("?")
        self.tokens.append(request.headers.get("x-amz-security-token"))
        if request.command == "POST":
            status, headers, reply = self.api(request, path, body)
        else:
            path = getattr(request, "to_s3", "") + path
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
        misfit = aws_model.misfits(request.headers.get("x-amz-target", path), json.loads(body))
        if misfit:
            self.misfits.append(misfit)
            return self.error(400, "ClientException")
        if not is_signed(request, body, "logs" if path == "/" else "batch"):
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
               "container": {"logStreamName": f"stream/{job['jobId']}/{index}"}, "arrayProperties": {"index": index}}
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
        denied = self.deny(request.command, path)
        if denied:
            status, code = (403, "AccessDenied") if denied is True else (denied, "SlowDown")
        else:
            status, code = 403, None if is_signed(request, body, "s3") else "SignatureDoesNotMatch"
        if code:
            return status, {}, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
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


class AwsCase(unittest.TestCase):
    """The program, with the shipped settings and a fake of AWS."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_aws_"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.fake = FakeAws()
        self.addCleanup(self.fake.close)
        self.addCleanup(lambda: self.assertEqual(self.fake.misfits, []))
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

    def records(self):
        """By chain id."""
        return {key.split("/")[2]: json.loads(text) for key, text in self.fake.objects.items()
                if key.endswith("/chain.json")}

    def finish(self, *stages):
        """Stages of the bucket that are finished, as far as a submission looks."""
        for stage in stages:
            self.fake.objects[f"bucket-name/{stage}/manifest.json"] = b'{"stage": "x", "key": "k", "files": []}'
