#!/usr/bin/env python3
"""The worked example of docs/matching.md: runs it, adds up what the match files
say, works out each weight of the linkage model from the levels and chances that
the tables print, and compares the tables with those of the page, to the letter.

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

import linkage_by_hand as by_hand

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


def rows_of(path):
    """Of a Parquet file."""
    said = subprocess.run([PROGRAM, "cat", path], check=True, capture_output=True, text=True, timeout=300).stdout
    return [json.loads(line) for line in said.splitlines()]


def kept_pairs(folder):
    """What the search keeps to learn from: by work, and the chance of the topic bins by condition."""
    kept, = (folder / "out/dmp-works-search/2026-01-01").rglob("linkage_pairs")
    return ({row["work_doi"]: row for row in rows_of(kept / "pairs_0000.parquet")},
            {row["condition"]: row["chance"] for row in rows_of(kept / "text_chance.parquet")})


def found_and_chance(weight, author, pair):
    """Level and P(level | R) as printed; of a date the shares of work and collection in each bin."""
    kind = weight["k"]
    if kind == "author":
        return weight["level"], f"{pair['author_u'][author]:.4g}"
    if kind == "text":
        with_abstract = "with" if pair["text_condition"] % 2 else "without"
        return f"{weight['level']}, {with_abstract} abstract", f"{pair['text_u']:.4g}"
    if kind == "date":
        shares = ((name, f, g) for name, f, g in zip(by_hand.DATES, pair["date_shares"], pair["date_u"]) if f > 0)
        parts = [f"{name} {f:.4g} / {g:.4g}" for name, f, g in shares]
        return weight["level"], "; ".join(parts)
    return weight["level"], "" if kind == "prior" else f"{pair[kind + '_u']:.4g}"


def weight_by_hand(kind, found, chance, authors, works, topics):
    """From what stands in a row of the page, and above the tables."""
    if kind == "prior":
        return by_hand.prior(works, authors)
    if kind == "text":
        bin_, abstract = found.split(", ")
        condition = 3 if abstract == "with abstract" else 2
        return by_hand.text(condition, int(bin_), topics[condition])
    if kind == "date":
        shares, collection = [0.0] * 8, [1 / 8] * 8
        for name, share, _, of_all in (part.split() for part in chance.split("; ")):
            at = by_hand.DATES.index(name)
            shares[at], collection[at] = float(share), float(of_all)
        assert set(by_hand.DATE_S) == {1}, "what is not printed matters"
        rest = 1 - sum(g for f, g in zip(shares, collection) if f)
        unseen = sum(1 for f in shares if not f)
        return by_hand.date(shares, [g if f else rest / unseen for f, g in zip(shares, collection)])
    if kind in ("funder", "institution"):
        return by_hand.organisation(by_hand.FUNDER if kind == "funder" else by_hand.INSTITUTION, found, float(chance))
    return getattr(by_hand, kind)(found, float(chance))


def check_by_hand(lines, topics):
    """Every weight of the tables, to the two digits they have; chances have four."""
    works = int(re.search(r"(\d+) works", lines[0]).group(1))
    checked = 0
    for table in "\n".join(lines).split("probability ")[1:]:
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()
                if re.match(r"\| \w", line) and not line.startswith("| compared")]
        authors = sum(row[0] == "author" for row in rows)
        for kind, found, chance, *printed in rows:
            made = weight_by_hand(kind, found, chance, authors, works, topics)
            for mine, theirs in zip(made, printed):
                assert abs(mine - float(theirs)) < 0.0065, (kind, found, chance, made, printed)
                checked += 1
    assert checked > 40, checked


def chances_by_counting(works):
    """By work and comparison, from the rows of the index; the authors of the three works stand alone."""
    def count(lists, holds=lambda item: True):
        return sum(holds(item) for work in works for item in work[lists])

    def share(lists, holds):
        """Of the works that have any."""
        return sum(any(map(holds, work[lists])) for work in works) / sum(bool(work[lists]) for work in works)

    def name(surname, given=None):
        borne = count("authors", lambda a: a["surname"] == surname and given in (None, a["given_name"]))
        return by_hand.name_chance(borne, count("authors"), 1)

    award = sum(any("2345678" in a["award_id"] for a in work["awards"]) for work in works) / len(works)
    named = sum(bool(work["awards"]) for work in works) / len(works)
    nsf = share("funders", lambda f: f["name"] == "National Science Foundation" or f["ror"] == "021nxhr62")
    house = count("institutions", lambda i: i["name"] == "Kelp House") / count("institutions")
    canopy, waves, peat = SHOWN
    return {(canopy, "author_u"): [0.002 * name("Silva", "Ana"), 1], (waves, "author_u"): [1, name("Kelvin")],
            (peat, "author_u"): [1, 1], (canopy, "award_u"): award, (waves, "award_u"): 1 - named,
            (peat, "award_u"): award, (canopy, "funder_u"): nsf, (peat, "funder_u"): 1 - nsf,
            (canopy, "institution_u"): house}


def check_chances(folder, pairs):
    index, = (folder / "out/sqlmesh/2026-01-01/works_index").glob("*.parquet")
    for (doi, column), counted in chances_by_counting(rows_of(index)).items():
        said = pairs[doi][column]
        for mine, theirs in zip(*([x] if isinstance(x, (int, float)) else x for x in (counted, said)), strict=True):
            assert math.isclose(mine, theirs, rel_tol=1e-9), (doi, column, counted, said)


def topic_lines(pairs, topics):
    works, = {int(pairs[doi]["works"]) for doi in SHOWN}
    lines = [f"Of the collection's {works} works. Chance of the topic bins 0 to 15, by the works of the null sample:", ""]
    for condition, which in ((3, "with"), (2, "without")):
        row = " ".join(f"{chance:.4g}" for chance in topics[condition])
        lines.append(f"* work {which} an abstract: {row}")
    return lines + [""]


def linkage_tables(found, pairs, topics):
    assert all(pairs[doi]["text_condition"] >= 2 for doi in SHOWN), "the plan has an abstract"
    lines = topic_lines(pairs, topics)
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
                  "| compared | found | its chance | against chance | against the team's other work |",
                  "|---|---|---|---|---|"]
        author = -1
        for weight in match["weights"]:
            author += weight["k"] == "author"
            level, by_chance = found_and_chance(weight, author, pairs[doi])
            lines.append(f"| {weight['k']} | {level} | {by_chance} | {weight['vsChance']:+.2f} | "
                         f"{weight['vsTeam']:+.2f} |")
        lines += [f"| **sum** | | | **{chance:+.2f}** | **{team:+.2f}** |", ""]
    printed = {condition: [float(f"{chance:.4g}") for chance in row] for condition, row in topics.items()}
    check_by_hand(lines, printed)
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
        found = matches(folder, "--min-probability", "0", "--linkage-pairs")
        pairs, topics = kept_pairs(folder)
        check_chances(folder, pairs)
        linkage = linkage_tables(found, pairs, topics)
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
