#!/usr/bin/env python3
"""What each option of the query changes, on works and plans written for it.

usage: search_options_test.py PROGRAM
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
# 30 words that are all equally rare, so that five of them lose a place for no
# reason but the order.
WORDS = [f"{a}{b}rn" for a in "abcdef" for b in "eiouy"]


def run(*words, **environment):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **environment})
    assert done.returncode == 0, (words, done.returncode, done.stderr)


def creator(author):
    family, given = author.split(", ")
    return {"name": author, "nameType": "Personal", "givenName": given, "familyName": family}


def work(name, day, *authors, title="Tide", abstract=None, award=None, relation=None, affiliation=None):
    attributes = {"doi": f"10.5555/{name}", "state": "findable", "titles": [{"title": title}], "publisher": "Sea Letters",
                  "types": {"resourceTypeGeneral": "Text"}, "dates": [{"date": day, "dateType": "Issued"}],
                  "creators": [{**creator(author), "affiliation": [{"name": affiliation}] if affiliation else []}
                               for author in authors]}
    if abstract:
        attributes["descriptions"] = [{"descriptionType": "Abstract", "description": abstract}]
    if award:
        funder, number = award
        attributes["fundingReferences"] = [{"funderName": funder, "awardNumber": number}]
    if relation:
        attributes["relatedIdentifiers"] = [{"relatedIdentifier": "10.5555/reef.data", "relatedIdentifierType": "DOI",
                                             "relationType": relation}]
    return {"id": attributes["doi"], "attributes": attributes}


def plan(name, author, end, title, description=None, award=None):
    funding = [{"status": "granted", "grant_id": award[1], "funder": {"name": award[0], "id": None}}] if award else []
    return {"dmp_id": f"doi.org/10.48321/{name}", "created": "2018-01-01", "modified": "2018-01-01", "title": title,
            "description": description, "project_start": "2018-01-01", "project_end": end, "institutions": [],
            "authors": [{"name": author, "orcid": None}], "funding": funding}


def madmp(name, author, output):
    """A plan with an output, which only this form has."""
    dataset = {"title": "Data", "dataset_id": {"identifier": f"https://doi.org/{output}", "type": "doi"},
               "personal_data": "no", "sensitive_data": "no"}
    funding = {"name": "Sea Fund", "funding_status": "granted", "grant_id": {"identifier": "7654321", "type": "other"}}
    return {"dmp": {
        "dmp_id": {"identifier": f"https://doi.org/10.48321/{name}", "type": "doi"}, "title": "Kelp and peat",
        "created": "2018-01-01T00:00:00Z", "modified": "2018-01-01T00:00:00Z",
        "contact": {"name": author, "mbox": "x@example.org", "dmproadmap_affiliation": {"name": "Kelp House"}},
        "project": [{"title": "Reef", "start": "2018-01-01", "end": "2020-06-30", "funding": [funding]}],
        "dataset": [dataset]}}


WORKS = [
    *(work(f"silva.{day}", day, "Silva, Ana") for day in
      ("2017-12-30", "2017-12-31", "2018-01-01", "2020-06-30", "2020-07-01", "2023-06-30", "2023-07-01")),
    *(work(f"kelvin.{day}", day, "Kelvin, Bo") for day in ("2023-12-31", "2024-01-01", "2025-12-31", "2026-01-01")),
    *(work(f"moor.{i}", "2019-05-01", "Moor, Ida", title="Kelp & peat at 3 < 5 m") for i in range(6)),
    *(work(f"tarn.{i}", "2019-05-01", "Tarn, Cy", abstract=" ".join(WORDS)) for i in range(6)),
    work("lund", "2019-05-01", "Lund, Ann", "Lund, Amy"),
    work("silva.zoe", "2019-05-01", "Silva, Zoe"),
    work("reef", "2019-05-01", "Reef, Di", title="Kelp & peat", award=("Sea Fund", "7654321"), relation="IsVersionOf",
         affiliation="Kelp House"),
    work("fund.own", "2019-05-01", "Nemo, Al", award=("Sea Fund", "2345678")),
    work("fund.longer", "2019-05-01", "Nemo, Al", award=("Sea Fund of Norway", "2345678")),
    work("fund.unknown", "2019-05-01", "Hill, Flo", award=("", "2345678")),
    work("fund.other", "2019-05-01", "Hill, Flo", award=("Bog Trust", "2345678")),
]
PLANS = [
    plan("silva", "Silva, Ana", "2020-06-30", "Coast"),
    plan("kelvin", "Kelvin, Bo", "2020-12-31", "Coast"),  # 1,095 days: invented by the export
    plan("moor", "Moor, Ida", "2020-06-30", "Kelp and peat"),
    plan("tarn", "Tarn, Cy", "2020-06-30", " ".join(WORDS[:15]), " ".join(WORDS[15:])),
    plan("lund", "Lund, A.", "2020-06-30", "Coast"),
    plan("hill", "Hill, Flo", "2020-06-30", "Coast", award=("Sea Fund", "2345678")),
    {**plan("twice", "Nemo, Al", "2020-06-30", "Coast"), "funding": [
        {"status": "granted", "grant_id": grant, "funder": {"name": "Sea Fund", "id": None}} for grant in ("31", "32")]},
]
REEF = madmp("reef", "Reef, Di", "10.5555/reef.data")


class SearchOptions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.dir = pathlib.Path(cls.folder.name)
        (cls.dir / "plans").mkdir()
        for name, records in (("works.jsonl", WORKS), ("plans/export.jsonl", PLANS), ("plans/madmp.json", [REEF])):
            (cls.dir / name).write_text("".join(json.dumps(record) + "\n" for record in records))
        run("run", "--out-dir", cls.dir / "out", "--run-id", "2026-01-01", "--datacite", cls.dir / "works.jsonl",
            "--dmps", cls.dir / "plans", "--until", "search", "--ranker", "query")

    def search(self, name, *more):
        """The works listed for a plan, by the part of their DOI behind 10.5555/."""
        file = self.dir / "searched.jsonl"
        run("opensearch", "dmp-works-search", "--dmps-path", self.dir / "plans", "--works-path",
            self.dir / "out/sqlmesh/2026-01-01", "--out-file", file, "--ranker", "query", *more)
        records = [json.loads(line) for line in file.read_text().splitlines()]
        works = next(record["works"] for record in records if record["dmpDoi"] == f"10.48321/{name}")
        return {work["work"]["doi"].removeprefix("10.5555/"): work for work in works}

    def days(self, name, *more):
        return sorted(doi.removeprefix(f"{name}.") for doi in self.search(name, *more))

    def points(self, clause, name, *more):
        """The points and how, for each listed work that has the clause."""
        return {doi: [(item["how"], item["points"]) for part in work["explain"] if part["clause"] == clause
                      for item in part["items"]]
                for doi, work in self.search(name, *more).items()}

    def test_disable_features(self):
        def clauses(*more):
            work = self.search("reef", *more)["reef"]
            return [part["clause"] for part in work["explain"]]
        parts = {"authors": "authors", "awards": "awards", "relations": "intra_work_dois",
                 "institutions": "institutions", "funders": "funders", "content": "content"}
        self.assertEqual(clauses(), list(parts.values()))
        for feature, clause in parts.items():
            self.assertEqual(clauses("--disable-features", feature), [c for c in parts.values() if c != clause])

    def test_without_improvements(self):
        def without(name):
            return "--without-improvements", name
        self.assertEqual(self.days("kelvin", *without("dates")), ["2023-12-31"])
        self.assertNotIn("zoe", self.days("silva"))
        self.assertIn("zoe", self.days("silva", *without("surnames")))
        self.assertEqual(self.points("funders", "twice")["fund.own"], [("name", 1)])
        self.assertEqual(self.points("funders", "twice", *without("duplicates"))["fund.own"], [("name", 1)] * 2)
        funds = {"fund.own", "fund.longer", "fund.unknown", "fund.other"}
        awards = self.points("awards", "hill", *without("award_funders"))
        self.assertEqual({doi: sum(points for _, points in items) for doi, items in awards.items()}, dict.fromkeys(funds, 10))

    def test_project_end_buffer_years(self):
        inside = ["2018-01-01", "2020-06-30"]
        self.assertEqual(self.days("silva"), [*inside, "2020-07-01", "2023-06-30"])
        self.assertEqual(self.days("silva", "--project-end-buffer-years", 0), inside)

    def test_project_start_buffer_days(self):
        self.assertEqual(self.days("silva", "--project-start-buffer-days", 1)[:2], ["2017-12-31", "2018-01-01"])
        self.assertEqual(self.days("silva", "--project-start-buffer-days", 2)[:2], ["2017-12-30", "2017-12-31"])

    def test_inferred_end_extra_years(self):
        self.assertEqual(self.days("kelvin"), ["2023-12-31", "2024-01-01", "2025-12-31"])
        self.assertEqual(self.days("kelvin", "--inferred-end-extra-years", 0), ["2023-12-31"])

    def test_funder_name_rule(self):
        agrees = {"fund.own": [("award-agree", 10)], "fund.longer": [("award-agree", 10)]}
        found = self.points("awards", "hill")
        self.assertEqual({doi: items for doi, items in found.items() if items}, agrees)
        found = self.points("awards", "hill", "--funder-name-rule", "equal")
        self.assertEqual({doi: items for doi, items in found.items() if items}, {"fund.own": [("award-agree", 10)]})

    def test_award_weights(self):
        weak = {"fund.own": [], "fund.longer": [], "fund.unknown": [("award-unknown", 2)],
                "fund.other": [("award-disagree", 0.5)]}
        self.assertEqual(self.points("awards_weak", "hill"), weak)
        weights = ("--award-weights", "7,3,1")
        self.assertEqual(self.points("awards_weak", "hill", *weights),
                         {**weak, "fund.unknown": [("award-unknown", 3)], "fund.other": [("award-disagree", 1)]})
        self.assertEqual(self.points("awards", "hill", *weights)["fund.own"], [("award-agree", 7)])

    def test_highlight_encoder(self):
        title = "<mark>Kelp</mark> {} <mark>peat</mark> at 3 {} 5 m"
        def titles(*more):
            return {work["contentMatch"]["titleHighlight"] for work in self.search("moor", *more).values()}
        self.assertEqual(titles(), {title.format("&", "<")})
        self.assertEqual(titles("--highlight-encoder", "html"), {title.format("&amp;", "&lt;")})

    def test_similarity(self):
        plain, legacy = self.search("moor"), self.search("moor", "--similarity", "legacy-bm25")
        self.assertEqual(set(plain), set(legacy))
        for doi, work in plain.items():
            content = work["contentMatch"]["score"]
            self.assertGreater(content, 0)
            self.assertAlmostEqual(legacy[doi]["contentMatch"]["score"] / content, 2.2, 5)
            self.assertAlmostEqual(legacy[doi]["score"] - work["score"], 1.2 * content, 5)

    def words_of(self, *more):
        works = self.search("tarn", *more)
        words = {tuple(sorted(term["term"] for part in work["explain"] for term in part.get("terms") or []))
                 for work in works.values()}
        self.assertEqual(len(works), 6)
        self.assertEqual(len(words), 1)
        return list(words.pop())

    def test_mlt_ties(self):
        def bucket(word, capacity=64):  # 30 words: 16 and 32 are too few by a load of 3/4
            code = 0
            for letter in word:
                code = (code * 31 + ord(letter)) % 2**32
            return (code ^ code >> 16) % capacity
        by_order, by_hash = WORDS[:25], sorted(sorted(WORDS, key=bucket)[:25])
        self.assertNotEqual(by_order, by_hash)
        self.assertEqual(self.words_of(), by_order)
        self.assertEqual(self.words_of("--mlt-ties", "server"), by_hash)

    def test_inner_hits_size(self):
        both = self.search("lund")["lund"]
        self.assertEqual([item["index"] for item in both["authorMatches"]], [0, 1])
        one = self.search("lund", "--inner-hits-size", 1)["lund"]
        self.assertEqual(one["authorMatches"], both["authorMatches"][:1])
        self.assertEqual(one["explain"], both["explain"])

    def test_what_a_server_would_have_done(self):
        data = ["--dmps-path", self.dir / "plans", "--works-path", self.dir / "out/sqlmesh/2026-01-01", "--ranker", "query"]

        def search(name, **environment):
            server = ["--no-include-named-queries-score", "--parallel-search", "--batch-size", "7", "--paging", "scroll"]
            line = ["opensearch", "dmp-works-search", *data, "--out-file", self.dir / name, *(server if environment else [])]
            done = subprocess.run([PROGRAM, *map(str, line)], text=True, capture_output=True, timeout=60,
                                  env={**os.environ, **environment})
            return done.returncode, done.stderr
        self.assertEqual(search("plain.jsonl")[0], 0)
        code, said = search("server.jsonl", DMP_WORKS_SEARCH_ENGINE="stream")
        self.assertEqual(code, 0)
        self.assertEqual((self.dir / "server.jsonl").read_text(), (self.dir / "plain.jsonl").read_text())
        self.assertIn("--include-named-queries-score has no effect: engine stream always gives them", said)
        self.assertIn("--paging, --batch-size, --parallel-search have no effect: this version has no OpenSearch client", said)
        code, said = search("none.jsonl", DMP_WORKS_SEARCH_ENGINE="opensearch")
        self.assertEqual(code, 2)
        self.assertIn("--engine: this version has no OpenSearch client", said)
        code, said = search("none.jsonl", DMP_WORKS_SEARCH_RERANK_MODEL="model.txt", DMP_WORKS_SEARCH_SCROLL_TIME="6d")
        self.assertEqual(code, 2)
        self.assertIn("--rerank-model-name: this version has no learning-to-rank model", said)
        self.assertIn('--scroll-time: "6d" is not a time such as 30s, 5m, 6h (from DMP_WORKS_SEARCH_SCROLL_TIME)', said)
        self.assertFalse((self.dir / "none.jsonl").exists())

    def test_explain(self):
        plain = self.search("hill")
        for work in plain.values():
            self.assertTrue(work.pop("explain"))
        self.assertEqual(self.search("hill", "--no-explain"), plain)


if __name__ == "__main__":
    unittest.main(verbosity=2)
