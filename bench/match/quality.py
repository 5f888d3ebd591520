#!/usr/bin/env python3
"""How good the query ranks, on generated worlds of real papers at three noise levels.

For each noise makes the world and its index if they are not there, then judges
the baseline, `dmpworks`, and `dmpworks` without each of its improvements and
without each part of the query; with --enriched on what funders say of the
awards, too (enrichment.py). Prints Markdown tables.

usage: quality.py --papers FILE.jsonl[.zst] [--program build/bench/dmpworks]
                  [--work DIR] [--works 40000] [--dmps 500] [--seed 3]
                  [--noise clean typical poor] [--knob NAME=VALUE …]
                  [--enriched [--publisher build/dev/…/publish_external_data]]
                  [--features | --award-gate]
"""
import argparse
import collections
import csv
import gzip
import json
import pathlib
import subprocess

import enrichment

RUN_ID = "2026-01-01"
IMPROVEMENTS = {"A1 award_funders": "award_funders", "A2 raw_awards": "raw_awards", "A3 dates": "dates",
                "A4 duplicates": "duplicates", "A5 surnames": "surnames", "spellings of awards": "award_spellings"}
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
    out = world.with_name(f"{world.name}.{options.plans}{'.enriched' * options.enriched}")
    chain(options, world, out, "--until", "works-index")
    if options.enriched and not (out / "enrich-dmps" / RUN_ID).exists():
        rows = out / "external_data.jsonl"
        enrichment.Enrichment(world, out, RUN_ID).write(rows)
        subprocess.run([options.publisher, rows, out / "enrich-dmps" / RUN_ID], check=True)
    return world, out


def chain(options, world, out, *more):
    run(options, "run", "--out-dir", out, "--run-id", RUN_ID, "--quiet", *sources(options, world), *more)


def search(options, world, out, *more):
    """The search of `run`, since it is given ROR and what funders say."""
    chain(options, world, out, "--until", "search", *more)
    return out / "dmp-works-search" / RUN_ID


def judge(options, world, out, *more):
    summary = run(options, "opensearch", "rank-metrics", world / "ground_truth.csv", "--output-file", out / "metrics.csv",
                  "--matches-path", search(options, world, out, *more), "--ks", "10,100", "--json", "--quiet")
    return json.loads(summary)


def row(name, summary):
    metrics = summary["metrics"]
    band = summary["bands"]["high"]
    cells = [f"{metrics[metric]['mean']:.3f}" for metric in SHOWN]
    half = (metrics["map@100"]["high"] - metrics["map@100"]["low"]) / 2
    print(f"| {name} | {cells[0]} ± {half:.3f} | {' | '.join(cells[1:])} | {band['precision']:.3f} of {band['listed']:,} |",
          flush=True)


def accepted(world):
    with open(world / "ground_truth.csv", newline="", encoding="utf-8") as text:
        return {(row["dmp_doi"], row["work_doi"]) for row in csv.DictReader(text) if row["status"] == "ACCEPTED"}


def award_gates(matches):
    """Of each pair that no other gate lets in: the pair, and by what kind of number."""
    for file in json.loads((matches / "manifest.json").read_text(encoding="utf-8"))["files"]:
        if "matches_" not in file["path"]:
            continue
        with gzip.open(matches / file["path"], "rt", encoding="utf-8") as lines:
            for plan in map(json.loads, lines):
                for match in plan["works"]:
                    gates = [part for part in match["explain"] if part["gate"]]
                    if [part["clause"] for part in gates] != ["awards"]:
                        continue
                    kinds = {item["how"].removeprefix("award-") for item in gates[0]["items"]}
                    other = ", another funder's" if match.get("funderMismatch") else ""
                    yield (plan["dmpDoi"], match["work"]["doi"]), "+".join(sorted(kinds)) + other


def gate_row(name, world, matches):
    """How many works an award alone lets in, and how many of them are wrong."""
    right = accepted(world)
    opened, wrong = collections.Counter(), collections.Counter()
    for pair, kind in award_gates(matches):
        opened[kind] += 1
        wrong[kind] += pair not in right
    kinds = "; ".join(f"{kind} {wrong[kind]} of {opened[kind]}" for kind in sorted(opened))
    print(f"| {name} | {opened.total()} | {wrong.total()} | {wrong.total() / max(opened.total(), 1):.1%} | {kinds} |", flush=True)


def gate_table(options, world, out, query):
    print("| funder check | let in by an award alone | wrong | share | wrong by kind of number |\n|---|---|---|---|---|")
    every = ("--max-results", "10000")  # lists hold all that a gate lets in
    for name, more in {"with": (), "without": ("--without-improvements", "award_funders")}.items():
        gate_row(name, world, search(options, world, out, *query, *every, *more))


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
    parser.add_argument("--enriched", action="store_true", help="with what funders say of the awards")
    parser.add_argument("--publisher", type=pathlib.Path, default="build/dev/tests/enrichment/publish_external_data")
    parser.add_argument("--award-gate", action="store_true", help="only: works that an award alone lets in, and wrong ones")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    for noise in options.noise:
        world, out = index_of(options, noise)
        print(f"\nNoise `{noise}`:\n")
        query = ("--ranker", "query")
        if options.award_gate:
            gate_table(options, world, out, query)
            continue
        print(f"| ranked by | {' | '.join(SHOWN)} | right of score/best ≥ .7 |\n|{'---|' * (len(SHOWN) + 2)}")
        row("baseline", judge(options, world, out, *query, "--query-builder-name", "build_dmp_works_search_baseline_query"))
        row("dmpworks", judge(options, world, out, *query))
        for name, improvement in IMPROVEMENTS.items():
            row(f"without {name}", judge(options, world, out, *query, "--without-improvements", improvement))
        for feature in FEATURES if options.features else ():
            row(f"without {feature}", judge(options, world, out, *query, "--disable-features", feature))
        row("linkage", judge(options, world, out))


if __name__ == "__main__":
    main()
