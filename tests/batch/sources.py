"""Sources of a synthetic world, served as the real ones are, and what watches
the way between: an HTTP server of files that counts, breaks and slows, and
enough of S3 to fill a test bucket."""
import datetime
import gzip
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import tarfile
import time
import urllib.parse
import zipfile

from local_server import LocalServer

CROSSREF_TAR = "April 2025 Public Data File from Crossref.tar"  # P112: blanks
DATACITE_ACCOUNT = ("test-account", "s3cret-datacite-password")


class FileServer(LocalServer):
    """Serves files by name over HTTP with Range, If-Range and ETag.

    `sent` counts bytes of bodies by path. Of the first `breaks[path]` answers
    only a part comes, under a header that promises all of it; `rate` (bytes a
    second) slows every answer; `keys` is what /credentials answers.
    """

    def __init__(self, files):
        self.files = dict(files)
        self.breaks, self.sent, self.asked = {}, {}, []
        self.rate = None
        self.keys = None
        super().__init__()
        self.httpd.handle_error = lambda *_: None  # the program may be killed

    def answer(self, request):
        path = urllib.parse.unquote(request.path.split("?")[0]).lstrip("/")
        self.asked.append((path, dict(request.headers)))
        if path == "credentials":
            return self.send(request, 200, json.dumps(self.keys or {}).encode(), path)
        if path not in self.files:
            return self.send(request, 404, b"<html>not here</html>", path)
        body = pathlib.Path(self.files[path]).read_bytes()
        tag = '"' + hashlib.md5(body).hexdigest() + '"'
        wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        if wanted and request.headers.get("If-Range", tag) == tag:
            start = int(wanted[1])
            if start >= len(body):
                return self.send(request, 416, b"", path, {"Content-Range": f"bytes */{len(body)}"})
            return self.send(request, 206, body[start:], path, {
                "ETag": tag, "Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"})
        return self.send(request, 200, body, path, {"ETag": tag})

    def send(self, request, status, body, path, headers=None):
        request.send_response(status)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if self.breaks.get(path, 0) > 0:
            self.breaks[path] -= 1
            body = body[:len(body) // 2]
            request.close_connection = True
        step = 4096
        for at in range(0, len(body), step):
            piece = body[at:at + step]
            try:
                request.wfile.write(piece)
            except OSError:
                request.close_connection = True
                return
            self.sent[path] = self.sent.get(path, 0) + len(piece)
            if self.rate:
                time.sleep(len(piece) / self.rate)


class S3:
    """Signed requests to a server of the tests: that of tests/s3/with_s3, or of source_server.py."""

    def __init__(self, environment):
        self.endpoint = urllib.parse.urlsplit(environment["AWS_ENDPOINT_URL_S3"]).netloc
        self.key = environment["AWS_ACCESS_KEY_ID"]
        self.secret = environment["AWS_SECRET_ACCESS_KEY"]
        self.region = environment["AWS_REGION"]

    def request(self, method, path, body=b"", query=""):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        path = urllib.parse.quote("/" + path)
        digest = hashlib.sha256(body).hexdigest()
        headers = {"host": self.endpoint, "x-amz-content-sha256": digest, "x-amz-date": now}
        names = ";".join(sorted(headers))
        canonical = "\n".join([method, path, query, *(f"{n}:{headers[n]}" for n in sorted(headers)), "",
                               names, digest])
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret).encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, "
                                    f"SignedHeaders={names}, Signature={signature}")
        connection = http.client.HTTPConnection(self.endpoint, timeout=60)
        connection.request(method, path + ("?" + query if query else ""), body, headers)
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        if reply.status >= 300:
            raise OSError(f"{method} {path}: HTTP {reply.status}: {text[:300]!r}")
        return text

    def make_bucket(self, name, public=False):
        self.request("PUT", name)
        if public:
            policy = {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"],
                 "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}]}
            self.request("PUT", name, json.dumps(policy).encode(), "policy=")

    def upload_tree(self, folder, bucket):
        for key in keys_of(folder):
            self.request("PUT", f"{bucket}/{key}", (pathlib.Path(folder) / key).read_bytes())


def keys_of(folder):
    return [str(file.relative_to(folder)) for file in sorted(pathlib.Path(folder).rglob("*")) if file.is_file()]


def zip_of(file, members):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def lay_out(world, run, place):
    """The downloads of a synth world as their sources offer them: three bucket
    trees and two ZIPs below `place`."""
    def download(dataset):
        return world / dataset / run / "download"

    shutil.copytree(download("openalex_works"), place / "openalex/data/works")
    shutil.copytree(download("datacite"), place / "datacite/dois")
    (place / "datacite/STATUS.json").write_text('{"status": "Complete", "datetime": "2026-01-01T00:00:00Z"}')
    (place / "crossref").mkdir()
    with tarfile.open(place / "crossref" / CROSSREF_TAR, "w") as tar:
        for file in sorted(download("crossref_metadata").rglob("*.gz")):
            tar.add(file, "April 2025/" + str(file.relative_to(download("crossref_metadata"))))
    shutil.copy(next(download("ror").glob("*.zip")), place / "ror.zip")
    zip_of(place / "corpus.zip",
           [("data/" + file.name[:-3], gzip.decompress(file.read_bytes()))
            for file in sorted(download("data_citation_corpus").glob("*.json.gz"))]
           + [("__MACOSX/data/._x.json", b"\0\1")])  # P26


def digest_of(file):
    return "md5:" + hashlib.md5(pathlib.Path(file).read_bytes()).hexdigest()


def settings(run, place, url, bucket, buckets):
    """.env.aws-batch of the guide for these sources, in those buckets."""
    with zipfile.ZipFile(place / "ror.zip") as archive:
        ror = next(name for name in archive.namelist() if name.endswith("ror-data.json"))
    thresholds = {f"SQLMESH__VARIABLES__AUDIT_{name}_WORKS_THRESHOLD": 1
                  for name in ("CROSSREF_METADATA", "DATACITE", "OPENALEX")}
    return {
        "ENV": "dev", "BUCKET_NAME": bucket, "DMPWORKS_EXECUTOR": "local",
        "ROR_RUN_ID": run, "ROR_DOWNLOAD_URL": f"{url}/ror.zip", "ROR_HASH": digest_of(place / "ror.zip"),
        "ROR_FILE_NAME": pathlib.PurePath(ror).name + ".gz",
        "DATA_CITATION_CORPUS_RUN_ID": run, "DATA_CITATION_CORPUS_DOWNLOAD_URL": f"{url}/corpus.zip",
        "DATA_CITATION_CORPUS_HASH": digest_of(place / "corpus.zip"),
        "CROSSREF_METADATA_BUCKET_NAME": buckets["crossref"], "CROSSREF_METADATA_RUN_ID": run,
        "CROSSREF_METADATA_FILE_NAME": f'"{CROSSREF_TAR}"',
        "DATACITE_BUCKET_NAME": buckets["datacite"], "DATACITE_RUN_ID": run,
        "DATACITE_CREDENTIALS_URL": f"{url}/credentials",
        "OPENALEX_BUCKET_NAME": buckets["openalex"], "OPENALEX_WORKS_RUN_ID": run,
        "PROCESS_WORKS_RUN_ID": run, "DMPS_RUN_ID": run, **thresholds,
    }


def write_settings(folder, values):
    (folder / ".env.aws-batch").write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
