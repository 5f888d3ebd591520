#!/usr/bin/env python3
"""`dmpworks dmsp related-works`: matches into an SQLite file, and decisions on them.

usage: related_works_test.py PROGRAM [unittest arguments]
"""
import contextlib
import csv
import hashlib
import io
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
# All that a merge writes, but for ids and times.
ROWS = """SELECT p.dmpId, k.doi, hex(v.hash), v.title, v.authors, v.sourceUrl, r.status, r.sourceType, r.score, r.scoreMax,
          r.doiMatch, r.authorMatches FROM relatedWorks r JOIN plans p ON p.id = r.planId
          JOIN workVersions v ON v.id = r.workVersionId JOIN works k ON k.id = v.workId ORDER BY 1, 2, 3"""


def work(doi, score=1.0, version="a"):
    return {"work": {"doi": doi, "hash": version * 32, "workType": "ARTICLE", "title": f"On {doi}",
                     "authors": [{"full": "Ana Silva", "surname": "Silva"}], "source": {"name": "OpenAlex", "url": None}},
            "score": score, "scoreMax": 9.5, "doiMatch": {"found": False, "score": 0.0, "sources": []}}


def record(number, works):
    return {"dmpDoi": f"10.48321/d{number:04}", "planId": None, "works": works}


class RelatedWorks(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = pathlib.Path(temporary.name)

    def write(self, records, name="matches.jsonl"):
        (self.dir / name).write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")

    def publish(self, records, digest=None):
        matches = self.dir / "search/R/r01/matches/matches_0000.jsonl"
        matches.parent.mkdir(parents=True)
        self.write(records, matches)
        listed = {"path": "r01/matches/matches_0000.jsonl", "bytes": matches.stat().st_size, "rows": len(records),
                  "sha256": digest or hashlib.sha256(matches.read_bytes()).hexdigest()}
        (self.dir / "search/R/manifest.json").write_text(json.dumps({"stage": "x", "key": "0", "files": [listed]}))

    def start(self, *words, database="w.db"):
        line = [PROGRAM, "dmsp", "related-works", *map(str, words), "--database", f"sqlite:{database}"]
        return subprocess.Popen(line, cwd=self.dir, env={"PATH": os.environ["PATH"]}, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def call(self, *words, code=0, database="w.db"):
        process = self.start(*words, database=database)
        out, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, code, err)
        return out if code == 0 else err

    def merge(self, *words, code=0, database="w.db"):
        return self.call("merge", "matches.jsonl", *words, code=code, database=database)

    def rows(self, query=ROWS, database="w.db"):
        connection = sqlite3.connect(self.dir / database)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def report(self, matches, name, *words, code=0):
        done = subprocess.run([PROGRAM, "report", str(matches), name, *words], cwd=self.dir, text=True,
                              capture_output=True, env={"PATH": os.environ["PATH"]}, timeout=300)
        self.assertEqual(done.returncode, code, done.stderr)
        return (self.dir / name).read_text(encoding="utf-8") if code == 0 else done.stderr

    def test_reports_a_database_as_the_matches_it_was_made_of(self):
        strong = work("10.5555/a", 9.5)
        strong["doiMatch"] = {"found": True, "score": 15.0, "sources": [
            {"parentAwardId": None, "awardId": "OCE-1", "awardUrl": "https://funder.example/1"}]}
        strong["contentMatch"] = {"score": 4.2, "titleHighlight": "On <mark>kelp</mark>",
                                  "abstractHighlights": ["of <mark>kelp</mark>"]}
        strong["authorMatches"] = [{"index": 0, "score": 1.0, "fields": ["authors.full.Silva"]}]
        strong["work"].update(abstractText="All of kelp", publicationDate="2024-05-01", publicationVenue="Kelp",
                              institutions=[{"name": "CDL", "ror": None}], awards=[{"awardId": "OCE-1"}])
        self.write([record(1, [strong, work("10.5555/b", 2.5)]), record(2, []), record(3, [work("10.5555/c", 1)])])
        self.merge()
        page = self.report("matches.jsonl", "files.html")
        self.assertEqual(self.report("sqlite:w.db", "database.html"), page)
        for text in ("OCE-1", "<mark>kelp</mark>", "Kelp", "10.48321/d0002", "No work was found"):
            self.assertIn(text, page)
        (self.dir / "truth.csv").write_text("dmp_doi,work_doi,status\n10.48321/d0001,10.5555/a,ACCEPTED\n")
        judged = ("--ground-truth-file", "truth.csv")
        self.assertEqual(self.report("sqlite:w.db", "database.html", *judged),
                         self.report("matches.jsonl", "files.html", *judged))

    def test_keeps_what_the_linkage_model_says(self):
        """logOdds orders what a single-precision score cannot."""
        weights = [{"k": "prior", "level": "", "vsChance": -18.4, "vsTeam": -1.7, "dmp": None, "work": None, "note": ""},
                   {"k": "author", "level": "full", "vsChance": 14.25, "vsTeam": 4.0, "dmp": 0, "work": 0, "note": ""}]
        likely = [{**work(doi, 0.999999), "scoreMax": 1.0, "probability": 0.999999, "logOdds": odds, "weights": weights}
                  for doi, odds in (("10.5555/b", 31.25), ("10.5555/a", 20.5))]
        self.write([record(1, likely)])
        self.merge()
        rows = self.rows("SELECT probability, logOdds, weights FROM relatedWorks ORDER BY logOdds")
        self.assertEqual([row[:2] for row in rows], [(0.999999, 20.5), (0.999999, 31.25)])
        self.assertEqual([json.loads(row[2]) for row in rows], [weights] * 2)
        page = self.report("matches.jsonl", "files.html")
        self.assertIn("Against chance: prior -18.4, author +14.2 = ", page)
        self.assertEqual(self.report("sqlite:w.db", "database.html"), page)
        listed = [json.loads(line) for line in self.call("list", "--format", "json").splitlines()]
        self.assertEqual([(one["workDoi"], one["probability"], one["logOdds"], one["weights"]) for one in listed],
                         [("10.5555/a", 0.999999, 20.5, weights), ("10.5555/b", 0.999999, 31.25, weights)])

    def test_reports_the_titles_of_plans_and_what_was_decided_on(self):
        self.write([record(1, [work("10.5555/a", 9.5)])])
        self.merge()
        self.call("set-status", "10.48321/d0001", "10.5555/a", "ACCEPTED", "--by", "ada")
        connection = sqlite3.connect(self.dir / "w.db")
        connection.execute("UPDATE plans SET title = 'Forests of kelp'")
        connection.commit()
        connection.close()
        page = self.report("sqlite:w.db", "database.html")
        self.assertIn("Forests of kelp", page)
        self.assertIn("10.5555/a", page)

    def test_reports_no_file_that_is_no_database_of_ours(self):
        self.assertIn("--matches-path: sqlite:none.db: no such file", self.report("sqlite:none.db", "x.html", code=2))
        (self.dir / "text.db").write_text("no database " * 100)
        self.assertIn("text.db", self.report("sqlite:text.db", "x.html", code=1))
        connection = sqlite3.connect(self.dir / "other.db")
        connection.execute("CREATE TABLE plans (id INTEGER)")
        connection.close()
        self.assertIn("another program", self.report("sqlite:other.db", "x.html", code=1))
        self.assertFalse((self.dir / "x.html").exists())

    def test_merges_what_another_sqlite_reads(self):
        self.write([record(2, [work("10.5555/a", 3.5), work("10.5555/b")]), record(1, [work("10.5555/a")]),
                    record(3, [])])
        out = self.merge()
        self.assertIn("DMPs 3\n", out)
        self.assertIn("links inserted 3\n", out)
        self.assertEqual([row[0] for row in self.rows("SELECT dmpId FROM plans ORDER BY id")],
                         [f"https://doi.org/10.48321/d000{n}" for n in (1, 2, 3)])
        row = self.rows()[1]
        self.assertEqual(row[:4], ("https://doi.org/10.48321/d0002", "10.5555/a", "AA" * 16, "On 10.5555/a"))
        self.assertEqual(row[5:10], ("", "PENDING", "SYSTEM_MATCHED", 3.5, 9.5))
        self.assertEqual(json.loads(row[4])[0]["surname"], "Silva")
        self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(self.rows("PRAGMA foreign_key_check"), [])
        report = json.loads((self.dir / "matches.jsonl.merge_report.json").read_text())
        self.assertEqual(report["links"], {"inserted": 3, "updated": 0, "deleted": 0})

    def test_changes_nothing_the_second_time(self):
        self.write([record(1, [work("10.5555/a"), work("10.5555/b")]), record(2, [])])
        self.merge()
        everything = "SELECT * FROM relatedWorks UNION ALL SELECT * FROM relatedWorks ORDER BY 1"
        before = [self.rows(everything), self.rows("SELECT * FROM plans"), self.rows("SELECT * FROM workVersions")]
        time.sleep(1.1)  # times have seconds
        out = self.merge()
        self.assertIn("links inserted 0\nlinks updated 0\nlinks deleted 0\n", out)
        self.assertEqual(before, [self.rows(everything), self.rows("SELECT * FROM plans"),
                                  self.rows("SELECT * FROM workVersions")])

    def test_killed_at_any_time_it_is_whole_after_another_run(self):
        chance = random.Random(11)
        old = [record(n, [work(f"10.5555/{n}.{k}") for k in range(8)]) for n in range(120)]
        new = [record(n, [work(f"10.5555/{n}.{k}", k, chance.choice("ab")) for k in range(chance.randrange(12))])
               for n in range(120)]
        for database in ("whole.db", "killed.db"):
            self.write(old)
            self.merge(database=database)
            self.call("set-status", "10.48321/d0007", "10.5555/7.1", "ACCEPTED", "--by", "ada", database=database)
        self.write(new)
        self.merge("--allow-mass-delete", database="whole.db")
        whole = self.rows(database="whole.db")
        progress = self.dir / "matches.jsonl.merge_progress.jsonl"
        progress.unlink()
        for kills in range(4):
            process = self.start("merge", "matches.jsonl", "--allow-mass-delete", database="killed.db")
            wanted = 10 + 25 * kills
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and process.poll() is None:
                if progress.exists() and progress.read_bytes().count(b"\n") > wanted:
                    break
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            self.assertEqual(process.returncode, -signal.SIGKILL)
            self.assertEqual(self.rows("PRAGMA integrity_check", "killed.db"), [("ok",)])
        out = self.merge("--allow-mass-delete", database="killed.db")
        resumed = int(next(line for line in out.splitlines() if line.startswith("resumed")).split()[1])
        self.assertGreater(resumed, 50)
        self.assertEqual(self.rows(database="killed.db"), whole)
        self.assertIn(("10.5555/7.1", "ACCEPTED"), [(row[1], row[6]) for row in whole])

    def test_dry_run_makes_no_file(self):
        self.write([record(1, [work("10.5555/a"), work("10.5555/b")])])
        out = self.merge("--dry-run")
        self.assertTrue(out.startswith("10.48321/d0001\t+2 ~0 -0\n"), out)
        self.assertEqual(os.listdir(self.dir), ["matches.jsonl"])
        self.merge()
        self.write([record(1, [work("10.5555/a", 2.0)])])
        before = sorted(os.listdir(self.dir))
        self.assertIn("10.48321/d0001\t+0 ~1 -1\n", self.merge("--dry-run"))
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def test_people_decide(self):
        self.write([record(1, [work("10.5555/a"), work("10.5555/b"), work("10.5555/c")]),
                    record(2, [work("10.5555/a")])])
        self.merge()
        self.call("set-status", "10.48321/D0001", "https://doi.org/10.5555/A", "ACCEPTED", "--by", "ada")
        self.call("set-status", "1", "10.5555/b", "REJECTED", "--by", "o'hara")
        self.write([record(1, [])])
        self.merge()
        self.assertEqual(self.rows("SELECT u.name, r.status FROM relatedWorks r JOIN users u ON u.id = r.modifiedById "
                                   "ORDER BY 1"), [("ada", "ACCEPTED"), ("o'hara", "REJECTED")])
        decided = list(csv.DictReader(io.StringIO(self.call("export"))))
        self.assertEqual([(row["dmp_doi"], row["work_doi"], row["status"]) for row in decided],
                         [("10.48321/d0001", "10.5555/a", "ACCEPTED"), ("10.48321/d0001", "10.5555/b", "REJECTED")])
        lines = self.call("export", "--format", "json", "--status", "REJECTED", "--output-file", "out.jsonl")
        self.assertEqual(lines, "")
        exported = json.loads((self.dir / "out.jsonl").read_text())
        self.assertEqual((exported["workDoi"], exported["authorMatches"]), ("10.5555/b", []))
        listed = self.call("list", "--dmp", "10.48321/d0002").splitlines()
        self.assertEqual(len(listed), 2)
        self.assertEqual(listed[1].split()[:2], ["2", "PENDING"])
        self.assertIn("no link to 10.5555/z", self.call("set-status", "1", "10.5555/z", "PENDING", "--by", "a", code=1))
        self.assertIn('"10.48321/none"', self.call("list", "--dmp", "10.48321/none", code=1))

    def test_a_list_of_one_dmp_has_no_plans_without_doi(self):
        self.write([record(1, [work("10.5555/a")])])
        self.merge()
        with contextlib.closing(sqlite3.connect(self.dir / "w.db")) as connection, connection:
            connection.execute("UPDATE plans SET dmpId = 'of the university'")
        self.assertIn('"foo" is not in the database', self.call("list", "--dmp", "foo", code=1))
        self.assertIn("10.5555/a", self.call("list"))

    def test_lists_a_file_that_may_only_be_read(self):
        self.write([record(1, [work("10.5555/a")])])
        shelf = self.dir / "shelf 100%?#"
        shelf.mkdir()
        self.merge(database=shelf / "w.db")
        (shelf / "w.db").chmod(0o444)
        shelf.chmod(0o555)
        self.dir.chmod(0o755)
        user, program = None, PROGRAM
        if os.geteuid() == 0:  # may write anywhere; whom root stands aside for may not read the checkout
            user, program = 65534, self.dir / "dmpworks"
            for name in ("dmpworks", "libduckdb.so"):
                shutil.copy2(pathlib.Path(PROGRAM).parent / name, self.dir)
        line = [program, "dmsp", "related-works", "list", "--database", f"sqlite:{shelf}/w.db"]
        listed = subprocess.run(line, user=user, cwd="/", capture_output=True, text=True)
        shelf.chmod(0o755)
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn("10.5555/a", listed.stdout)

    def test_a_title_has_no_power_over_the_terminal(self):
        one = work("10.5555/a")
        one["work"]["title"] = "Red \x1b[31m\x9b2J\x7f Kelp\né"
        self.write([record(1, [one])])
        self.merge()
        with contextlib.closing(sqlite3.connect(self.dir / "w.db")) as connection, connection:
            connection.execute("UPDATE workVersions SET title = ?", (one["work"]["title"],))
        self.assertTrue(self.call("list").endswith("  Red  [31m 2J  Kelp é\n"))

    def test_one_line_says_what_is_wrong_with_the_input(self):
        (self.dir / "matches.jsonl").write_text('{"dmpDoi": "10.48321/d1", "works": []}\n{"dmpDoi": 1}\n')
        (self.dir / "other.db").write_bytes(b"no database at all" * 100)
        sqlite3.connect(self.dir / "notes.db").execute("CREATE TABLE notes (text)").connection.close()
        self.assertRegex(self.merge(code=1), r"\Admpworks dmsp related-works merge: .*matches.jsonl: line 2: .*\n\Z")
        self.write([record(1, [])])
        self.assertRegex(self.merge(code=1, database="other.db"), r"\A[^\n]*other.db: [^\n]*not a database\n\Z")
        self.assertRegex(self.merge(code=1, database="notes.db"), r"\A[^\n]*notes.db: [^\n]*of another program\n\Z")
        self.assertRegex(self.merge(code=1, database="no/such/w.db"), r"\A[^\n]*no/such/w.db: [^\n]*\n\Z")
        for words in (("list",), ("export",), ("set-status", "1", "10.5555/a", "PENDING", "--by", "ada")):
            self.assertIn("absent.db: no such database\n", self.call(*words, code=1, database="absent.db"))
        self.assertFalse((self.dir / "absent.db").exists())

    def test_refuses_bytes_that_the_manifest_does_not_list(self):
        self.publish([record(1, [work("10.5555/a")])], "0" * 64)
        for matches in ("search/R", "search/R/r01/matches", "search/R/r01/matches/matches_0000.jsonl"):
            self.assertIn("was expected", self.call("merge", matches, code=1))
        self.assertFalse((self.dir / "w.db").exists() and self.rows("SELECT * FROM plans"))

    def test_leaves_plans_alone_whose_search_failed(self):
        self.write([record(1, [work("10.5555/a")]), record(2, [work("10.5555/b")])])
        self.merge()
        before = self.rows()
        self.publish([record(1, [])])
        failures, manifest = self.dir / "search/R/r01/failures.jsonl", self.dir / "search/R/manifest.json"
        failures.write_text('{"dmpDoi":"10.48321/d0002","stage":"evidence","error":"lost","attempts":1}\n')
        listed = json.loads(manifest.read_text())
        listed["files"].append({"path": "r01/failures.jsonl", "bytes": failures.stat().st_size, "rows": 1,
                                "sha256": hashlib.sha256(failures.read_bytes()).hexdigest()})
        manifest.write_text(json.dumps(listed))
        self.call("merge", "search/R")
        self.assertEqual(len(before), 2)
        self.assertEqual(self.rows(), [row for row in before if "10.5555/b" in row])

    def test_writes_beside_a_stage_however_it_is_named(self):
        self.publish([record(1, [work("10.5555/a")])])
        before = sorted(self.dir.rglob("search/R/**/*"))
        (self.dir / "manifest.json").write_text("{}")  # of another program
        report = self.dir / "search/R.merge_report.json"
        for matches, folder in (("search/R", "."), (".", "search/R"), ("..", "search/R/r01"), ("matches", "search/R/r01"),
                                ("search/R/r01/matches/matches_0000.jsonl", ".")):
            line = [PROGRAM, "dmsp", "related-works", "merge", matches, "--database", f"sqlite:{self.dir}/w.db"]
            subprocess.run(line, cwd=self.dir / folder, check=True, capture_output=True)
            report.unlink()
        self.assertEqual(sorted(self.dir.rglob("search/R/**/*")), before)

    def test_merges_a_folder_again_whose_file_was_merged(self):
        (self.dir / "d").mkdir()
        self.write([record(1, [work("10.5555/a")])], "d/matches.jsonl")
        self.call("merge", "d/matches.jsonl")
        self.assertIn("DMPs 1\n", self.call("merge", "d"))

    def test_another_writer_is_waited_for_and_then_the_exit_code_is_75(self):
        self.write([record(1, [work("10.5555/a")])])
        self.merge()
        other = sqlite3.connect(self.dir / "w.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        process = self.start("merge", "matches.jsonl")
        time.sleep(1)
        self.assertIsNone(process.poll())
        other.execute("COMMIT")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        other.execute("BEGIN IMMEDIATE")
        self.assertIn("locked", self.merge(code=75))
        other.close()

    def test_records_without_a_plan_fail_the_merge_unless_allowed(self):
        self.write([{"dmpDoi": "none", "works": [work("10.5555/a")]}, record(1, [work("10.5555/a")])])
        self.assertIn("1 DMPs could not be merged", self.merge(code=1))
        self.assertEqual(len(self.rows()), 1)
        self.merge("--allow-no-plan")
        failed = [json.loads(line) for line in (self.dir / "matches.jsonl.failed_dmps.jsonl").read_text().splitlines()]
        self.assertEqual([(one["dmpDoi"], one["planId"]) for one in failed], [("none", None)])


unittest.main()
