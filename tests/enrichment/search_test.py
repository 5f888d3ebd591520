#!/usr/bin/env python3
"""What enrichment knows of the plans, in every command that searches; and the
modification window.

usage: search_test.py PROGRAM PUBLISH_EXTERNAL_DATA
"""
import csv
import datetime
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

LINE = [sys.executable, *sys.argv]
PROGRAM, PUBLISH = sys.argv.pop(1), sys.argv.pop(1)
RUN = "2026-01-01"
NIH, NSF = "dmpworks.funders.nih_award_id.NIHAwardID", "dmpworks.funders.nsf_award_id.NSFAwardID"
NSF_ROR = "021nxhr62"
PROJECT_PAGE = "https://reporter.nih.gov/project-details/10438547"
AWARD_PAGE = "https://www.nsf.gov/awardsearch/showAward?AWD_ID=2345678&HistoricalAwards=false"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def days_ago(days):
    return (TODAY - datetime.timedelta(days=days)).isoformat()


def call(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=300)


def work(name, day, author, award=None, funder="Sea Fund"):
    family, given = author.split(", ")
    attributes = {"doi": f"10.5555/{name}", "state": "findable", "titles": [{"title": f"Of {name}"}],
                  "types": {"resourceTypeGeneral": "Text"},
                  "dates": [{"date": day, "dateType": "Issued"}] if day else [],
                  "creators": [{"name": author, "nameType": "Personal", "givenName": given, "familyName": family}]}
    if award:
        attributes["fundingReferences"] = [{"funderName": funder, "awardNumber": award}]
    return {"id": attributes["doi"], "attributes": attributes}


def plan(name, award=None, funder=None, modified="2018-01-01"):
    funding = [{"status": "granted", "grant_id": award, "funder": funder or {"name": "Sea Fund", "id": None}}]
    return {"dmp_id": f"doi.org/10.48321/{name}", "created": "2018-01-01", "modified": modified, "title": "Coast",
            "description": None, "project_start": "2018-01-01", "project_end": "2020-06-30", "institutions": [],
            "authors": [{"name": "Silva, Ana", "orcid": None}], "funding": funding if award else []}


def award_id(kind, **parts):
    return {"class": kind, "parts": [{"value": value, "type": name} for name, value in parts.items()]}


def award(award_of, *dois, related=(), funder=None):
    return {"funder": funder, "award_id": {**award_of, "related_awards": list(related)}, "funded_dois": list(dois)}


def data(name, *awards, changed=None):
    return {"doi": f"10.48321/{name}", "updated": "2026-01-01 00:00:00", "changed": changed, "awards": list(awards)}


WORKS = [
    work("kelp", "2019-05-01", "Nemo, Al"),
    work("early", "1999-05-01", "Nemo, Al"),
    work("undated", None, "Nemo, Al"),
    work("reef", "2019-05-01", "Nemo, Al", award="OCE-2345678", funder="NSF"),
    work("joined", "2019-05-01", "Nemo, Al", award="OCE2345678", funder="NSF"),
    work("strange", "2019-05-01", "Nemo, Al", award="OCE-2345678"),
    work("year", "2019-05-01", "Nemo, Al", award="5R01AI176039-02"),
    work("raw", "2019-05-01", "Nemo, Al", award="ABC-12345"),
    work("moor", "2019-05-01", "Nemo, Al", award="R01AI500123"),
    work("call", "2019-05-01", "Nemo, Al", award="CALL-2018-7"),
    work("silva", "2019-05-01", "Silva, Ana"),
]
R01 = award_id(NIH, text="R01 AI176039", activity_code="R01", institute_code="AI", serial_number="176039")
YEARS = [award_id(NIH, application_type="5", activity_code="R01", institute_code="AI", serial_number="176039",
                  support_year="02", appl_id="10438547")]
PLANS = [
    plan("kelp", "R01 AI176039", modified=days_ago(40)),
    plan("reef", "2345678", {"name": "NSF", "id": f"https://ror.org/{NSF_ROR}"}),
    plan("never", "ABC-12345", modified=days_ago(3)),
    plan("changed", "XYZ-12345"),
    plan("other", "NEW-12345"),
    plan("many", "R01AI000001"),
    {**plan("empty"), "authors": []},
    {**plan("raw"), "authors": [], "funding": [
        {"status": "granted", "grant_id": "R01 AI176039", "funder": {"name": "NIH", "id": None}},
        {"status": "granted", "grant_id": "ABC-12345", "funder": {"name": "Sea Fund", "id": None},
         "funding_opportunity_id": "CALL-2018-7"}]},
]
ROWS = [
    data("kelp", award(R01, "10.5555/kelp", "10.5555/early", "10.5555/undated", "10.5555/absent", related=YEARS)),
    data("reef", award(award_id(NSF, text="2345678", org_id="OCE", award_id="2345678"), "10.5555/kelp",
                       funder={"name": "NSF", "ror": NSF_ROR})),
    data("changed", award(award_id("generic", text="XYZ-12345", id="XYZ-12345"), "10.5555/kelp"),
         award(award_id("os.system", text="XYZ-12345"), "10.5555/moor"), changed=f"{days_ago(5)} 10:00:00"),
    # The funding is another one by now.
    data("other", award(award_id("generic", text="OLD-12345", id="OLD-12345"), "10.5555/kelp")),
    # P87: thousands of spellings of one award.
    data("many", award(award_id(NIH, text="R01AI000001", institute_code="AI", serial_number="000001"), related=[
        award_id(NIH, activity_code="R01", institute_code="AI", serial_number=f"{number:06}")
        for number in range(500_000, 500_600)])),
    data("raw", award(R01)),
    data("gone", award(R01, "10.5555/kelp")),
    {"doi": "TEMP-1", "awards": []},
]


class Enrichment(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.dir = pathlib.Path(cls.folder.name)
        for name, records in (("works.jsonl", WORKS), ("plans.jsonl", PLANS)):
            (cls.dir / name).write_text("".join(json.dumps(record) + "\n" for record in records))
        cls.good(*cls.run_line("world", "--until", "works-index"))
        cls.data = cls.publish("enrichment", ROWS)

    @classmethod
    def good(cls, *words):
        done = call(*words)
        assert done.returncode == 0, (words, done.returncode, done.stderr)
        return done

    @classmethod
    def run_line(cls, out, *more):
        return ["run", "--out-dir", cls.dir / out, "--run-id", RUN, "--quiet", "--datacite", cls.dir / "works.jsonl",
                "--dmps", cls.dir / "plans.jsonl", *more]

    @classmethod
    def publish(cls, name, rows):
        lines = cls.dir / "rows.jsonl"
        lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
        subprocess.run([PUBLISH, lines, cls.dir / name], check=True, timeout=300)
        return cls.dir / name

    def search(self, *more, external=True):
        """The works of each plan, by what is behind 10.48321/ and 10.5555/."""
        file = self.dir / "found.jsonl"
        words = ["--external-data-path", self.data] if external else []
        done = self.good("opensearch", "dmp-works-search", "--dmps-path", self.dir / "plans.jsonl", "--works-path",
                         self.dir / "world/sqlmesh" / RUN, "--out-file", file, "--log-level", "INFO", *words, *more)
        self.said = done.stderr
        return works_of(file.read_text().splitlines())

    def bucket(self, *names):
        """A copy of the world with an enrichment in it, and finished searches of other runs."""
        bucket = self.dir / "-".join(("bucket", *names))
        self.addCleanup(shutil.rmtree, bucket)
        shutil.copytree(self.dir / "world", bucket)
        shutil.copytree(self.data, bucket / "enrich-dmps" / RUN)
        return bucket

    def job(self, bucket, *more):
        return self.good("aws-batch", "opensearch", "dmp-works-search", f"--bucket-name={bucket}/", f"--run-id={RUN}",
                         "--scratch-dir", self.dir / "scratch", "--ranker", "query", "--log-level", "INFO", *more)

    # ------------------------------------------------------------ funded DOIs

    def test_a_plan_finds_a_work_only_because_the_funder_lists_it(self):
        self.assertNotIn("kelp", self.search("--ranker", "query", external=False)["kelp"])
        kelp = self.search("--ranker", "query")["kelp"]["kelp"]
        self.assertEqual(kelp["doiMatch"]["score"], 15)
        self.assertTrue(kelp["doiMatch"]["found"])
        (clause,) = [clause for clause in kelp["explain"] if clause["clause"] == "funded_dois"]
        self.assertTrue(clause["gate"])
        found = self.search("--ranker", "query", "--disable-features", "funded_dois")["kelp"]
        self.assertNotIn("kelp", found)

    def test_sources_are_the_related_award_and_the_award_itself(self):
        for ranker in ("query", "linkage"):
            found = self.search("--ranker", ranker)
            self.assertEqual(found["kelp"]["kelp"]["doiMatch"]["sources"], [
                {"parentAwardId": "R01AI176039", "awardId": "5R01AI176039-02", "awardUrl": PROJECT_PAGE}])
            self.assertEqual(found["reef"]["kelp"]["doiMatch"]["sources"], [
                {"parentAwardId": None, "awardId": "OCE-2345678", "awardUrl": AWARD_PAGE}])

    def test_p86_early_and_undated_works_are_found_by_funded_doi_except_in_the_baseline(self):
        found = self.search("--ranker", "query")["kelp"]
        self.assertEqual({name: found[name]["dateStatus"] for name in ("kelp", "early", "undated")},
                         {"kelp": "inside", "early": "outside", "undated": "unknown"})
        found = self.search("--query-builder-name", "build_dmp_works_search_baseline_query")["kelp"]
        self.assertIn("kelp", found)
        self.assertFalse({"early", "undated"} & set(found))

    # ------------------------------------------------------------------ awards

    def test_awards_are_found_in_the_spellings_of_the_funder(self):
        self.assertNotIn("year", self.search("--ranker", "query", external=False)["kelp"])
        found = self.search("--ranker", "query")
        (year,) = found["kelp"]["year"]["awardMatches"]
        self.assertEqual((year["score"], year["fields"]), (10, ["awards.award_id.5R01AI176039-02"]))
        self.assertEqual(found["reef"]["reef"]["awardMatches"][0]["fields"], ["awards.award_id.OCE-2345678"])
        self.assertIn("joined", found["reef"])
        # A strong number opens the gate whoever pays, with a flag.
        self.assertEqual([work for work in found["reef"].values() if work.get("funderMismatch")], [found["reef"]["strange"]])
        # Nobody knows the organisation from the number alone.
        self.assertNotIn("reef", self.search("--ranker", "query", external=False)["reef"])
        baseline = self.search("--query-builder-name", "build_dmp_works_search_baseline_query")["reef"]
        self.assertIn("reef", baseline)
        self.assertNotIn("joined", baseline)

    def test_p85_a_plan_without_a_row_is_searched_with_its_raw_awards(self):
        for external in (True, False):
            found = self.search("--ranker", "query", external=external)
            self.assertIn("raw", found["never"])
            self.assertEqual(len(found), len(PLANS))

    def test_raw_awards_match_beside_parsed_ones(self):
        # A2: the entry that was parsed, NIH's, gives its spellings, the other one all that it says.
        found = self.search("--ranker", "query")["raw"]
        fields = {name: match["awardMatches"][0]["fields"] for name, match in found.items()}
        self.assertEqual(fields, {"raw": ["awards.award_id.ABC-12345"], "call": ["awards.award_id.CALL-2018-7"]})
        self.assertEqual({match["score"] for match in found.values()}, {11})  # and the name of the funder
        self.assertEqual(self.search("--ranker", "query", "--without-improvements", "raw_awards")["raw"], {})
        baseline = ("--query-builder-name", "build_dmp_works_search_baseline_query")
        self.assertEqual(self.search(*baseline)["raw"], {})
        self.assertEqual(set(self.search(*baseline, external=False)["raw"]), set(found))
        for ranker in ("query", "linkage"):  # no other clause brings these together
            self.assertEqual(self.search("--ranker", ranker, "--disable-features", "awards")["raw"], {})
        self.assertLessEqual(set(found), set(self.search("--ranker", "linkage")["raw"]))

    def test_p87_thousands_of_spellings_lose_no_plan(self):
        for ranker in ("query", "linkage"):
            found = self.search("--ranker", ranker)
            self.assertEqual(found["many"]["moor"]["awardMatches"][0]["fields"], ["awards.award_id.R01AI500123"])
            self.assertEqual(len(found), len(PLANS))

    def test_p84_a_plan_without_works_has_its_record(self):
        self.assertEqual(self.search("--ranker", "query")["empty"], {})

    def test_awards_of_other_funding_are_ignored(self):
        self.assertNotIn("kelp", self.search("--ranker", "query")["other"])

    def test_what_cannot_be_used_is_counted_and_costs_only_itself(self):
        found = self.search("--ranker", "query")
        self.assertIn("kelp", found["changed"])
        self.assertNotIn("moor", found["changed"])
        self.assertIn("external data left out: 1 unknown_award_class, 1 no_doi", self.said)
        self.good("opensearch", "dmp-works-search", "--dmps-path", self.dir / "plans.jsonl", "--works-path",
                  self.dir / "world/sqlmesh" / RUN, "--out-dir", self.dir / "searched", "--ranker", "query",
                  "--external-data-path", self.data)
        counters = json.loads((self.dir / "searched/manifest.json").read_text())["counters"]
        self.assertEqual({name: count for name, count in counters.items() if name.startswith(("enriched", "external"))},
                         {"enriched": 6, "external_data.rows": 8, "external_data.no_plan": 1, "external_data.no_doi": 1,
                          "external_data.unknown_award_class": 1, "external_data.awards_of_before": 1})

    def test_an_enrichment_that_is_not_finished_is_refused(self):
        done = call("opensearch", "dmp-works-search", "--dmps-path", self.dir / "plans.jsonl", "--works-path",
                    self.dir / "world/sqlmesh" / RUN, "--out-file", self.dir / "none.jsonl", "--external-data-path",
                    self.dir / "world")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not a finished stage", done.stderr)

    # ------------------------------------------------------- run and the bucket

    def test_run_takes_the_enrichment_of_its_folder(self):
        line = self.run_line("by_run", "--ranker", "query")
        self.good(*line)
        self.assertNotIn("kelp", stage_works(self.dir / "by_run")["kelp"])
        shutil.copytree(self.data, self.dir / "by_run/enrich-dmps" / RUN)
        self.good(*line)
        self.assertEqual(stage_works(self.dir / "by_run")["kelp"]["kelp"]["score"], 15)
        results = self.dir / "by_run/results" / RUN
        files = {pathlib.Path(file["path"]).name: results / file["path"]
                 for file in json.loads((results / "manifest.json").read_text())["files"]}
        page = files["report.html"].read_text()
        self.assertIn(f"the funder lists it as a result of award <a href=\"{PROJECT_PAGE}\">5R01AI176039-02</a>", page)
        with open(files["matches.csv"], encoding="utf-8") as rows:
            listed = {(row["dmp_doi"], row["work_doi"]): row for row in csv.DictReader(rows)}
        self.assertEqual(listed["10.48321/kelp", "10.5555/kelp"]["funded_doi"], "true")
        self.assertIn("funded_doi", listed["10.48321/kelp", "10.5555/kelp"]["signals"])

    def test_run_takes_what_the_funders_of_a_made_world_list(self):
        world = self.dir / "made"
        self.good("synth", world, "--works", 2000, "--dmps", 40, "--noise", "clean", "--run-id", RUN, "--quiet",
                  "--knob", "funder_lists=.5")
        for plans in ("dmps", "madmp"):
            self.good("run", "--out-dir", world, "--run-id", RUN, "--quiet", "--openalex-works", world / "openalex_works",
                      "--datacite", world / "datacite", "--dmps", world / plans, "--format", "jsonl")
            counters = json.loads((world / "dmp-works-search" / RUN / "manifest.json").read_text())["counters"]
            with open(world / "ground_truth.csv", encoding="utf-8") as rows:
                outputs = {(row["dmp_doi"].removeprefix("10.48321/"), row["work_doi"].removeprefix("10.5555/"))
                           for row in csv.DictReader(rows) if row["status"] == "ACCEPTED"}
            listed = {(name, doi) for name, works in stage_works(world).items()
                      for doi, found in works.items() if found["doiMatch"]["found"]}
            self.assertGreater(counters["enriched"], 20, plans)
            self.assertEqual(counters["enriched"], counters["external_data.rows"], plans)
            self.assertFalse([name for name in counters if name.startswith("external_data.")
                              and name != "external_data.rows" and counters[name]], counters)
            self.assertGreater(len(listed), 50, plans)
            self.assertLess(len(listed), .7 * len(outputs), plans)
            self.assertEqual(listed - outputs, set(), plans)

    def test_another_enrichment_is_another_search(self):
        bucket = self.bucket("key")
        self.assertNotIn("up to date", self.job(bucket).stdout)
        self.assertIn("kelp", stage_works(bucket)["kelp"])
        self.assertIn("up to date", self.job(bucket).stdout)
        shutil.rmtree(bucket / "enrich-dmps" / RUN)
        shutil.copytree(self.publish("other", ROWS[1:]), bucket / "enrich-dmps" / RUN)
        self.assertNotIn("up to date", self.job(bucket).stdout)
        self.assertNotIn("kelp", stage_works(bucket)["kelp"])
        (bucket / "enrich-dmps" / RUN / "manifest.json").unlink()
        self.assertIn("no enrichment is published", self.job(bucket).stderr)
        self.assertNotIn("kelp", stage_works(bucket)["reef"])

    # ----------------------------------------------------- modification window

    def test_the_window_leaves_out_what_has_not_changed(self):
        words = ["--ranker", "query", "--dmp-modification-window-days", 7]
        # One by its own date, one because its funder lists others now.
        self.assertEqual(set(self.search(*words)), {"never", "changed"})
        self.assertIn(f"modification window from {days_ago(7)}: {len(PLANS) - 2} DMPs are left out, 2 are not",
                      self.said)
        self.assertEqual(set(self.search(*words, external=False)), {"never"})
        self.assertEqual(set(self.search("--ranker", "query", "--dmp-modification-window-days", 40)),
                         {"never", "changed", "kelp"})
        self.assertEqual(set(self.search("--ranker", "query", "--dmp-modification-window-days", 39)),
                         {"never", "changed"})
        self.assertEqual(len(self.search(*words, "--no-apply-modification-window")), len(PLANS))
        self.assertEqual(set(self.search(*words, "--dmps-end-date", "2000-01-01")), set())

    def searched(self, bucket, run, ago, failures=False, options=None):
        """A finished search of another run, that many days ago."""
        stage = bucket / "dmp-works-search" / run
        stage.mkdir(parents=True)
        files = [{"path": "failures.jsonl", "bytes": 0, "rows": 1, "sha256": ""}] if failures else []
        (stage / "manifest.json").write_text(json.dumps(
            {"stage": "dmp-works-search", "key": run, "files": files, "options": options or {},
             "createdAt": f"{days_ago(ago)}T23:59:59Z"}))

    def dropped(self, bucket):
        manifest = json.loads((bucket / "dmp-works-search" / RUN / "manifest.json").read_text())
        return manifest["options"].get("changed_since"), manifest["counts"]["dropped"].get("unchanged")

    def test_the_window_of_a_bucket_begins_with_the_last_search_that_left_nothing_undone(self):
        bucket = self.bucket("window")
        words = ["--dmp-modification-window-days", 7]
        self.job(bucket, *words)
        self.assertEqual(self.dropped(bucket), (days_ago(7), len(PLANS) - 2))
        self.searched(bucket, "a", 100)
        self.searched(bucket, "d", 39)
        self.searched(bucket, "c", 20, failures=True)
        self.searched(bucket, "b", 10, options={"dmp_subset_dois": "x"})
        self.searched(bucket, "e", 9, options={"plans_from": "1"})
        self.assertIn(f"window from {days_ago(40)}", self.job(bucket, *words).stderr)
        self.assertEqual(self.dropped(bucket), (days_ago(40), len(PLANS) - 3))
        self.assertIn("up to date", self.job(bucket, *words).stdout)
        self.searched(bucket, "f", 4)
        self.job(bucket, *words)
        self.assertEqual(self.dropped(bucket), (days_ago(7), len(PLANS) - 2))
        self.job(bucket, *words, "--apply-modification-window=False")
        self.assertEqual(self.dropped(bucket), (None, None))

    def test_the_jobs_of_an_array_have_one_window(self):
        bucket = self.bucket("array")
        words = ["--dmp-modification-window-days", 7, "--shards", 2]
        self.searched(bucket, "old", 39)
        self.job(bucket, *words, "--phase", "shard", "--shard-index", 0)
        # Another search ends meanwhile: it would let the window begin later.
        self.searched(bucket, "new", 1)
        self.job(bucket, *words, "--phase", "shard", "--shard-index", 1)
        self.job(bucket, *words, "--phase", "finish")
        self.assertEqual(self.dropped(bucket), (days_ago(40), len(PLANS) - 3))
        self.assertEqual(set(stage_works(bucket)), {"never", "changed", "kelp"})

    def test_batch_submit_hands_the_window_on(self):
        done = subprocess.run(
            [PROGRAM, "batch-submit", "process-dmps", "--executor=local", "--env=dev", "--bucket-name=./bucket",
             f"--dmps-run-id={RUN}", "--dmp-works-search-config.dmp-modification-window-days=7",
             "--dmp-works-search-config.apply-modification-window=False", "--dry-run", "--json"],
            cwd=self.dir, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=180)
        self.assertEqual(done.returncode, 0, done.stderr)
        (search,) = [job for job in json.loads(done.stdout)["jobs"] if job["task"] == "dmp-works-search"]
        self.assertIn("--dmp-modification-window-days=7", search["command"])
        self.assertIn("--apply-modification-window=false", search["command"])

    def test_rank_metrics_judges_the_plans_of_the_window_with_their_enrichment(self):
        (self.dir / "truth.csv").write_text("dmp_doi,work_doi,status\n10.48321/kelp,10.5555/kelp,ACCEPTED\n"
                                            "10.48321/changed,10.5555/kelp,ACCEPTED\n")
        line = ["opensearch", "rank-metrics", "--ground-truth-file", self.dir / "truth.csv", "--output-file",
                self.dir / "metrics.csv", "--dmps-path", self.dir / "plans.jsonl", "--works-path",
                self.dir / "world/sqlmesh" / RUN, "--ranker", "query", "--ks", "10"]

        def recalls(*more):
            self.good(*line, *more)
            with open(self.dir / "metrics.csv", encoding="utf-8") as rows:
                return {row["dmp_doi"]: float(row["recall@10"]) for row in csv.DictReader(rows)}

        self.assertEqual(recalls(), {"all": 0, "10.48321/kelp": 0, "10.48321/changed": 0})
        data_of = ["--external-data-path", self.data]
        self.assertEqual(recalls(*data_of), {"all": 1, "10.48321/kelp": 1, "10.48321/changed": 1})
        self.assertEqual(recalls(*data_of, "--dmp-modification-window-days", 7), {"all": 1, "10.48321/changed": 1})


def works_of(lines):
    return {record["dmpDoi"].removeprefix("10.48321/"):
            {work["work"]["doi"].removeprefix("10.5555/"): work for work in record["works"]}
            for record in map(json.loads, lines)}


def stage_works(out):
    stage = out / "dmp-works-search" / RUN
    lines = []
    for file in json.loads((stage / "manifest.json").read_text())["files"]:
        if "matches_" in file["path"]:
            lines += gzip.decompress((stage / file["path"]).read_bytes()).decode().splitlines()
    return works_of(lines)


if __name__ == "__main__":
    good = unittest.main(exit=False).result.wasSuccessful()
    if not good and TODAY != datetime.datetime.now(datetime.timezone.utc).date():
        os.execv(LINE[0], LINE)  # a midnight lay between what was written and what was asked
    sys.exit(not good)
