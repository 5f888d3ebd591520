#!/usr/bin/env python3
"""The page that `dmpworks report` makes: whole, and safe against its texts.

usage: report_test.py PROGRAM [unittest arguments]
"""
import gzip
import html.parser
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
HOSTILE = [
    "</title><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "<!-- <mark> --> &lt;b&gt; &#60;script&#62;",
    "</style></script></table><iframe src=javascript:alert(1)>",
    "\u202egnp.exe \u0000\u0007 \ud7ff \u2028 end",
    "javascript:alert(1)",
    "{{7*7}} ${7*7} =cmd|' /C calc'!A0",
]
VOID = {"meta", "input", "br", "col", "link", "img", "rect", "hr"}


class Page(html.parser.HTMLParser):
    """Text of the page, its tags with attributes; refuses tags that do not pair."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.open = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        # End tags of these may be left out.
        while self.open and self.open[-1] != tag and self.open[-1] in {"p", "li", "option", "dt", "dd"}:
            self.open.pop()
        assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open[-5:]}"
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


def match(number, text, score, best=9.0):
    return {"work": {"doi": f"10.5555/w{number}", "workType": "ARTICLE", "title": text,
                     "abstractText": text, "publicationDate": "2024-05-01",
                     "publicationVenue": text, "sourceName": text, "sourceUrl": text,
                     "authors": [{"full": text, "surname": text, "orcid": None}],
                     "institutions": [{"name": text, "ror": text}],
                     "funders": [{"name": text, "ror": None}], "awards": [{"awardId": text}]},
            "score": score, "scoreMax": best, "doiFound": True,
            "doiSources": [{"awardId": text, "awardUrl": text, "parentAwardId": None}],
            "contentMatch": {"score": 1.5, "titleHighlight": f"<mark>{text}</mark>",
                             "abstractHighlights": [text]}}


class Report(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def write(self, name, records, compressed=True):
        text = "".join(json.dumps(record) + "\n" for record in records)
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()) if compressed else text.encode())
        return path

    def report(self, *words, code=0):
        done = subprocess.run([PROGRAM, "report", *map(str, words)], capture_output=True, text=True,
                              cwd=self.path, env={"PATH": os.environ["PATH"]}, timeout=120)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def page(self, *words):
        self.report(*words)
        return (self.path / "report.html").read_text()

    def hostile_page(self):
        plans = [{"dmpDoi": f"10.48321/d{p}", "planId": None,
                  "works": [match(10 * p + i, text, 9 - i) for i, text in enumerate(HOSTILE)]}
                 for p in range(3)]
        self.write("m/matches_0000.jsonl.gz", plans)
        self.write("plans.jsonl", [{"dmp_id": f"https://doi.org/10.48321/d{p}", "title": HOSTILE[p],
                                    "description": HOSTILE[p]} for p in range(3)], False)
        return self.page("m", "--dmps-path", "plans.jsonl", "--title", HOSTILE[0])

    def test_texts_of_records_never_become_markup(self):
        page = Page(self.hostile_page())
        self.assertEqual(page.open, [])
        tags = [tag for tag, _ in page.tags]
        self.assertEqual(tags.count("script"), 1)
        for bad in ("img", "iframe", "object", "embed", "link", "base"):
            self.assertNotIn(bad, tags)
        for tag, attributes in page.tags:
            for name, value in attributes.items():
                self.assertFalse(name.startswith("on"), f"{tag} {name}")
                if name in ("href", "src", "action"):
                    self.assertTrue(value.startswith(("#", "https://", "http://")), value)
        seen = "".join(page.text)
        for text in HOSTILE[:5] + HOSTILE[6:]:
            self.assertIn(text, seen)

    def test_the_page_loads_nothing(self):
        page = Page(self.hostile_page())
        policy = [a["content"] for t, a in page.tags
                  if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
        self.assertEqual(len(policy), 1)
        self.assertIn("default-src 'none'", policy[0])
        self.assertNotIn("unsafe", policy[0])
        for _, attributes in page.tags:
            self.assertNotIn("src", attributes)

    def test_shows_as_many_works_as_asked_and_as_strong(self):
        self.write("m/matches_0000.jsonl.gz",
                   [{"dmpDoi": "10.48321/d1", "planId": None,
                     "works": [match(i, f"Kelp number {i}.", 100 - i, 100) for i in range(50)]}])
        def shown(*words):
            page = self.page("m", *words)
            return [i for i in range(50) if f"Kelp number {i}." in page]
        self.assertEqual(shown("--max-works=7"), list(range(7)))
        self.assertEqual(shown("--max-works=100", "--min-score=.9"), list(range(11)))
        self.assertEqual(shown(), list(range(20)))

    def test_takes_a_file_a_folder_or_a_folder_with_matches(self):
        record = [{"dmpDoi": "10.48321/d1", "planId": None, "works": [match(1, "Kelp", 2.0)]}]
        self.write("a/matches/matches_0000.jsonl.gz", record)
        self.write("b/matches_0000.jsonl.gz", record)
        self.write("c.jsonl", record, False)
        pages = {self.page(path) for path in ("a", "b", "c.jsonl")}
        self.assertEqual(len(pages), 1)
        self.assertIn("Kelp", pages.pop())

    def test_truth_adds_metrics(self):
        self.write("m.jsonl", [{"dmpDoi": "10.48321/d1", "planId": None,
                                "works": [match(1, "Kelp", 2.0)]}], False)
        plain = self.page("m.jsonl")
        (self.path / "truth.csv").write_text(
            "dmp_doi,work_doi,status\n10.48321/d1,10.5555/w1,ACCEPTED\n")
        judged = self.page("m.jsonl", "--ground-truth-file", "truth.csv")
        self.assertNotIn("Precision", plain)
        self.assertIn("Precision", judged)

    def test_has_plots_of_all_matches(self):
        page = self.hostile_page()
        for caption in ("Strength of the matches", "Works a plan", "Year of publication",
                        "What the matches rest on", "Type of work"):
            self.assertIn(f"<figcaption>{caption}</figcaption>", page)

    def test_a_failing_report_leaves_the_last_one(self):
        self.write("m.jsonl", [{"dmpDoi": "10.48321/d1", "planId": None, "works": []}], False)
        before = self.page("m.jsonl")
        (self.path / "bad.jsonl").write_text('{"dmpDoi":"10.48321/d1"\n')
        error = self.report("bad.jsonl", code=1).stderr
        self.assertIn("bad.jsonl: line 1", error)
        self.assertEqual((self.path / "report.html").read_text(), before)
        self.assertEqual(sorted(p.name for p in self.path.iterdir()),
                         ["bad.jsonl", "m.jsonl", "report.html"])


if __name__ == "__main__":
    unittest.main()
