#!/usr/bin/env python3
"""Pitfalls of jobs, storage and configuration that no other test here names.

usage: pitfalls_test.py PROGRAM [unittest arguments]
"""
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

import sources

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent / "src"
RUN = "2026-01-01"
ROR = [{"id": "https://ror.org/01an7q238", "names": [{"value": "A University", "types": ["ror_display"]}],
        "locations": [], "external_ids": [], "relationships": [], "status": "active", "types": ["education"],
        "links": [], "domains": [], "established": None}]


class Pitfalls(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dmpworks_pitfalls_"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.env = {"PATH": os.environ["PATH"], "TMPDIR": str(self.dir)}
        self.server = sources.FileServer({})
        self.addCleanup(self.server.close)

    def call(self, *words, code=None, env=None):
        done = subprocess.run([PROGRAM, *map(str, words)], cwd=self.dir, env=self.env | (env or {}), text=True,
                              capture_output=True, timeout=300, check=False)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def job(self, *words, **how):
        return self.call("aws-batch", *words, "--bucket-name=./bucket", f"--run-id={RUN}", "--scratch-dir=scratch",
                         **how)

    def offer(self, padding=0):
        file = self.dir / "ror.zip"
        sources.zip_of(file, [("v2.1-ror-data.json", json.dumps(ROR)), ("pad.csv", os.urandom(padding))])
        self.server.files["ror.zip"] = file
        return [f"--download-url={self.server.url}/ror.zip", f"--hash={sources.digest_of(file)}"]

    def submit_line(self, *words):
        return ["batch-submit", "ror", "--executor=local", "--env=dev", "--bucket-name=./bucket", f"--run-id={RUN}",
                "--file-name=v2.1-ror-data.json.gz", "--scratch-dir=scratch", *words]

    def crossref(self):
        folder = self.dir / "bucket/crossref_metadata" / RUN / "download"
        folder.mkdir(parents=True)
        with gzip.open(folder / "0.jsonl.gz", "wt") as file:
            for i in range(20):
                file.write(json.dumps({"DOI": f"10.5555/{i}", "title": ["T"], "type": "journal-article"}) + "\n")
        return folder

    def test_p58_unfinished_runs_are_not_taken_for_none(self):
        for dataset in ("openalex_works", "crossref_metadata", "datacite"):
            folder = self.dir / "bucket" / dataset / RUN / "transform"
            folder.mkdir(parents=True)
        (self.dir / "bucket/sqlmesh/2025-12-01/_parts").mkdir(parents=True)
        (self.dir / "bucket/sqlmesh/2025-12-01/report.json").write_text("{}")
        (self.dir / "bucket/ror" / RUN / "download").mkdir(parents=True)
        self.job("ror", "download", *self.offer(), code=0)
        (self.dir / "bucket/data_citation_corpus" / RUN / "download").mkdir(parents=True)
        (self.dir / "bucket/data_citation_corpus" / RUN / "download/a.json").write_text("[]")
        releases = [f"--release-dates.{name}={RUN}" for name in
                    ("openalex-works", "datacite", "crossref-metadata", "ror", "data-citation-corpus")]
        done = self.job("sqlmesh", "plan", "--prev-run-id=NEWEST", *releases, code=1)
        self.assertIn("sqlmesh/2025-12-01 is older and not finished", done.stderr)
        self.assertIn("INITIAL", done.stderr)
        # A run that was finished after the former one was chosen is not taken for it.
        for run in ("2025-11-01", "2025-12-01"):
            (self.dir / "bucket/sqlmesh" / run).mkdir(exist_ok=True)
            (self.dir / "bucket/sqlmesh" / run / "manifest.json").write_text('{"stage": "x", "key": "k", "files": []}')
        done = self.job("sqlmesh", "plan", "--prev-run-id=2025-11-01", *releases, code=1)
        self.assertIn("sqlmesh/2025-12-01 is newer and finished; the DOI state of 2025-11-01 is continued", done.stderr)
        done = self.job("sqlmesh", "plan", "--prev-run-id=2025-10-01", *releases, code=1)
        self.assertIn("sqlmesh/2025-10-01 is not a finished run", done.stderr)

    def test_an_input_that_is_not_what_its_manifest_lists_is_refused(self):
        self.job("ror", "download", *self.offer(), code=0)
        self.job("ror", "transform", code=0)
        plans = self.dir / "bucket/dmps" / RUN / "download"
        plans.mkdir(parents=True)
        (plans / "coki-dmps_1.jsonl.gz").write_bytes(gzip.compress(b'{"dmp_id": "https://doi.org/10.48321/D1"}\n'))
        self.job("dmps", "transform", code=0)
        table = self.dir / "bucket/ror" / RUN / "transform/ror.parquet"
        content = bytearray(table.read_bytes())
        content[len(content) // 3] ^= 1
        table.write_bytes(content)
        for words in ((), ("--force",)):
            done = self.job("dmps", "transform", *words, code=1)
            self.assertIn("ror.parquet: not the bytes its manifest lists", done.stderr)
        content[len(content) // 3] ^= 1
        table.write_bytes(content)
        self.assertIn("up to date", self.job("dmps", "transform", code=0).stdout)

    def test_p97_without_any_subset_variable_there_is_no_subset(self):
        chain = json.loads(self.call(*self.submit_line(*self.offer()), "--dry-run", "--json", code=0).stdout)
        self.assertEqual([job["task"] for job in chain["jobs"]], ["download", "transform"])
        self.assertNotIn("subset", json.dumps(chain))

    def test_p105_the_helps_of_plan_and_test_are_their_own(self):
        helps = [self.call("sqlmesh", leaf, "--help", code=0).stdout.splitlines()[2] for leaf in ("plan", "test")]
        self.assertIn("works index", helps[0])
        self.assertIn("test", helps[1])
        self.assertNotEqual(*helps)

    def test_p106_a_doi_state_that_exists_is_kept_unless_forced(self):
        words = ("sqlmesh", "init-doi-state", "--parquet-file=state.parquet")
        state = self.dir / "state.parquet"
        state.write_text("mine")
        self.assertIn("--force", self.call(*words, code=1).stderr)
        self.assertEqual(state.read_text(), "mine")
        self.call(*words, "--force", code=0)
        self.assertEqual(state.read_bytes()[:4], b"PAR1")

    def test_p111_a_plain_token_takes_the_next_place_that_is_free(self):
        words = ("batch-submit", "ror", "--executor=local", "--dry-run", "--json")
        rest = ["https://zenodo.org/a.zip", "md5:" + "0" * 32, "a.json.gz"]
        for typed in (["--env=dev", RUN, "./bucket", *rest], [f"--run-id={RUN}", "dev", "--bucket-name=./bucket", *rest],
                      ["dev", RUN, "./bucket", rest[0], rest[1], "--file-name", rest[2]]):
            chain = json.loads(self.call(*words, *typed, code=0).stdout)
            self.assertEqual((chain["env"], chain["runId"], chain["bucket"]), ("dev", RUN, "./bucket"))
            self.assertIn(f"--file-name={rest[2]}", chain["jobs"][1]["command"])
        done = self.call(*words, "--env=dev", RUN, "./bucket", *rest, "transform", "more", code=2)
        self.assertIn('unexpected argument "more"', done.stderr)
        done = self.call(*words, "dev", RUN, "./bucket", *rest, "--env=dev", code=2)
        self.assertIn("ENV and --env: one parameter, given by both forms", done.stderr)

    def test_p112_no_shell_reads_the_names_of_a_chain_that_runs_here(self):
        name, bucket = "A  B*$(touch ran)'\";`touch ran`.tar", "my bucket $HOME"
        (self.dir / bucket).mkdir()
        content = gzip.compress(b'{"DOI": "10.5555/1", "title": ["T"], "type": "journal-article"}\n', mtime=0)
        with tarfile.open(self.dir / bucket / name, "w") as tar:
            member = tarfile.TarInfo("a folder/0 $x.jsonl.gz")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        self.call("batch-submit", "crossref-metadata", "--executor=local", "--env=dev", "--bucket-name=./the bucket",
                  f"--run-id={RUN}", "--file-name", name, f"--crossref-bucket-name=./{bucket}", "--scratch-dir=a scratch",
                  code=0)
        stages = self.dir / "the bucket/crossref_metadata" / RUN
        self.assertEqual((stages / "download/0 $x.jsonl.gz").read_bytes(), content)
        self.assertEqual(json.loads((stages / "transform/manifest.json").read_text())["counts"]["out"], 1)
        self.assertEqual([path for path in self.dir.rglob("ran")], [])

    def test_p107_a_ror_file_that_is_not_there_names_those_that_are(self):
        self.job("ror", "download", *self.offer(), code=0)
        done = self.job("ror", "transform", "--file-name=v9.json.gz", code=1)
        self.assertIn("v2.1-ror-data.json.gz", done.stderr)

    def test_p119_jobs_of_one_run_at_once_remove_only_their_own_scratch(self):
        words = self.offer(padding=600_000)
        self.server.rate = 300_000
        slow = subprocess.Popen([PROGRAM, "aws-batch", "ror", "download", "--bucket-name=./bucket", f"--run-id={RUN}",
                                 "--scratch-dir=scratch", *words], cwd=self.dir, env=self.env,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        scratch = self.wait_for(lambda: list((self.dir / "scratch").rglob("download.*")))
        self.job("ror", "transform", code=1)  # nothing to read yet: it fails
        self.job("crossref-metadata", "transform", code=1)
        self.assertTrue(all(folder.exists() for folder in scratch))
        self.assertEqual(slow.communicate()[1].count("dmpworks aws-batch"), 0)
        self.assertEqual(slow.returncode, 0)
        self.assertEqual([p for p in (self.dir / "scratch").rglob("*") if p.is_file()], [])

    def wait_for(self, what):
        deadline = time.monotonic() + 20
        while not what() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertTrue(what())
        return what()

    # Source: jobs.md 3.4.
    def test_p119_a_job_that_is_asked_to_end_leaves_no_scratch(self):
        words = self.offer(padding=600_000)
        self.server.rate = 100_000
        for ask in (signal.SIGTERM, signal.SIGINT):
            job = subprocess.Popen([PROGRAM, "aws-batch", "ror", "download", "--bucket-name=./bucket", f"--run-id={RUN}",
                                    "--scratch-dir=scratch", *words], cwd=self.dir, env=self.env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            (scratch,) = self.wait_for(lambda: list((self.dir / "scratch/ror" / RUN).glob("download.*")))
            self.wait_for(lambda: self.server.sent)  # the second time perhaps of the job before
            job.send_signal(ask)
            self.assertEqual(job.wait(timeout=30), 130)
            self.assertFalse(scratch.exists())

    def test_p124_the_corpus_has_a_command_of_its_own(self):
        file = self.dir / "c.zip"
        sources.zip_of(file, [("a.json", "[]")])
        self.server.files["c.zip"] = file
        self.call("batch-submit", "data-citation-corpus", "--executor=local", "--env=dev", "--bucket-name=./bucket",
                  f"--run-id={RUN}", f"--download-url={self.server.url}/c.zip", f"--hash={sources.digest_of(file)}",
                  "--scratch-dir=scratch", code=0)
        self.assertTrue((self.dir / "bucket/data_citation_corpus" / RUN / "download/a.json.gz").exists())

    def test_p126_an_input_stage_without_manifest_is_refused(self):
        self.crossref()
        done = self.job("crossref-metadata", "transform", code=1)
        self.assertIn("--allow-no-manifest", done.stderr)
        self.job("crossref-metadata", "transform", "--allow-no-manifest", code=0)

    def test_p126_a_download_on_its_way_is_not_what_people_uploaded(self):
        folder = self.dir / "bucket/dmps" / RUN / "download"
        folder.mkdir(parents=True)
        (folder / "_progress.jsonl").write_text("{}\n")
        self.assertIn("its download is not finished", self.job("dmps", "transform", code=1).stderr)

    def test_p127_unchanged_is_up_to_date_and_changed_is_done_again(self):
        folder = self.crossref()
        manifest = self.dir / "bucket/crossref_metadata" / RUN / "transform/manifest.json"
        words = ("crossref-metadata", "transform", "--allow-no-manifest")
        self.job(*words, code=0)
        before = manifest.read_text()
        self.assertIn("up to date", self.job(*words, "--threads=2", code=0).stdout)
        self.assertEqual(manifest.read_text(), before)
        with gzip.open(folder / "1.jsonl.gz", "wt") as file:
            file.write(json.dumps({"DOI": "10.5555/new", "title": ["T"]}) + "\n")
        self.assertNotIn("up to date", self.job(*words, code=0).stdout)
        self.assertEqual(json.loads(manifest.read_text())["counts"]["out"], 21)
        self.assertNotIn("up to date", self.job(*words, "--limit-files=1", code=0).stdout)
        self.assertEqual(json.loads(manifest.read_text())["counts"]["out"], 20)

    def test_p118_a_failing_job_leaves_the_good_stage(self):
        folder = self.crossref()
        words = ("crossref-metadata", "transform", "--allow-no-manifest")
        self.job(*words, code=0)
        stage = self.dir / "bucket/crossref_metadata" / RUN / "transform"
        before = {p: p.read_bytes() for p in stage.rglob("*") if p.is_file()}
        (folder / "0.jsonl.gz").write_bytes((folder / "0.jsonl.gz").read_bytes()[:-9])
        self.assertIn("0.jsonl.gz", self.job(*words, code=1).stderr)
        self.assertEqual({p: p.read_bytes() for p in stage.rglob("*") if p.is_file()}, before)

    def test_p128_a_chain_that_runs_here_is_refused_and_a_killed_one_is_not(self):
        words = self.offer(padding=600_000)
        self.server.rate = 100_000
        first = subprocess.Popen([PROGRAM, *self.submit_line(*words)], cwd=self.dir, env=self.env,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for(lambda: self.server.sent)
        done = self.call(*self.submit_line(*words), code=2)
        self.assertIn("is still running for this run id", done.stderr)
        hinted = re.search(r"`dmpworks (jobs status [^`]*)`", done.stderr)[1]
        self.assertIn("RUNNING", self.call(*hinted.split(), code=0).stdout)
        first.send_signal(signal.SIGKILL)
        first.wait()
        self.server.rate = None
        self.call(*hinted.split(), code=1)
        self.call(*self.submit_line(*words), code=0)

    def test_a_chain_of_this_machine_is_cancelled(self):
        self.server.rate = 100_000
        chain = subprocess.Popen([PROGRAM, *self.submit_line(*self.offer(padding=600_000))], cwd=self.dir, env=self.env,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for(lambda: self.server.sent)
        (name,) = [folder.name for folder in (self.dir / "bucket/jobs").iterdir()]
        there = ("--bucket-name", "./bucket")
        jobs = [f"ror-transform-{RUN}", f"ror-download-{RUN}"]
        ended = self.call("jobs", "cancel", name, *there, code=0).stdout
        self.assertEqual(ended.splitlines(), [f"{job} ended" for job in jobs])
        self.assertEqual(chain.wait(timeout=120), 130)
        again = self.call("jobs", "cancel", name, *there, code=0).stdout
        self.assertEqual(again.splitlines(), [f"{job} FAILED" for job in jobs])
        shown = json.loads(self.call("jobs", "status", "--json", *there, code=1).stdout)
        self.assertEqual([job["state"] for job in shown["jobs"]], ["FAILED", "FAILED"])
        self.wait_for(lambda: not list((self.dir / "scratch").rglob("download.*")))
        both = self.call("jobs", "status", name, name, "--json", *there, code=1).stdout
        self.assertEqual([one["chain"] for one in json.loads(both)], [name, name])
        self.assertIn("there is no upload; the tasks are download, transform",
                      self.call("jobs", "logs", name, "--task", "upload", *there, code=1).stderr)
        self.call("jobs", "status", "--executor", "aws", *there, code=1)
        self.assertEqual(self.call("jobs", "status", "--all", "--executor", "local", *there, code=0).stdout,
                         f"{name} FAILED\n")

    def test_a_chain_that_is_interrupted_says_so_also_in_its_record(self):
        words = self.offer(padding=600_000)
        for ask in (signal.SIGINT, signal.SIGTERM):
            self.server.rate = 100_000
            chain = subprocess.Popen([PROGRAM, *self.submit_line(*words)], cwd=self.dir, env=self.env,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            name = re.search(r" chain (\S+)$", chain.stderr.readline())[1]
            self.assertIn(f"ror-download-{RUN} RUNNING", chain.stderr.readline())
            chain.send_signal(ask)
            _, said = chain.communicate(timeout=120)
            self.assertEqual(chain.returncode, 130)
            self.assertIn(f"{name} interrupted: its jobs are ended\n", said)
            record = json.loads((self.dir / "bucket/jobs" / name / "chain.json").read_text())
            self.assertEqual([job["state"] for job in record["jobs"]], ["FAILED", "FAILED"])
        self.server.rate = None
        self.call(*self.submit_line(*words), code=0)

    # The number of a process that has ended is given to another one.
    def test_a_process_that_is_not_of_the_chain_is_not_ended(self):
        self.call(*self.submit_line(*self.offer()), code=0)
        (record,) = (self.dir / "bucket/jobs").glob("*/chain.json")
        chain = json.loads(record.read_text())
        self.assertRegex(chain["process"], r"^[0-9a-f-]{36} \d+$")
        there = ("--bucket-name", "./bucket")
        with subprocess.Popen(["sleep", "600"]) as other:
            self.addCleanup(other.kill)
            jobs = [job | {"state": "RUNNING"} for job in chain["jobs"]]
            for process, code in ((chain["process"], 0), ("", 1)):  # of this version, of one before
                record.write_text(json.dumps(chain | {"pid": other.pid, "process": process, "jobs": jobs}))
                done = self.call("jobs", "cancel", chain["chain"], *there, code=code)
                self.assertEqual("does not say when process" in done.stderr, code == 1)
                self.assertIsNone(other.poll())
            other.kill()

    def test_p129_every_job_ends_with_a_summary_and_stats_also_after_failure(self):
        done = self.job("ror", "download", *self.offer(), "--stats=good.json", code=0)
        self.assertRegex(done.stdout, r"in \d+\nout \d+\nrejects 0\nfiles 1\nbytes \d+\n")
        self.job("ror", "transform", "--file-name=v9.json.gz", "--stats=bad.json", code=1)
        for name, code in (("good.json", 0), ("bad.json", 1)):
            self.assertEqual(json.loads((self.dir / name).read_text())["exitCode"], code)

    def test_p130_a_certificate_nobody_vouches_for_is_refused(self):
        words = self.offer()
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                               "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem",
                               "-out", "cert.pem"], cwd=self.dir, capture_output=True, check=False)
        self.assertEqual(made.returncode, 0)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.dir / "cert.pem", self.dir / "key.pem")
        self.server.httpd.socket = context.wrap_socket(self.server.httpd.socket, server_side=True)
        words[0] = words[0].replace("http://", "https://")
        done = self.job("ror", "download", *words, code=1)
        self.assertIn("certificate", done.stderr)
        self.assertEqual(self.server.asked, [])

    def test_p133_a_password_in_an_address_is_shown_nowhere(self):
        words = self.offer()
        words[0] = words[0].replace("http://", "http://user:s3cret-word@") + "?key=s3cret-query"
        good = self.job("ror", "download", *words, "--log-level=DEBUG", "--stats=stats.json", code=0)
        bad = self.job("ror", "download", words[0].replace("ror.zip", "no.zip"), words[1], "--force",
                       "--log-level=DEBUG", code=1)
        written = "".join(file.read_text(errors="replace") for file in self.dir.rglob("*.json") if file.is_file())
        for text in (good.stdout, good.stderr, bad.stderr, written):
            self.assertNotIn("s3cret", text)

    def test_p134_json_of_ten_thousand_levels_needs_no_memory_and_harms_its_field_or_record(self):
        lists, objects = "[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000
        work = '{"DOI": "10.5555/%s", "title": ["T"], "type": "journal-article"%s}'
        lines = [work % (1, ""), work % (2, f', "x": {lists}'), work % (3, f', "author": [{{"given": {objects}}}]'),
                 work % (4, f', "author": {lists}')]
        self.crossref()
        file = self.dir / "bucket/crossref_metadata" / RUN / "download/0.jsonl.gz"
        file.write_bytes(gzip.compress("\n".join(lines).encode()))
        (self.dir / "bucket/meta").mkdir()
        (self.dir / "bucket/meta/deep.json").write_text(lists)
        for words, code in ((("crossref-metadata", "transform", "--allow-no-manifest"), 0),
                            (("crossref-metadata", "dataset-subset", "--allow-no-manifest", "--dataset-subset.enable=true",
                              "--dataset-subset.dois-s3-path=meta/deep.json"), 1)):
            with subprocess.Popen([PROGRAM, "aws-batch", *words, "--bucket-name=./bucket", f"--run-id={RUN}",
                                   "--scratch-dir=scratch"], cwd=self.dir, env=self.env, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as job:
                _, status, used = os.wait4(job.pid, 0)
                job.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(job.returncode, code)
            self.assertLess(used.ru_maxrss, 400_000)  # KiB, with what the sanitizers take
        manifest = json.loads((self.dir / "bucket/crossref_metadata" / RUN / "transform/manifest.json").read_text())
        self.assertEqual(manifest["counts"]["in"], 4)
        self.assertEqual(manifest["counts"]["out"], 4)
        self.assertFalse((self.dir / "bucket/crossref_metadata" / RUN / "subset/manifest.json").exists())

    def test_p148_every_hint_names_a_command_that_exists(self):
        commands = set()
        for file in SOURCE.rglob("*.cpp"):
            for line in re.findall(r"`dmpworks ((?:[a-z]+[a-z-]* ?)+)", file.read_text(encoding="utf-8")):
                commands.add(line.strip())
        self.assertGreater(len(commands), 1)
        for command in sorted(commands):
            with self.subTest(command):
                words = [word for word in command.split() if word]
                done = self.call(*words, "--help", code=0)
                self.assertTrue(done.stdout.startswith("Usage: dmpworks " + " ".join(words)), command)


unittest.main()
