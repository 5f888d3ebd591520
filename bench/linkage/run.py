#!/usr/bin/env python3
"""How good the probabilities are, on worlds made of real papers.

usage: run.py --program DMPWORKS --papers FILE [--papers FILE …] [options]

For every kind of world: one to judge on, and one of another seed, of its kind or
an easier one, to take labels from. Each is made by `synth`, matched by `run`, and
judged on all pairs that are kept: ranker query, linkage with the compiled-in
tables, with EM on the world's own pairs, with the labels of the other world.
Prints a Markdown table. The papers are JSON lines, as `synth` reads them.

--ablation prints what each comparison is worth: the tables, and EM learnt anew,
without it, on the pairs of the whole model; what funders list and what plans
name takes --knob funder_lists=… and, with --plans madmp, --knob plan_data_sets=….
--checks says what ten bad starts,
plans without any output and few plans do to EM. --pool puts the pairs of several
worlds of a kind together, each judged with its own EM: what one world of 400
plans says of the few pairs at the end of the list is chance.
"""
import argparse
import copy
import csv
import glob
import json
import math
import pathlib
import shutil
import subprocess
import sys

COMMON = ["--knob", "xpac=0"]
RUN_ID = "2026-01-01"  # of the worlds too


def knobs(**values):
    return [word for name, value in values.items() for word in ("--knob", f"{name}={value}")]


# Poor records of projects, people and plans that are typical.
POOR_RECORDS = ["--noise", "poor", *knobs(
    plans_without_outputs=.2, outsiders=.15, hidden_team=.02, late_outputs=.15, early_outputs=.02,
    topic_drift=.2, near_topic=.5, keep_funder=.4, keep_award=.02, common_names=.4)]
# Name, and what is added to COMMON.
WORLDS = {
    "clean": ["--noise", "clean"],
    "typical": ["--noise", "typical"],
    "poor metadata": [*POOR_RECORDS, *knobs(one_author_plans=.15)],
    "poor metadata, plans of one author": [*POOR_RECORDS, *knobs(one_author_plans=1)],
    "half of the plans without outputs": ["--noise", "typical", *knobs(plans_without_outputs=.5)],
    "outsiders in half of the plans": ["--noise", "typical", *knobs(outsiders=.5)],
    "all other work on near topics": ["--noise", "typical", *knobs(near_topic=1)],
    "everything poor": ["--noise", "poor"],
}
# Whose labels a world is judged with; else labels of another world of its kind.
LABELLED_BY = {
    "poor metadata, plans of one author": "poor metadata",
    "half of the plans without outputs": "typical",
    "outsiders in half of the plans": "typical",
    "all other work on near topics": "typical",
    "everything poor": "poor metadata",
}
NO_OUTPUTS = "no outputs at all"
FEW_PLANS = "few plans"
CHECKED = {
    NO_OUTPUTS: ["--noise", "typical", *knobs(plans_without_outputs=1)],
    FEW_PLANS: ["--noise", "typical", "--dmps", 60],
}
COMPARISONS = ("authors", "rarity", "text", "date", "award", "funder", "institution", "funded", "named",
               "versions", "relations")
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
        name = "".join([kind.replace(" ", "_").replace(",", ""), *self.options.knob,
                        "_madmp" * (self.options.plans == "madmp")])
        folder = self.dir / f"{name}_{seed}"
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            papers = [word for path in self.options.papers for word in ("--papers", path)]
            words = {**WORLDS, **CHECKED}[kind]
            plans = [] if "--dmps" in words else ["--dmps", self.options.dmps]
            self.must("synth", folder / "world", "--works", self.options.works, *plans, "--seed", seed,
                      "--quiet", *papers, "--links-per-dmp", self.options.links,
                      "--distractors", self.options.misses, *COMMON, *words,
                      *[word for knob in self.options.knob for word in ("--knob", knob)])
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
        if (world / "enrich-dmps").exists():  # what funders list
            shutil.copytree(world / "enrich-dmps", out / "enrich-dmps", dirs_exist_ok=True)
        self.must("run", out, "--dmps", world / self.options.plans, "--run-id", RUN_ID, *sources,
                  "--ranker", ranker, "--format", "csv",
                  "--threads", 2, "--quiet", *(["--linkage-pairs"] if ranker == "linkage" else []))
        return out

    def pairs(self, folder):
        base = folder / ("linkage_again" if self.options.again else "linkage")
        return next(base.glob("dmp-works-search/*/linkage_pairs"))

    def truth(self, folder):
        """What is right; where nothing is, a link that no index has stands for it."""
        truth = folder / "world/ground_truth.csv"
        text = truth.read_text(encoding="utf-8")
        if ",ACCEPTED" in text:
            return truth
        padded = folder / "truth.csv"
        padded.write_text(text + "10.48321/none,10.5555/none,ACCEPTED,\n", encoding="utf-8")
        return padded

    def judged(self, folder, model=None, without=()):
        report = folder / "report.json"
        extra = ["--linkage-file", model] if model else []
        extra += [word for one in without for word in ("--without", one)]
        self.must("linkage", "evaluate", self.pairs(folder), report, "--ground-truth-file",
                  self.truth(folder), *extra)
        found = json.loads(report.read_text())
        whole = found["judgements"][0]
        return {"map": found["map100"], "ndcg": found["ndcg10"], "recall": found["recall100"],
                "brier": whole["brier"], "ece": whole["ece"], "pairs": whole["pairs"],
                "sure": whole["thresholds"][1]["pairs"], "links": whole["links"],
                "reliability": whole["reliability"], "thresholds": whole["thresholds"],
                "at": [(row["precision"], row["coverage"]) for row in whole["thresholds"]]}

    def learnt(self, folder, name, command, pairs, *words):
        """The file of a command that learns; None when it refuses."""
        file = folder / f"{name}.json"
        file.unlink(missing_ok=True)
        status, _, err = self.call("linkage", command, pairs, file, *words)
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


def interval(hits, count):
    """Wilson's, of 95 %."""
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    return middle - half, middle + half


def pooled(judged):
    """ECE of the pairs with p >= .01, and (pairs, precision, interval) at each threshold, of all together."""
    bins = {}
    for one in judged:
        for bin_ in one["reliability"]:
            if bin_["from"] >= .01:
                total = bins.setdefault(bin_["from"], [0, 0, 0])
                total[0] += bin_["pairs"]
                total[1] += bin_["pairs"] * bin_["meanP"]
                total[2] += bin_["pairs"] * bin_["true"]
    ece = sum(abs(said - true) for _, said, true in bins.values()) / sum(pairs for pairs, _, _ in bins.values())
    at = []
    for i in range(len(THRESHOLDS)):
        rows = [one["thresholds"][i] for one in judged if one["thresholds"][i]["pairs"]]
        count = sum(row["pairs"] for row in rows)
        hits = sum(row["pairs"] * row["precision"] for row in rows)
        at.append((count, hits / count, interval(hits, count)) if count else (0, math.nan, (math.nan, math.nan)))
    return ece, at


def pool(bench, kind):
    found = {"tables": [], "EM": []}
    for seed in bench.options.pool:
        folder = bench.world(kind, seed)
        found["tables"].append(bench.judged(folder))
        if em := bench.learnt(folder, "em", "train", bench.pairs(folder)):
            found["EM"].append(bench.judged(folder, em))
    for name, judged in found.items():
        ece, at = pooled(judged)
        cells = [kind, name, str(len(judged)), " ".join(f"{one['ece']:.3f}" for one in judged), f"{ece:.3f}"]
        cells += [f"{precision:.3f} ({low:.3f}–{high:.3f}) of {count}" for count, precision, (low, high) in at]
        print("| " + " | ".join(cells) + " |", flush=True)


def ablation(bench, kind):
    """What is lost without each comparison."""
    folder = bench.world(kind, bench.options.seed)
    rows = [("nothing", [])] + [(one, [one]) for one in COMPARISONS]
    rows.append(("all but authors", [one for one in COMPARISONS if one not in ("authors", "rarity")]))
    for name, without in rows:
        words = [word for one in without for word in ("--without", one)]
        em = bench.learnt(folder, "em_without", "train", bench.pairs(folder), *words)
        print_ablation(kind, name, bench.judged(folder, None, without),
                       em and bench.judged(folder, em, without))
    # Not learnt anew: EM would find the class again.
    models = []
    for base in (None, bench.learnt(folder, "em", "train", bench.pairs(folder))):
        model = json.loads(base.read_text()) if base else {"format": "dmpworks-linkage/1"}
        model["lambda"] = {**model.get("lambda", {}), "S": 1e-9}
        file = folder / "without_class_s.json"
        file.write_text(json.dumps(model))
        models.append(bench.judged(folder, file))
    print_ablation(kind, "class S (two-class model)", *models)


def print_ablation(kind, name, *judged):
    cells = [kind, name]
    for found in judged:
        cells.append("refused" if not found else
                     f"{found['map']:.4f} / {1000 * found['brier']:.1f} / {found['ece']:.3f} / "
                     f"{found['at'][1][0]:.3f} / {found['at'][1][1]:.3f}")
    print("| " + " | ".join(cells) + " |", flush=True)


def bad_starts(model):
    """The start files of linkage.md 7, by what is wrong with them."""
    def changed(change):
        other = copy.deepcopy(model)
        change(other)
        return other

    def swap(table):
        table["S"], table["O"] = table["O"], table["S"]

    def flatten(rows):
        rows[:] = [[1 / 16] * 16 for _ in rows]

    changes = {
        "lambda O x 10": lambda m: m["lambda"].update(O=35), "lambda O x 0.03": lambda m: m["lambda"].update(O=.105),
        "lambda S x 10": lambda m: m["lambda"].update(S=100), "lambda S x 0.03": lambda m: m["lambda"].update(S=.3),
        "q exchanged": lambda m: swap(m["q"]), "text exchanged": lambda m: swap(m["text"]),
        "text of O flat": lambda m: flatten(m["text"]["O"]), "text of S flat": lambda m: flatten(m["text"]["S"]),
        "dates of O flat": lambda m: m["date"].update(O=[1 / 8] * 8), "funder exchanged": lambda m: swap(m["funder"]),
    }
    return {name: changed(change) for name, change in changes.items()}


def checks(bench):
    kind = "typical"
    folder = bench.world(kind, bench.options.seed)
    base = json.loads(bench.learnt(folder, "lambda", "train", bench.pairs(folder),
                                   "--update", "lambda").read_text())
    base["lambda"] = {"S": 10, "O": 3.5}
    base["trained"]["method"] = "default"  # a bad start is no run to compare the sure pairs with
    em = bench.learnt(folder, "em", "train", bench.pairs(folder))
    found = [("the tables", bench.judged(folder, em))] if em else []
    for name, model in bad_starts(base).items():
        start = folder / "start.json"
        start.write_text(json.dumps(model))
        em = bench.learnt(folder, "em_start", "train", bench.pairs(folder), "--linkage-file", start)
        found.append((name, bench.judged(folder, em) if em else None))
    print("\n| EM on the typical world from | MAP@100 | Brier | ECE |\n|---|---|---|---|")
    for name, one in found:
        print(f"| {name} | " + (f"{one['map']:.5f} | {one['brier']:.5f} | {one['ece']:.5f} |"
                                if one else "refused | | |"))
    print("\n| world | model | pairs | with p ≥ .9 | method |\n|---|---|---|---|---|")
    for kind in CHECKED:
        folder = bench.world(kind, bench.options.seed)
        em = bench.learnt(folder, "em", "train", bench.pairs(folder))
        for name, model in (("tables", None), ("EM", em)):
            if name == "EM" and not em:
                print(f"| {kind} | EM | refused | | |")
                continue
            one = bench.judged(folder, model)
            kept = "tables" if not model or json.loads(model.read_text())["text"] == base["text"] else "learnt"
            print(f"| {kind} | {name} | {one['pairs']} | {one['sure']} | {kept} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--papers", action="append", required=True)
    parser.add_argument("--work-dir", default="build/linkage-bench", help="worlds stay here for the next run")
    parser.add_argument("--works", type=int, default=40_000)
    parser.add_argument("--dmps", type=int, default=400)
    parser.add_argument("--links", type=int, default=5, help="outputs a plan, on average")
    parser.add_argument("--misses", type=int, default=5, help="near misses a plan, on average")
    parser.add_argument("--seed", type=int, default=21, help="and the one after it, for labels")
    parser.add_argument("--worlds", nargs="*", choices=list(WORLDS), default=list(WORLDS))
    parser.add_argument("--plans", choices=["dmps", "madmp"], default="dmps", help="the export, or the maDMPs")
    parser.add_argument("--knob", action="append", default=[], help="NAME=VALUE, further knobs of synth")
    parser.add_argument("--again", action="store_true", help="match worlds that are there once more")
    parser.add_argument("--ablation", nargs="*", choices=list(WORLDS), help="of these worlds, instead of the table")
    parser.add_argument("--checks", action="store_true", help="instead of the table")
    parser.add_argument("--pool", type=int, nargs="+", help="worlds of these seeds together, instead of the table")
    bench = Bench(parser.parse_args())
    if bench.options.pool:
        print("| world | ranker | worlds | ECE of each | ECE of all | "
              + " | ".join(f"precision at p ≥ {p}" for p in THRESHOLDS) + " |")
        print("|---" * 9 + "|")
        for kind in bench.options.worlds:
            pool(bench, kind)
        return
    if bench.options.ablation is not None:
        print("| world | without | tables: MAP@100 / Brier × 1000 / ECE / precision / coverage at p ≥ .9 | EM |")
        print("|---" * 4 + "|")
        for kind in bench.options.ablation or ["typical", "poor metadata"]:
            ablation(bench, kind)
    if bench.options.checks:
        checks(bench)
    if bench.options.checks or bench.options.ablation is not None:
        return
    print("| world | ranker | MAP@100 | NDCG@10 | R@100 | Brier | ECE | "
          + " | ".join(f"p ≥ {p}: precision / coverage" for p in THRESHOLDS) + " |")
    print("|---" * 11 + "|")
    for kind in bench.options.worlds:
        own = bench.world(kind, bench.options.seed)
        labeller = LABELLED_BY.get(kind, kind)
        other = bench.world(labeller, bench.options.seed + 1)
        row(kind, "query", bench.query(own))
        row(kind, "linkage, tables", bench.judged(own))
        em = bench.learnt(own, "em", "train", bench.pairs(own))
        if em:
            row(kind, "linkage, EM", bench.judged(own, em))
        labels = bench.learnt(own, "labels", "fit", bench.pairs(other),
                              "--ground-truth-file", other / "world/ground_truth.csv")
        if labels:
            row(kind, f"linkage, labels ({labeller})", bench.judged(own, labels))


if __name__ == "__main__":
    main()
