#!/usr/bin/env python3
"""What extreme plans cost against extreme works.

usage: extremes.py --program DMPWORKS [--works N] [--rounds N] [--work-dir DIR]

All N works have abstracts of 6,000 different words, half of them 5,000 authors. Each plan
is searched alone, with one thread and with all; its answer is checked before its
time counts. Microseconds a work are CPU seconds less those of the plan with
nothing, over all works. Prints a Markdown table of medians.
"""
import argparse
import gzip
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

AUTHORS, WORDS = 5_000, 6_000


def words(until):
    return " ".join(f"word{i}" for i in range(until))


def people(count):
    return [f"Name{i}, Ana" for i in range(count)]


def work(doi, authors, abstract):
    creators = [{"name": name, "nameType": "Personal", "familyName": name.split(",")[0], "givenName": "Ana"}
                for name in authors]
    attributes = {"doi": doi, "state": "findable", "titles": [{"title": f"Report {doi}"}], "publisher": "Sea Letters",
                  "types": {"resourceTypeGeneral": "Text"}, "dates": [{"date": "2019-05-01", "dateType": "Issued"}],
                  "creators": creators, "descriptions": [{"descriptionType": "Abstract", "description": abstract}]}
    return json.dumps({"id": doi, "attributes": attributes}) + "\n"


def plan(authors=(), title=None, abstract=None, start="2018-01-01", end="2020-06-30"):
    return {"dmp_id": "doi.org/10.48321/extreme", "created": "2018-01-01", "modified": "2018-01-01", "title": title,
            "description": abstract, "project_start": start, "project_end": end, "institutions": [], "funding": [],
            "authors": [{"name": name, "orcid": None} for name in authors]}


# Name, plan, and whether the works with the crowd of authors are found.
PLANS = [
    ("nothing", plan(), False),
    ("no gate: a text of 5,000 words and dates", plan(abstract=words(5_000), title="Kelp"), False),
    ("no text: one author", plan(people(1)), True),
    ("no dates: one author", plan(people(1), title="Kelp", start=None, end=None), True),
    ("500 authors", plan(people(500), title="Kelp"), True),
    ("500 authors, 5,000 words", plan(people(500), "Kelp", words(5_000)), True),
]


class Bench:
    def __init__(self, options):
        self.options = options
        self.dir = pathlib.Path(options.work_dir)
        self.index = self.dir / "out/sqlmesh/2026-01-01"

    def call(self, *line):
        """CPU seconds and peak MiB."""
        log = self.dir / "log"
        with log.open("w") as file:
            process = subprocess.Popen([self.options.program, *map(str, line)], stdout=file, stderr=file)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{line[0]}: {log.read_text()}")
        return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024

    def make(self):
        if (self.index / "manifest.json").exists():
            return
        with gzip.open(self.dir / "works.jsonl.gz", "wt", compresslevel=1) as file:
            for i in range(self.options.works // 2):
                file.write(work(f"10.5555/crowd.{i}", people(AUTHORS), words(WORDS)))
                file.write(work(f"10.5555/long.{i}", ["Known, Nobody"], words(WORDS)))
        (self.dir / "plan.jsonl").write_text(json.dumps(PLANS[0][1]) + "\n")
        self.call("run", "--out-dir", self.dir / "out", "--run-id", "2026-01-01", "--datacite",
                  self.dir / "works.jsonl.gz", "--dmps", self.dir / "plan.jsonl", "--until", "search", "--quiet")

    def check(self, name, record, expected, ranker):
        works = record["works"]
        found = sorted(one["work"]["doi"] for one in works)
        crowd = sorted(f"10.5555/crowd.{i}" for i in range(self.options.works // 2)) if expected else []
        if found != crowd:
            sys.exit(f"{name}, {ranker}: {len(found)} works, not {len(crowd)}")
        for one in works:
            count = 500 if name.startswith("500") else 1
            note = next(part["note"] for part in one["explain"] if part["clause"] == "authors")
            if note != f"mean of {count} of {AUTHORS}" or len(one["authorMatches"]) != min(count, 50):
                sys.exit(f"{name}, {ranker}: {note}, {len(one['authorMatches'])} authors")
            terms = sum(len(part.get("terms") or []) for part in one["explain"])
            if terms != (25 if name.endswith("words") else 0):
                sys.exit(f"{name}, {ranker}: {terms} words")

    def measure(self, name, record, expected, ranker, threads):
        file = self.dir / "plan.jsonl"
        file.write_text(json.dumps(record) + "\n")
        out = self.dir / "found.jsonl"
        runs = [self.call("opensearch", "dmp-works-search", "--dmps-path", file, "--works-path", self.index,
                          "--out-file", out, "--ranker", ranker, "--threads", threads, "--max-results", 10_000)
                for _ in range(self.options.rounds)]
        self.check(name, json.loads(out.read_text()), expected, ranker)
        return [statistics.median(column) for column in zip(*runs)]

    def run(self):
        self.make()
        threads = os.cpu_count()
        print(f"| plan | ranker | works found | CPU s, 1 and {threads} threads | µs a work, 1 and {threads} threads "
              f"| peak MiB, 1 and {threads} threads |\n|---|---|---|---|---|---|")
        for ranker in ("query", "linkage"):
            nothing = None
            for name, record, expected in PLANS:
                one, all_of_them = (self.measure(name, record, expected, ranker, n) for n in (1, threads))
                nothing = nothing or (one[0], all_of_them[0])
                each = [(cpu - base) * 1e6 / self.options.works
                        for cpu, base in zip((one[0], all_of_them[0]), nothing)]
                print(f"| {name} | {ranker} | {self.options.works // 2 if expected else 0} "
                      f"| {one[0]:.2f}, {all_of_them[0]:.2f} | {each[0]:,.0f}, {each[1]:,.0f} "
                      f"| {one[1]:,.0f}, {all_of_them[1]:,.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--works", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work-dir")
    options = parser.parse_args()
    if options.work_dir:
        pathlib.Path(options.work_dir).mkdir(parents=True, exist_ok=True)
        return Bench(options).run()
    options.work_dir = tempfile.mkdtemp(prefix="dmpworks_extremes_")
    try:
        Bench(options).run()
    finally:
        shutil.rmtree(options.work_dir)


if __name__ == "__main__":
    main()
