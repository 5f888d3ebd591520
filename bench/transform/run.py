#!/usr/bin/env python3
"""Speed of `transform`, as a multiple of inflating the same files.

For each source: makes the input if it is not there, runs `igzip -dc` and the
program over it alternately ROUNDS times, checks the answer, and prints CPU
seconds (user + system, medians), their ratio, wall clock and peak memory.

usage: run.py [--program build/release/dmpworks] [--samples DIR] [--work DIR]
              [--megabytes 1000] [--threads 1] [--rounds 3] [SOURCE …]
Needs: igzip (package isal), PyPI duckdb for the check of the answer.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = {"openalex": ("openalex-works", "openalex/data/works"),
           "crossref": ("crossref-metadata", "crossref"),
           "datacite": ("datacite", "datacite")}


def measured(command, **options):
    """CPU seconds, wall seconds and peak MiB of one run of a command."""
    start = time.monotonic()
    child = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} {command[1]}: failed")
    return (usage.ru_utime + usage.ru_stime, time.monotonic() - start,
            usage.ru_maxrss / 1024)


def inflate(files):
    with open(os.devnull, "wb") as nowhere:
        return measured(["igzip", "-dc", *map(str, files)], stdout=nowhere)


def check(out, expected):
    import duckdb
    rows = duckdb.sql(f"SELECT doi, title FROM '{out}/*.parquet'").fetchall()
    dois = {doi for doi, _ in rows}
    titles = set(rows)  # the samples hold a DOI twice
    assert len(dois) == expected["dois"], (len(dois), expected["dois"])
    assert sum(zlib.crc32(doi.encode()) for doi in dois) == expected["doi_crc"]
    for doi, title in expected["titles"].items():
        assert (doi, title) in titles, (doi, title)
    return len(rows)


def bench(source, options):
    command, samples = SOURCES[source]
    data = options.work / source
    if not (data / "expected.json").exists():
        shutil.rmtree(data, ignore_errors=True)
        subprocess.run([sys.executable, HERE / "make_input.py", source,
                        options.samples / samples, data, str(options.megabytes), "16"], check=True)
    expected = json.loads((data / "expected.json").read_text())
    files = sorted(data.rglob("*.gz"))
    more = ["--xpac", "include"] if source == "openalex" else []
    yardstick, runs = [], []
    for _ in range(options.rounds):
        yardstick.append(inflate(files))
        out = options.work / f"out-{source}"
        shutil.rmtree(out, ignore_errors=True)
        runs.append(measured([options.program, "transform", command, data, out, "--quiet",
                              "--threads", str(options.threads), *more],
                             stdout=subprocess.DEVNULL))
    rows = check(out, expected)
    floor = statistics.median(run[0] for run in yardstick)
    cpu = statistics.median(run[0] for run in runs)
    wall = statistics.median(run[1] for run in runs)
    peak = max(run[2] for run in runs)
    print(f"| {source} | {options.threads} | {expected['records']:,} | {floor:.2f} | {cpu:.2f} | "
          f"{cpu / floor:.2f} | {wall:.2f} | {peak:.0f} | {rows:,} rows, {len(expected['titles'])} titles |",
          flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sources", nargs="*")
    parser.add_argument("--program", default=str(HERE.parents[1] / "build/release/dmpworks"))
    parser.add_argument("--samples", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/dmpworks-bench"))
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print("| source | threads | records | inflate CPU s | transform CPU s | ratio | wall s | peak MiB | checked |")
    print("|---|---|---|---|---|---|---|---|---|")
    for source in options.sources or SOURCES:
        bench(source, options)


if __name__ == "__main__":
    main()
