"""What the tests of downloads share: a folder, a bucket, the sources in it, and
the program (the first argument) that is run, killed and looked at there."""
import gzip
import hashlib
import io
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
RUN = "2026-01-01"


def noise(random_, size):
    """JSON text that packs badly, as one line."""
    return json.dumps({"x": random_.randbytes(size // 2).hex()})


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_download_"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.random = random.Random(20260101)
        self.environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self.dir)}
        self.bucket, self.folder = "./bucket", self.dir / "bucket"

    def words(self, dataset, task="download", **options):
        return ["aws-batch", dataset, task, f"--bucket-name={self.bucket}", f"--run-id={RUN}",
                "--scratch-dir=scratch", *(f"--{k.replace('_', '-')}={v}" for k, v in options.items())]

    def call(self, dataset, **options):
        return subprocess.run([PROGRAM, *self.words(dataset, **options)], cwd=self.dir, env=self.environment,
                              text=True, capture_output=True, timeout=600, check=False)

    def start(self, dataset, **options):
        return subprocess.Popen([PROGRAM, *self.words(dataset, **options)], cwd=self.dir, env=self.environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self, dataset, seconds, **options):
        """True if it ended by itself before that."""
        process = self.start(dataset, **options)
        try:
            self.assertEqual(process.wait(timeout=seconds), 0)
            return True
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return False

    def stage(self, dataset, task="download"):
        return self.folder / dataset.replace("-", "_") / RUN / task

    def manifest(self, dataset, task="download"):
        file = self.stage(dataset, task) / "manifest.json"
        return json.loads(file.read_text()) if file.exists() else None

    def published(self, dataset, task="download"):
        """Content by path, and that all is as the manifest says."""
        found = {}
        for file in self.manifest(dataset, task)["files"]:
            content = (self.stage(dataset, task) / file["path"]).read_bytes()
            self.assertEqual((len(content), hashlib.sha256(content).hexdigest()), (file["bytes"], file["sha256"]))
            found[file["path"].removeprefix("r01/")] = content
        return found

    def whole_or_absent(self, dataset):
        if self.manifest(dataset):
            self.published(dataset)

    def fails(self, code, says, dataset, **options):
        done = self.call(dataset, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        errors = [line for line in done.stderr.splitlines() if line.startswith("dmpworks ")]
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertIn(says, errors[0])
        return done

    def tree(self, name, files):
        for path, content in files.items():
            file = self.dir / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return f"./{name}"

    def openalex(self, count=3, size=1000, records=1, line=None):
        line = line or (lambda i: noise(self.random, size))
        files = {f"updated_date=2026-01-0{i % 9 + 1}/part_{i:03}.gz":
                 gzip.compress((line(i) + "\n").encode(), 1, mtime=0) for i in range(count)}
        entries = [{"url": f"s3://openalex/data/works/{path}",
                    "meta": {"content_length": len(content), "record_count": records}}
                   for path, content in files.items()]
        everything = {f"data/works/{path}": content for path, content in files.items()}
        everything["data/works/manifest"] = json.dumps(
            {"entries": entries, "meta": {"record_count": records * count}}).encode()
        self.tree("openalex", everything)
        return files

    def crossref(self, files, cut=None):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for path, content in files.items():
                entry = tarfile.TarInfo("dir/" + path)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        self.tree("crossref", {"a.tar": out.getvalue()[:cut]})
