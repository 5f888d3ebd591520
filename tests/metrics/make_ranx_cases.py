#!/usr/bin/env python3
"""Makes truth.csv, matches.jsonl and expected.json beside this file: 40 plans with
random lists of works, judged by the PyPI package ranx (0.3.21 when they were made).

usage: make_ranx_cases.py      Needs: pip install ranx (not needed by the test).
"""
import json
import pathlib
import random

from ranx import Qrels, Run, evaluate

HERE = pathlib.Path(__file__).resolve().parent
KS = (1, 3, 10, 50)
METRICS = ("map", "ndcg", "precision", "recall")

draw = random.Random(7)
truth, listed = {}, {}
for number in range(40):
    plan = f"10.5072/plan{number:02}"
    known = [f"10.5555/w{number}.{i}" for i in range(draw.randint(1, 12))]
    found = [doi for doi in known if draw.random() < 0.6]
    found += [f"10.5555/x{number}.{i}" for i in range(draw.randint(0, 30))]
    draw.shuffle(found)
    truth[plan] = known
    if number % 9 != 4:  # some plans have no list at all
        listed[plan] = found

with open(HERE / "truth.csv", "w", encoding="utf-8") as out:
    out.write("dmp_doi,work_doi,status\n")
    for plan, works in truth.items():
        for work in works:
            out.write(f"{plan},{work},ACCEPTED\n")
with open(HERE / "matches.jsonl", "w", encoding="utf-8") as out:
    for plan, works in listed.items():
        works = [{"score": float(len(works) - i), "work": {"doi": doi}} for i, doi in enumerate(works)]
        out.write(json.dumps({"dmpDoi": plan, "scoreMax": 100.0, "works": works}) + "\n")

qrels = Qrels({plan: {work: 1 for work in works} for plan, works in truth.items()})
run = {plan: {doi: float(len(listed[plan]) - i) for i, doi in enumerate(listed[plan])}
       for plan in listed if listed[plan]}
run.update({plan: {"none": 1.0} for plan in truth if plan not in run})
names = [f"{metric}@{k}" for k in KS for metric in METRICS] + ["mrr"]
expected = evaluate(qrels, Run(run), names)
(HERE / "expected.json").write_text(json.dumps({name: float(value) for name, value in expected.items()}, indent=1) + "\n")
