#!/usr/bin/env python3
"""How good the probabilities are, on worlds made of real papers.

usage: run.py --program DMPWORKS --papers FILE [--papers FILE …] [options]

For every kind of world: two worlds of other seeds, the first to judge on, the
second to take labels from. Each is made by `synth`, matched by `run`, and
judged on all pairs that are kept: ranker query, linkage with the compiled-in
tables, with EM on the world's own pairs, with the labels of the second world.
Prints a Markdown table. The papers are JSON lines, as `synth` reads them.
"""
import argparse
import csv
import glob
import json
import math
import pathlib
import shutil
import subprocess
import sys

# Name, what is added to the preset of noise, and why it is there.
COMMON = ["--links-per-dmp", "3", "--distractors", "20", "--knob", "xpac=0"]
WORLDS = {
    "clean": ["--noise", "clean"],
    "typical": ["--noise", "typical"],
    "poor metadata": ["--noise", "poor"],
    "poor, plans of one author": ["--noise", "poor", "--knob", "one_author_plans=1"],
    "half of the plans without outputs": ["--noise", "typical",
                                          "--knob", "plans_without_outputs=0.5"],
    "outsiders in half of the plans": ["--noise", "typical", "--knob", "outsiders=0.5"],
}
THRESHOLDS = (.5, .9, .95, .99)


class Bench:
    def __init__(self, options):
        self.options = options
        self.dir = pathlib.Path(options.work_dir)

    def call(self, *words):
        done = subprocess.run([self.options.program, *map(str, words)], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def must(self, *words):
        status, out, err = self.call(*words)
        if status != 0:
            sys.exit(f"{' '.join(map(str, words))}\n{err}")
        return out

    def world(self, kind, seed):
        """Makes a world and matches it; gives the folder of both."""
        name = kind.replace(" ", "_").replace(",", "")
        folder = self.dir / f"{name}_{seed}"
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            papers = [word for path in self.options.papers for word in ("--papers", path)]
            self.must("synth", folder / "world", "--works", self.options.works, "--dmps",
                      self.options.dmps, "--seed", seed, "--quiet", *papers, *COMMON, *WORLDS[kind],
                      *self.options.synth)
            self.match(folder, "linkage")
            (folder / "done").touch()
        if self.options.again:
            self.match(folder, "linkage", again=True)
        return folder

    def match(self, folder, ranker, again=False):
        world, out = folder / "world", folder / ranker
        index = next(iter((folder / "linkage").glob("sqlmesh/*/works_index")), None)
        if again or ranker == "query":
            out = folder / (ranker + "_again" if again else ranker)
            shutil.rmtree(out, ignore_errors=True)
            sources = ["--works-index", index]
        else:
            sources = [word for name in ("openalex-works", "crossref-metadata", "datacite", "ror",
                                         "data-citation-corpus")
                       for word in (f"--{name}", world / name.replace("-", "_"))]
        self.must("run", out, "--dmps", world / "dmps", *sources, "--ranker", ranker, "--format", "csv",
                  "--threads", 2, "--quiet", *(["--linkage-pairs"] if ranker == "linkage" else []))
        return out

    def pairs(self, folder):
        base = folder / ("linkage_again" if self.options.again else "linkage")
        return next(base.glob("dmp-works-search/*/linkage_pairs"))

    def judged(self, folder, model=None):
        report = folder / "report.json"
        extra = ["--linkage-file", model] if model else []
        self.must("linkage", "evaluate", self.pairs(folder), report, "--ground-truth-file",
                  folder / "world/ground_truth.csv", *extra)
        found = json.loads(report.read_text())
        whole = found["judgements"][0]
        return {"map": found["map100"], "ndcg": found["ndcg10"], "recall": found["recall100"],
                "brier": whole["brier"], "ece": whole["ece"],
                "at": [(row["precision"], row["coverage"]) for row in whole["thresholds"]]}

    def learnt(self, folder, name, *words):
        """The file of a command that learns; None when it refuses."""
        file = folder / f"{name}.json"
        file.unlink(missing_ok=True)
        status, _, err = self.call("linkage", *words, file)
        if status != 0:
            print(f"<!-- {folder.name}: {err.strip()} -->")
        return file if status == 0 else None

    def query(self, folder):
        truth = {}
        for row in csv.DictReader(open(folder / "world/ground_truth.csv", encoding="utf-8")):
            if row["status"] == "ACCEPTED":
                truth.setdefault(row["dmp_doi"], set()).add(row["work_doi"])
        out = self.match(folder, "query")
        lists = {}
        for path in glob.glob(str(out / "results/*/matches.csv")):
            for row in csv.DictReader(open(path, encoding="utf-8")):
                lists.setdefault(row["dmp_doi"], []).append((int(row["rank"]), row["work_doi"]))
        figures = [rank_figures([doi for _, doi in sorted(lists.get(plan, []))], works)
                   for plan, works in truth.items()]
        mean = [sum(column) / len(figures) for column in zip(*figures)]
        return {"map": mean[0], "ndcg": mean[1], "recall": mean[2]}


def rank_figures(listed, relevant):
    """AP@100, NDCG@10, recall@100 of one plan."""
    hits, precision, gain = 0, 0, 0
    for rank, doi in enumerate(listed[:100], 1):
        if doi in relevant:
            hits += 1
            precision += hits / rank
            gain += 1 / math.log2(rank + 1) if rank <= 10 else 0
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(relevant)) + 1))
    return precision / len(relevant), gain / ideal, hits / len(relevant)


def row(kind, ranker, found):
    cells = [kind, ranker] + [f"{found[name]:.3f}" for name in ("map", "ndcg", "recall")]
    if "ece" in found:
        cells += [f"{found['brier']:.4f}", f"{found['ece']:.3f}"]
        cells += [f"{p:.3f} / {c:.3f}" for p, c in found["at"]]
    else:
        cells += ["–"] * 6
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--papers", action="append", required=True)
    parser.add_argument("--work-dir", default="build/linkage-bench", help="worlds stay here for the next run")
    parser.add_argument("--works", type=int, default=40_000)
    parser.add_argument("--dmps", type=int, default=400)
    parser.add_argument("--seed", type=int, default=11, help="and the one after it, for labels")
    parser.add_argument("--worlds", nargs="*", choices=list(WORLDS), default=list(WORLDS))
    parser.add_argument("--synth", nargs="*", default=[], help="further words for synth")
    parser.add_argument("--again", action="store_true", help="match worlds that are there once more")
    bench = Bench(parser.parse_args())
    print("| world | ranker | MAP@100 | NDCG@10 | R@100 | Brier | ECE | "
          + " | ".join(f"p ≥ {p}: precision / coverage" for p in THRESHOLDS) + " |")
    print("|---" * 11 + "|")
    for kind in bench.options.worlds:
        own, other = (bench.world(kind, bench.options.seed + i) for i in (0, 1))
        row(kind, "query", bench.query(own))
        row(kind, "linkage, tables", bench.judged(own))
        em = bench.learnt(own, "em", "train", bench.pairs(own))
        if em:
            row(kind, "linkage, EM", bench.judged(own, em))
        labels = bench.learnt(other, "labels", "fit", "--ground-truth-file",
                              other / "world/ground_truth.csv", bench.pairs(other))
        if labels:
            row(kind, "linkage, labels of another world", bench.judged(own, labels))


if __name__ == "__main__":
    main()
