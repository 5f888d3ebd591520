#!/usr/bin/env python3
"""What `dmpworks linkage fit` and `evaluate` make of labels, on the pairs of
tests/cli/linkage/fit-few-labels (8 plans).

usage: linkage_labels_test.py PROGRAM [unittest arguments]
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
CASE = pathlib.Path(__file__).resolve().parent / "linkage/fit-few-labels"
ALONE = "no label is REJECTED"


class Labels(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dmpworks_labels_")
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.truth = (CASE / "truth.csv").read_text().splitlines()
        self.accepted = [self.truth[0], *(line for line in self.truth if line.endswith(",ACCEPTED"))]

    def call(self, command, lines, *words, code=0):
        (self.dir / "truth.csv").write_text("\n".join(lines) + "\n")
        self.out = self.dir / "out.json"
        done = subprocess.run([PROGRAM, "linkage", command, CASE / "pairs", self.out, "--ground-truth-file",
                               self.dir / "truth.csv", *words], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def card(self):
        return self.out.with_name(self.out.name + ".md").read_text()

    def recalibration(self, lines, *words):
        said = self.call("fit", lines, "--update", "recalibrate", *words)
        return json.loads(self.out.read_text()), said

    def test_accepted_links_alone_are_a_warning_unless_they_are_the_whole_truth(self):
        _, said = self.recalibration(self.truth)
        self.assertNotIn(ALONE, said)
        alone, said = self.recalibration(self.accepted)
        self.assertIn(ALONE, said)
        self.assertIn(ALONE, self.card())
        self.assertEqual(alone["trained"]["labels"], 28)
        whole, said = self.recalibration(self.accepted, "--unlisted", "wrong")
        self.assertNotIn(ALONE, said)
        self.assertEqual(whole["trained"]["labels"], 109)  # every pair of these plans
        self.assertNotEqual(whole["platt"], alone["platt"])

    def test_plans_without_pairs_are_counted(self):
        stranger = "10.48321/nobody,10.5555/nothing,ACCEPTED"
        for command, words in (("fit", ["--update", "recalibrate"]), ("evaluate", [])):
            self.assertIn("warning: 1 plans of the labels have no pair",
                          self.call(command, [*self.truth, stranger], *words))
            self.assertEqual(self.call(command, self.truth, *words), "")

    def test_a_fit_that_changes_nothing_leaves_the_file_as_it_was(self):
        self.recalibration(self.truth)
        before = self.out.read_bytes()
        for lines in (self.truth, [self.truth[0], "10.48321/nobody,10.5555/nothing,ACCEPTED"]):
            said = self.call("fit", lines, code=1)
            self.assertIn("result refused, nothing is written: fewer than 30 labelled plans", said)
            self.assertEqual(self.out.read_bytes(), before)

    def test_a_recalibration_needs_plans_of_which_all_shown_works_were_judged(self):
        needed = "no plan of which all shown works were judged"
        fitted, said = self.recalibration(self.truth)
        self.assertNotIn(needed, said)
        self.assertNotEqual(fitted["platt"], {"a": 1.0, "b": 0.0})
        self.assertEqual(fitted["trained"]["learned"], ["recalibration"])
        self.assertIn("| learned | recalibration |", pathlib.Path(f"{self.out}.md").read_text())
        self.out.unlink()
        said = self.call("fit", self.truth[:2], "--update", "recalibrate", code=1)
        self.assertIn(needed, said)
        self.assertFalse(self.out.exists())

    def test_what_was_learned_without_a_comparison_says_so(self):
        self.recalibration(self.truth, "--without", "text")
        self.assertIn("learned without text: to see what that is worth, not for use",
                      pathlib.Path(f"{self.out}.md").read_text())


unittest.main()
