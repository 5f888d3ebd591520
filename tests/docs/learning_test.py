#!/usr/bin/env python3
"""The lines of docs/matching.md that search, learn and search again, run as
they stand there in a generated world.

usage: learning_test.py PROGRAM
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(sys.argv[1]).resolve()
BLOCK = re.search(r"<!-- learning: .*?-->\n(.*?)<!-- end of learning -->",
                  (ROOT / "docs/matching.md").read_text(), re.DOTALL).group(1)
LINES = [line for fence in re.findall(r"```sh\n(.*?)```", BLOCK, re.DOTALL) for line in fence.splitlines()]
SEARCH = "out/dmp-works-search/2026-02-04/manifest.json"


def make_world(folder):
    subprocess.run([PROGRAM, "synth", "world", "--works", "3000", "--dmps", "110", "--seed", "1", "--sources",
                    "openalex-works", "dmps"], check=True, cwd=folder, capture_output=True, timeout=300)
    for name, made in (("works", "openalex_works"), ("plans", "dmps"), ("truth.csv", "ground_truth.csv")):
        (folder / name).symlink_to(folder / "world" / made)
    (folder / "bin").mkdir()
    (folder / "bin/dmpworks").symlink_to(PROGRAM)


def type_line(folder, line):
    done = subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, timeout=300,
                          env={"PATH": f"{folder}/bin:{os.environ['PATH']}"})
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    said = re.search(r"linkage parameters: (.*)", done.stderr)
    searched = json.loads((folder / SEARCH).read_text())["search"]
    return said and said.group(1), searched["linkage"], done.stdout


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_world(folder)
        first, train, evaluate, second, *put, third = LINES
        said, used, _ = type_line(folder, first)
        assert (said, used["method"]) == ("the compiled-in tables", "default"), (said, used)
        _, _, card = type_line(folder, train)
        assert "| method | em |" in card, card
        assert card in (folder / "linkage.json.md").read_text()
        learned = {"method": "em", "sha256": hashlib.sha256((folder / "linkage.json").read_bytes()).hexdigest()}
        type_line(folder, evaluate)
        assert json.loads((folder / "figures.json").read_text())["found"] > 100
        # Naming the file is for one run, what lies in the folder is for all.
        assert type_line(folder, second)[:2] == ("linkage.json", learned)
        assert type_line(folder, third)[:2] == ("the compiled-in tables", used)
        for line in put:
            type_line(folder, line)
        assert type_line(folder, third)[:2] == ("out/meta/linkage.json", learned)
        assert type_line(folder, third + " --ranker query")[:2] == (None, None), "no probability, no parameters"


if __name__ == "__main__":
    main()
