#!/usr/bin/env python3
"""Speed, memory and quality of `run` on a generated world.

Makes the world if it is not there, runs the whole chain ROUNDS times into a new
folder, checks the answer (row equation, every work once, matches equal in all
rounds) and prints for each stage the median of CPU and wall seconds, the highest
resident memory, and works (for the index: those that come out, for the search: those
streamed past all plans) or rows in a CPU second; then precision and recall.

usage: run.py --papers FILE.jsonl[.zst] [--program build/release/dmpworks]
              [--work DIR] [--works 220000] [--dmps 1000] [--seed 7]
              [--threads 1] [--memory-limit 2GB] [--rounds 3] [-- OPTIONS OF run]
Needs: PyPI duckdb for the check of the answer.
"""
import argparse
import hashlib
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = ("openalex-works", "crossref-metadata", "datacite", "ror", "data-citation-corpus", "dmps")


def command(options, out):
    words = [options.program, "run", "--out-dir", out, "--json", "--quiet",
             "--threads", str(options.threads), "--memory-limit", options.memory_limit,
             "--ground-truth-file", options.world / "ground_truth.csv"]
    for source in SOURCES:
        words += [f"--{source}", options.world / source.replace("-", "_")]
    return list(map(str, words)) + options.more


def check(summary, out):
    """Sha256 of the matches; ends the program when a figure would be of a wrong answer."""
    import duckdb
    for stage in summary["stages"]:
        lost = stage["in"] - stage["out"] - stage["dropped"] - stage["rejects"]
        assert lost == 0, f"{stage['name']}: {lost} rows are not accounted for"
    index = next(out.glob("sqlmesh/*/works_index"))
    rows, dois = duckdb.sql(f"SELECT count(*), count(DISTINCT doi) FROM '{index}/*.parquet'").fetchall()[0]
    stage = next(s for s in summary["stages"] if s["name"] == "works index")
    assert rows == dois == stage["out"], (rows, dois, stage["out"])
    return hashlib.sha256(next(out.glob("results/*/matches.csv")).read_bytes()).hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=pathlib.Path, required=True)
    parser.add_argument("--program", default=str(HERE.parents[1] / "build/release/dmpworks"))
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/dmpworks-world"))
    parser.add_argument("--works", type=int, default=220_000)
    parser.add_argument("--dmps", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory-limit", default="2GB")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("more", nargs="*", help="further options of run, behind --")
    options = parser.parse_args()
    options.world = options.work / f"world-{options.works}-{options.dmps}-{options.seed}"
    if not (options.world / "ground_truth.csv").exists():
        shutil.rmtree(options.world, ignore_errors=True)
        subprocess.run([options.program, "synth", options.world, "--works", str(options.works), "--dmps",
                        str(options.dmps), "--seed", str(options.seed), "--papers", options.papers, "--quiet"],
                       check=True)
    summaries, answers = [], set()
    for _ in range(options.rounds):
        out = options.work / "out"
        shutil.rmtree(out, ignore_errors=True)
        done = subprocess.run(command(options, out), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        summaries.append(json.loads(done.stdout))
        answers.add(check(summaries[-1], out))
    assert len(answers) == 1, "the matches differ from round to round"
    print("| stage | in | out | CPU s | wall s | peak MiB | works / CPU s |")
    print("|---|---|---|---|---|---|---|")
    works = next(s["out"] for s in summaries[0]["stages"] if s["name"] == "works index")
    for stages in zip(*(summary["stages"] for summary in summaries)):
        cpu = statistics.median(stage["cpuSeconds"] for stage in stages)
        wall = statistics.median(stage["seconds"] for stage in stages)
        peak = max(stage["peakBytes"] for stage in stages) >> 20
        first = stages[0]
        done = works if first["name"] in ("works index", "search") else first["in"]
        print(f"| {first['name']} | {first['in']:,} | {first['out']:,} | {cpu:.2f} | {wall:.2f} | {peak} | "
              f"{done / cpu if cpu else 0:,.0f} |")
    for at in summaries[0]["metrics"]:
        print(f"at {at['k']}: precision {at['precision']:.3f}, recall {at['recall']:.3f}")


if __name__ == "__main__":
    main()
