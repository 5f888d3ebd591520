#!/usr/bin/env python3
"""What `transform` makes of every oddity that `synth` knows, at size.

usage: oddities_test.py PROGRAM [unittest arguments]

A world is made twice, plain and with one oddity in every record. The tables
must have the same keys, and differ in the named columns only: most oddities
are another way to write the same, and a reader must see through them.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
RUN = "2026-01-01"
SOURCES = {"oa": "openalex-works", "cr": "crossref-metadata", "dc": "datacite",
           "ex": "dmps", "ma": "madmp"}
# Oddity: columns that may differ (None: all). Those not named here: none.
PERIOD = {"publication_date", "publication_date_end", "publication_date_precision"}
CHANGES = {
    # OpenAlex
    "oa_slim": PERIOD | {"ids", "updated_date", "funders", "awards", "is_xpac",
                         "publication_venue", "authors"},
    "oa_nulls": {"authors", "institutions", "funders", "awards"},
    "oa_huge_position": {"abstract"},  # P16
    "oa_entities": {"title", "abstract"},
    "oa_bad_ror": {"institutions"},
    "oa_bad_language": {"language"},
    "oa_raw_venue": {"publication_venue", "ids", "updated_date", "funders", "awards", "authors"},
    "oa_name_forms": {"authors"},
    "oa_bad_orcid": {"authors"},
    "oa_pmid_forms": {"ids"},
    "oa_award_lists": {"awards", "funders", "ids", "updated_date", "authors", "publication_venue"},
    "oa_unknown_keys": {"awards", "funders", "ids", "updated_date", "authors",
                        "publication_venue"},
    "oa_no_date": PERIOD,
    "oa_control_characters": {"title"},
    "oa_unknown_type": {"work_type"},
    "oa_twin_positions": {"abstract"},
    # Crossref
    "cr_title_missing": {"title"},
    "cr_nulls": {"authors", "institutions", "funders", "funder_rors", "abstract"},
    "cr_no_date_time": {"updated_date"},
    "cr_double_entities": {"title", "abstract"},
    "cr_odd_relations": {"relations"},
    "cr_shouting": {"title", "authors"},
    "cr_update_to": {"relations"},
    "cr_award_lists": {"funders"},
    "cr_award_fillers": {"funders"},
    "cr_name_in_family": {"authors", "institutions"},
    "cr_two_containers": {"publication_venue"},
    "cr_funder_forms": {"funders", "funder_rors"},
    "cr_group_author": {"institutions"},
    "cr_types": {"work_type", "publication_venue"},
    "cr_bad_language": {"language"},
    "cr_jats": {"abstract"},
    # DataCite
    "dc_group_creator": {"authors", "institutions"},
    "dc_odd_dates": PERIOD,
    "dc_odd_year": PERIOD,
    "dc_award_uri": {"funders", "awards"},
    "dc_placeholder": {"publication_venue"},
    "dc_markup": {"abstract"},
    "dc_control_characters": {"title", "abstract"},
    "dc_no_types": {"work_type", "resource_type"},
    "dc_slim": None,
    "dc_affiliation_ids": {"institutions"},
    "dc_funder_ids": {"funders", "funder_ids"},
    "dc_contributors": {"institutions", "funders", "contributors"},
    "dc_container": {"publication_venue"},
    "dc_many_relations": {"relations"},
    "dc_doi_forms": {"relations"},
    "dc_name_forms": {"authors"},
    # plans
    "ex_markup": {"title", "abstract_text"},
    "ex_old_form": {"institutions"},
    "ex_types": {"abstract_text", "project_start", "project_end", "end_inferred"},
    "ex_nulls": {"registered", "institutions", "funding"},
    "ex_old_start": {"project_start", "end_inferred"},
    "ex_end_first": {"project_end", "end_inferred"},
    "ex_far_end": {"project_end", "end_inferred"},
    "ex_odd_dates": {"project_start", "project_end", "end_inferred"},
    "ex_people_forms": {"authors"},
    "ma_version_12": {"funding"},  # project_id
    "ma_office_contact": {"authors"},  # whose order begins with the contact
    "ma_affiliations": {"institutions"},
}


def oddities():
    """Every odd_… name that the program itself lists."""
    done = subprocess.run([PROGRAM, "synth", "x", "--knob", "?=1"], capture_output=True, text=True)
    names = re.findall(r"^odd_(\S+)", done.stderr, re.MULTILINE)
    assert len(names) > 90, done.stderr
    return names


NAMES = oddities()


def call(*words):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


class Oddities(unittest.TestCase):
    maxDiff = 1000

    def table(self, prefix, ratio, odd=None):
        """Rows by DOI, and what transform counted."""
        source = SOURCES[prefix]
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            knobs = [f"odd_{n}={1 if n == odd else 0}" for n in NAMES if n.startswith(prefix)]
            call("synth", folder / "w", "--works=240", "--dmps=40", "--files=2", "--quiet",
                 "--sources", source, f"--awkward-ratio={ratio}", "--knob", *knobs,
                 "duplicate=0", "no_funding=0.2", "plan_records=0", "no_abstract=0.1")
            raw = folder / "w" / source.replace("-", "_") / RUN / "download"
            command = "dmps" if source in ("dmps", "madmp") else source
            call("transform", command, raw, folder / "t", "--quiet", "--max-reject-ratio=1")
            manifest = json.loads((folder / "t" / "manifest.json").read_text())
            lines = call("cat", *sorted((folder / "t").glob("*.parquet"))).splitlines()
        rows = {}
        for line in lines:
            row = json.loads(line)
            self.assertNotIn(row["doi"], rows)
            rows[row["doi"]] = row
        return rows, manifest

    def check(self, prefix):
        plain, _ = self.table(prefix, 0)
        self.assertGreater(len(plain), 30)
        for odd in NAMES:
            if not odd.startswith(prefix) or "_stray_" in odd:
                continue
            with self.subTest(odd):
                rows, manifest = self.table(prefix, 1, odd)
                self.assertEqual(manifest["counts"]["rejects"], {})
                self.assertEqual(rows.keys(), plain.keys())
                changed = {}
                for doi, row in rows.items():
                    for column in row.keys() | plain[doi].keys():
                        if row.get(column) != plain[doi].get(column):
                            changed[column] = (plain[doi].get(column), row.get(column))
                allowed = CHANGES.get(odd, set())
                wrong = {c: v for c, v in changed.items() if allowed is not None and c not in allowed}
                if wrong:
                    self.fail(f"{odd}: " + "; ".join(
                        f"{c}: {str(a)[:150]} -> {str(b)[:150]}" for c, (a, b) in wrong.items()))

    def test_of_openalex(self):
        self.check("oa")

    def test_of_crossref(self):
        self.check("cr")

    def test_of_datacite(self):
        self.check("dc")

    def test_of_exports(self):
        self.check("ex")

    def test_of_madmps(self):
        self.check("ma")

    def test_strays_are_dropped_or_rejected_by_name(self):
        for odd, where, reason in (
                ("oa_stray_no_doi", "dropped", "no_doi"), ("oa_stray_no_id", "dropped", "no_id"),
                ("oa_stray_long_doi", "dropped", "doi_too_long"),
                ("cr_stray_no_doi", "dropped", "no_doi"), ("dc_stray_no_doi", "dropped", "no_doi"),
                ("dc_stray_draft", "dropped", "draft"), ("ex_stray_no_doi", "rejects", "no-doi"),
                ("ex_stray_unknown", "rejects", "unknown-format")):
            with self.subTest(odd):
                plain, _ = self.table(odd[:2], 0)
                rows, manifest = self.table(odd[:2], 0.4, odd)
                self.assertEqual(rows, plain)
                self.assertGreater(manifest["counts"][where][reason], 0)

    def test_an_export_and_a_madmp_say_the_same_plan(self):
        """Both forms of one world, without oddities: DOI, texts, dates, funding, people."""
        export, _ = self.table("ex", 0)
        madmp, _ = self.table("ma", 0)
        self.assertEqual(export.keys(), madmp.keys())
        for doi, plan in export.items():
            other = madmp[doi]
            for column in ("title", "abstract_text", "project_start", "project_end"):
                self.assertEqual(plan[column], other[column], doi)
            # Without a comma the last word of two surnames is taken; maDMP names the contact too.
            surnames = [set((a["surname"] or "").lower().split(" ")[-1] for a in p["authors"])
                        for p in (plan, other)]
            self.assertEqual(*surnames)
            # An export holds the first funding only.
            awards = [[f["award_id"] for f in p["funding"]][:1] for p in (plan, other)]
            self.assertEqual(*awards)


if __name__ == "__main__":
    unittest.main()
