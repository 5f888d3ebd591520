#!/usr/bin/env python3
"""How good the query ranks, on generated worlds of real papers at three noise levels.

For each noise makes the world and its index if they are not there, then judges
the baseline, `dmpworks`, and `dmpworks` without each of its improvements and
without each part of the query. Prints Markdown tables.

usage: quality.py --papers FILE.jsonl[.zst] [--program build/bench/dmpworks]
                  [--work DIR] [--works 40000] [--dmps 500] [--seed 3]
                  [--noise clean typical poor] [--knob NAME=VALUE …]
"""
import argparse
import csv
import gzip
import json
import pathlib
import subprocess

IMPROVEMENTS = {"A1 award_funders": "award_funders", "A2 raw_awards": "raw_awards", "A3 dates": "dates",
                "A4 duplicates": "duplicates", "A5 surnames": "surnames"}
FEATURES = ("funded_dois", "authors", "institutions", "funders", "awards", "content", "relations")
SHOWN = ("map@100", "ndcg@10", "precision@10", "recall@10", "recall@100", "mrr")


def run(options, *words):
    return subprocess.run([options.program, *map(str, words)], check=True, capture_output=True, text=True).stdout


def sources(options, world):
    files = {name: world / name.replace("-", "_")
             for name in ("openalex-works", "crossref-metadata", "datacite", "ror", "data-citation-corpus")}
    files["dmps"] = world / options.plans
    return [word for name, path in files.items() for word in (f"--{name}", path)]


def index_of(options, noise):
    """The world of this noise and its works index, made once."""
    world = options.work / f"quality-{noise}-{options.works}-{options.dmps}-{options.seed}{''.join(options.knob)}"
    if not world.exists():
        knobs = [word for knob in options.knob for word in ("--knob", knob)]
        run(options, "synth", world, "--works", options.works, "--dmps", options.dmps, "--seed", options.seed,
            "--noise", noise, "--papers", options.papers, "--quiet", *knobs)
    out = world.with_name(f"{world.name}.{options.plans}")
    run(options, "run", "--out-dir", out, "--run-id", "2026-01-01", "--until", "search", "--quiet", *sources(options, world))
    return world, out


def judge(options, world, out, *search):
    # The search of `run`, since it is given ROR; a folder of its own for the metrics.
    run(options, "run", "--out-dir", out, "--run-id", "2026-01-01", "--until", "search", "--quiet", *sources(options, world), *search)
    summary = run(options, "opensearch", "rank-metrics", world / "ground_truth.csv", "--output-file", out / "metrics.csv",
                  "--matches-path", out / "dmp-works-search/2026-01-01", "--ks", "10,100", "--json", "--quiet")
    return json.loads(summary)


def row(name, summary):
    metrics = summary["metrics"]
    band = summary["bands"]["high"]
    cells = [f"{metrics[metric]['mean']:.3f}" for metric in SHOWN]
    half = (metrics["map@100"]["high"] - metrics["map@100"]["low"]) / 2
    print(f"| {name} | {cells[0]} ± {half:.3f} | {' | '.join(cells[1:])} | {band['precision']:.3f} of {band['listed']:,} |",
          flush=True)


def award_gate(world, out):
    """Works listed by an award alone (no author), and how many of them are wrong."""
    with open(world / "ground_truth.csv", newline="") as text:
        right = {(row["dmp_doi"], row["work_doi"]) for row in csv.DictReader(text) if row["status"] == "ACCEPTED"}
    opened = wrong = 0
    for path in (out / "dmp-works-search/2026-01-01").rglob("matches_*.jsonl.gz"):
        with gzip.open(path, "rt") as lines:
            for plan in map(json.loads, lines):
                for match in plan["works"]:
                    if not match["awardMatches"] or match["authorMatches"]:
                        continue
                    opened += 1
                    wrong += (plan["dmpDoi"], match["work"]["doi"]) not in right
    return opened, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=pathlib.Path, required=True)
    parser.add_argument("--program", type=pathlib.Path, default="build/bench/dmpworks")
    parser.add_argument("--work", type=pathlib.Path, default="/tmp/dmpworks-quality")
    parser.add_argument("--works", type=int, default=40_000)
    parser.add_argument("--dmps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--noise", nargs="+", default=["clean", "typical", "poor"])
    parser.add_argument("--knob", nargs="*", default=[])
    parser.add_argument("--plans", choices=["dmps", "madmp"], default="dmps", help="the export, or the maDMPs")
    parser.add_argument("--features", action="store_true", help="also without each part of the query")
    parser.add_argument("--award-gate", action="store_true", help="only: wrong works listed by an award alone")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    for noise in options.noise:
        world, out = index_of(options, noise)
        if not options.award_gate:
            print(f"\nNoise `{noise}`:\n\n| ranked by | {' | '.join(SHOWN)} | right of score/best ≥ .7 |\n|{'---|' * (len(SHOWN) + 2)}")
        query = ("--ranker", "query")
        if options.award_gate:
            for name, more in {"with": (), "without": ("--without-improvements", "award_funders")}.items():
                judge(options, world, out, *query, *more)
                opened, wrong = award_gate(world, out)
                print(f"{name} the funder check: {opened} works by an award alone, {wrong} of them wrong ({wrong / max(opened, 1):.1%})")
            continue
        row("baseline", judge(options, world, out, *query, "--query-builder-name", "build_dmp_works_search_baseline_query"))
        row("dmpworks", judge(options, world, out, *query))
        for name, improvement in IMPROVEMENTS.items():
            row(f"without {name}", judge(options, world, out, *query, "--without-improvements", improvement))
        for feature in FEATURES if options.features else ():
            row(f"without {feature}", judge(options, world, out, *query, "--disable-features", feature))
        row("linkage", judge(options, world, out))


if __name__ == "__main__":
    main()
