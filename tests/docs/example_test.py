#!/usr/bin/env python3
"""The worked example of docs/matching.md: runs it, adds up what the match files
say, and compares the tables with those of the page, to the letter.

usage: example_test.py PROGRAM        --write writes the tables anew: read the diff
The plan and the works that matter are in example/; what is left of 5,000 that
`synth` invents stands round them, so that rare things are rare.
"""
import gzip
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs/matching.md"
PROGRAM = sys.argv[1]
SHOWN = ("10.5555/kelp.canopy", "10.5555/kelvin.waves", "10.5555/peat.2345678")
CLAUSES = {"funded_dois": "funded DOI", "authors": "author", "awards": "award", "awards_weak": "award, weak",
           "intra_work_dois": "related DOI: version", "possible_shared_project_dois": "related DOI: related",
           "dataset_citation_dois": "related DOI: cites", "institutions": "institution", "funders": "funder",
           "content": "text"}


def run(*words):
    subprocess.run([PROGRAM, *map(str, words)], check=True, capture_output=True, timeout=300)


def matches(folder, *ranker):
    out = folder / "out"
    run("run", "--out-dir", out, "--run-id", "2026-01-01", "--openalex-works", folder / "world/openalex_works",
        "--datacite", HERE / "example/works.jsonl", "--dmps", HERE / "example/plan.json", "--until", "search", *ranker)
    found = {}
    for path in (out / "dmp-works-search/2026-01-01").rglob("matches_*.jsonl.gz"):
        with gzip.open(path, "rt") as lines:
            for match in (match for line in lines for match in json.loads(line)["works"]):
                found[match["work"]["doi"]] = match
    return found


def query_tables(found):
    lines = []
    for doi in SHOWN:
        match = found.get(doi)
        if match is None:
            lines += [f"`{doi}` is not listed: no gate opens.", ""]
            continue
        parts = match["explain"]
        total = sum(part["score"] for part in parts)
        assert abs(total - match["score"]) < 1e-5, (doi, total, match["score"])
        lines += [f"`{doi}`: {match['score']:.2f} points", "", "| part | points | from |", "|---|---|---|"]
        for part in parts:
            how = ", ".join(item["how"] for item in part["items"]) or ", ".join(term["term"] for term in part["terms"])
            assert part["items"] or abs(sum(term["points"] for term in part["terms"]) - part["score"]) < 1e-5
            lines.append(f"| {CLAUSES[part['clause']]} | {part['score']:.2f} | {how} |")
        lines.append("")
    return lines


def linkage_tables(found):
    lines = []
    for doi in SHOWN:
        match = found[doi]
        chance = sum(weight["vsChance"] for weight in match["weights"])
        team = sum(weight["vsTeam"] for weight in match["weights"])
        probability = 1 / (1 + 2 ** -chance + 2 ** -team)
        assert abs(probability - match["probability"]) < 2e-5, (doi, probability, match["probability"])
        odds = math.log2(probability / (1 - probability))
        assert abs(odds - match["logOdds"]) < 2e-2, (doi, odds, match["logOdds"])
        shown = f"{match['probability']:.4f}" if match["probability"] >= 0.0001 else f"{match['probability']:.1e}"
        lines += [f"`{doi}`: probability {shown}", "",
                  "| compared | found | against chance | against the team's other work |", "|---|---|---|---|"]
        for weight in match["weights"]:
            lines.append(f"| {weight['k']} | {weight['level']} | {weight['vsChance']:+.2f} | {weight['vsTeam']:+.2f} |")
        lines += [f"| **sum** | | **{chance:+.2f}** | **{team:+.2f}** |", ""]
    return lines


def with_block(page, name, lines):
    begin, end = f"<!-- {name}: made by tests/docs/example_test.py -->\n", f"<!-- end of {name} -->\n"
    assert begin in page and end in page, f"{PAGE}: no block {name}"
    head, rest = page.split(begin)
    return head + begin + "\n".join([""] + lines) + end + rest.split(end)[1]


def check_clauses():
    """CLAUSES names each clause that the program can write, as its report does."""
    report = (ROOT / "src/results/report_clauses.cpp").read_text().split("clause_label", 2)[1].split("for (")[0]
    assert set(CLAUSES) == set(re.findall(r'\{"(\w+)", "', report)), report
    written = (ROOT / "src/match/evaluate.cpp").read_text()
    assert all(f'"{clause}"' in written for clause in CLAUSES)


def others(folder):
    """Works of the index beside those of the example."""
    manifest = json.loads((folder / "out/sqlmesh/2026-01-01/manifest.json").read_text())
    return manifest["counts"]["out"] - len(SHOWN)


def main():
    check_clauses()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run("synth", folder / "world", "--works", 5000, "--dmps", 5, "--seed", 1, "--sources", "openalex-works")
        query = query_tables(matches(folder, "--ranker", "query"))
        linkage = linkage_tables(matches(folder, "--min-probability", "0"))
        among = f"among {others(folder):,} others"
    old = PAGE.read_text()
    assert among in old, f"{PAGE}: it is {among}"
    new = with_block(with_block(old, "query", query), "linkage", linkage)
    if "--write" in sys.argv:
        PAGE.write_text(new)
    elif new != old:
        mine, theirs = new.splitlines(), old.splitlines()
        sys.exit("docs/matching.md differs from what the example gives:\n" +
                 "\n".join(line for line in mine if line not in theirs))


if __name__ == "__main__":
    main()
