#!/usr/bin/env python3
"""What holds for every command: help, wrong lines, nothing on standard output.

usage: every_command_test.py PROGRAM [unittest arguments]
"""
import functools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
DOCS = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/cli"


def call(*words, columns=117):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, cwd=folder,
                              env={"COLUMNS": str(columns), "PATH": os.environ["PATH"]}, timeout=180)
        assert not os.listdir(folder), f"{words} wrote {os.listdir(folder)}"
        return done


@functools.cache  # asked for by many tests
def help_of(path, columns=117):
    return call(*path, "--help", columns=columns)


def groups_and_leaves(path=()):
    """Every path of the tree with the text of its help."""
    text = help_of(path).stdout
    yield path, text
    box = re.search(r"╭─ Commands .*?\n(.*?)╰", text, re.DOTALL)
    for line in box.group(1).splitlines() if box else []:
        named = re.match(r"│ ([a-z][a-z-]*) ", line)
        if named:
            yield from groups_and_leaves((*path, named.group(1)))


TREE = list(groups_and_leaves())
LEAVES = [(path, text) for path, text in TREE if "╭─ Commands" not in text]


class Help(unittest.TestCase):
    def test_comes_before_any_validation_on_standard_output(self):
        for path, text in LEAVES:
            with self.subTest(path):
                done = call(*path, "--threads=x", "--nosuch", "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(done.stdout, text)
                self.assertTrue(text.startswith(f"Usage: dmpworks {' '.join(path)}"))

    def test_boxes_are_as_wide_as_the_terminal(self):
        for columns in (117, 200):
            for path, _ in TREE:
                lines = help_of(path, columns).stdout.splitlines()
                boxed = [line for line in lines if line.startswith(("╭", "│", "╰"))]
                self.assertTrue(boxed, path)
                wide = [line for line in boxed if len(line) != columns]
                self.assertEqual(wide, [], f"{path} at {columns}")

    def test_has_room_in_any_terminal(self):
        for columns in (40, 50, 60, 80, 117, 200):
            for path, _ in TREE:
                done = help_of(path, columns)
                self.assertEqual((done.returncode, done.stderr), (0, ""), f"{path} at {columns}")
                lines = done.stdout.splitlines()
                wide = [line for line in lines if len(line) > columns and (columns >= 80 or line[0] in "╭│╰")]
                self.assertEqual(wide, [], f"{path} at {columns}")

    def test_names_and_texts_are_whole(self):
        for path, text in LEAVES:
            narrow = help_of(path, 80).stdout
            self.assertEqual(*(sorted(re.sub(r"[│╭╮╰╯─\s]", "", one)) for one in (narrow, text)), path)
            names = [set(re.findall(r" (--[a-z0-9.-]+)(?= )", one)) for one in (narrow, text)]
            self.assertEqual(names[1] - names[0], set(), path)

    # P109: cli/p109-docs compares pages; that none of them lacks a command is looked at here.
    def test_is_in_the_pages_of_every_command(self):
        for path, _ in LEAVES:
            page = (DOCS / f"{path[0]}.md").read_text(encoding="utf-8")
            self.assertIn(f"\nUsage: dmpworks {' '.join(path)} [", page)

    def test_of_a_group_is_its_answer_without_a_command(self):
        for path, text in TREE:
            if (path, text) not in LEAVES:
                done = call(*path)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, text, ""), path)


class WrongLines(unittest.TestCase):
    def refused(self, path, *words):
        done = call(*path, *words)
        self.assertEqual(done.returncode, 2, f"{path} {words}: {done.stderr}")
        self.assertEqual(done.stdout, "", path)
        for line in done.stderr.splitlines():
            self.assertTrue(line.startswith(("dmpworks", "hint: ")), line)
        return done.stderr

    def test_p101_p102_are_reported_all_at_once(self):
        for path, text in LEAVES:
            with self.subTest(path):
                error = self.refused(path, "--nosuch-option", "--threads=x", "--log-level=LOUD",
                                     "--quiet=maybe", "--memory-limit=much")
                for part in ("unknown option --nosuch-option", '--threads: "x"',
                             '--log-level: "LOUD" is not one of', "--quiet", "--memory-limit"):
                    self.assertIn(part, error)
                # A required value that is missing is said too, and how to set it.
                name = " ".join(path)
                for row in re.findall(r"│ \*  (?:[A-Z0-9-]+ )?\s*(?:│\n│\s+)?--([a-z0-9.-]+)", text):
                    self.assertIn(f"dmpworks {name}: --{row} is required", error)

    def test_an_option_twice_is_refused(self):
        for path, _ in LEAVES:
            self.assertIn("--threads", self.refused(path, "--threads=1", "--threads=2"), path)

    def test_an_option_without_its_value_is_refused(self):
        for path, _ in LEAVES:
            self.assertIn("--threads", self.refused(path, "--threads"), path)

    def test_near_names_are_hinted_at(self):
        for path, _ in LEAVES:
            self.assertIn("hint: did you mean --threads?", self.refused(path, "--thread=1"), path)
            word = path[-1][:-1] + ("x" if path[-1][-1] != "x" else "y")
            error = self.refused(path[:-1], word)
            self.assertIn(f'unknown command "{word}"', error)


if __name__ == "__main__":
    unittest.main()
