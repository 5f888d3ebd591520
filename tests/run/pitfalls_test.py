#!/usr/bin/env python3
"""Defects of the reference system in reading the sources, by id.

usage: pitfalls_test.py PROGRAM [unittest arguments]

Each test writes the records that broke it and reads the rows that come of them.
"""
import gzip
import json
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
PLACES = {"openalex-works": "updated_date=2026-01-01/part_000.gz",
          "crossref-metadata": "0.jsonl.gz",
          "datacite": "updated_2026-01/part_0000.jsonl.gz"}


def openalex(number, **members):
    return {"id": f"https://openalex.org/W{number}", "doi": f"https://doi.org/10.5555/w{number}", "title": "Kelp",
            "is_xpac": False, "type": "article", "publication_date": "2024-05-06"} | members


def crossref(number, **members):
    return {"DOI": f"10.5555/c{number}", "title": ["Kelp"], "type": "journal-article",
            "deposited": {"date-time": "2025-01-02T03:04:05Z"}} | members


def datacite(number, **attributes):
    return {"id": f"10.5555/d{number}", "type": "dois",
            "attributes": {"doi": f"10.5555/d{number}", "titles": [{"title": "Kelp"}], "publicationYear": 2024,
                           "types": {"resourceTypeGeneral": "Dataset"}} | attributes}


class Pitfalls(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dump, self.out = pathlib.Path(folder.name, "dump"), pathlib.Path(folder.name, "out")

    def write(self, source, lines, name=None):
        path = self.dump / (name or PLACES[source])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress("".join(line + "\n" for line in lines).encode()))
        return path

    def transform(self, source, *options, expect=0, **run):
        done = subprocess.run([PROGRAM, "transform", source, self.dump, self.out, *options], capture_output=True, text=True,
                              timeout=240, check=False, **run)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done

    def table(self, pattern):
        files = sorted(self.out.glob(pattern))
        printed = subprocess.run([PROGRAM, "cat", *files], check=True, capture_output=True, text=True) if files else None
        return list(map(json.loads, printed.stdout.splitlines())) if printed else []

    def rows(self, source, *records):
        """The rows of the records, by DOI, none of which is rejected."""
        self.write(source, map(json.dumps, records))
        self.transform(source)
        self.assertEqual(self.table("rejects/*.parquet"), [])
        return {row["doi"]: row for row in self.table("*.parquet")}

    def test_p01_the_award_number_of_datacite_is_kept(self):
        row = self.rows("datacite", datacite(1, fundingReferences=[{"funderName": "Sea Fund", "awardNumber": "SF-1"}]))["10.5555/d1"]
        self.assertEqual([(funder["funder_name"], funder["award_number"]) for funder in row["funders"]], [("Sea Fund", "SF-1")])

    def test_p02_a_funder_without_award_and_an_award_without_number_are_kept(self):
        by_source = {
            "datacite": (datacite(1, fundingReferences=[{"funderName": "Sea Fund"}]), "funder_name", "award_number"),
            "crossref-metadata": (crossref(1, funder=[{"name": "Sea Fund"}]), "name", "award"),
            "openalex-works": (openalex(1, funders=[{"id": "https://openalex.org/F1", "display_name": "Sea Fund"}]), "display_name", "award")}
        for source, (record, name, award) in by_source.items():
            with self.subTest(source):
                self.setUp()
                [row] = self.rows(source, record).values()
                self.assertEqual([(funder[name], funder.get(award)) for funder in row["funders"]], [("Sea Fund", None)])
        self.setUp()
        numberless = [{"id": "https://openalex.org/G1"}, {"doi": "https://doi.org/10.5555/a1"}, {"display_name": "Kelp and us"}]
        row = self.rows("openalex-works", openalex(1, awards=numberless))["10.5555/w1"]
        self.assertEqual(len(row["awards"]), 3, row["awards"])

    def test_p03_an_unknown_key_is_counted_by_name(self):
        odd = {"funderName": "Sea Fund", "favouriteFish": "cod"}
        related = {"relatedIdentifier": "10.5555/d9", "relatedIdentifierType": "DOI", "relationType": "Other",
                   "relationTypeInformation": "a reply to", "relatedMetadataScheme": None, "schemeUri": None,
                   "schemeType": None, "resourceTypeGeneral": "Text"}  # known, if of no use
        self.write("datacite", [json.dumps(datacite(i, fundingReferences=[odd], relatedIdentifiers=[related]))
                                for i in range(3)])
        done = self.transform("datacite")
        self.assertIn("unknown keys: 3 fundingReferences.favouriteFish\n", done.stdout)
        self.assertEqual(json.loads((self.out / "manifest.json").read_text())["counters"]["unknown_key.fundingReferences.favouriteFish"], 3)

    def test_p07_a_publisher_or_affiliation_as_plain_text_is_its_name(self):
        row = self.rows("datacite", datacite(1, publisher="Kelp Press", creators=[
            {"name": "Silva, Ana", "nameType": "Personal", "affiliation": ["Kelp University"]}]))["10.5555/d1"]
        self.assertEqual(row["publication_venue"], "Kelp Press")
        self.assertEqual([place["name"] for place in row["institutions"]], ["Kelp University"])

    def test_p05_institutions_are_those_of_all_creators_and_contributors(self):
        person = {"name": "Silva, Ana", "affiliation": [{"name": "Kelp University"}]}
        row = self.rows("datacite", datacite(
            1, creators=[person | {"nameType": kind, "affiliation": [{"name": f"{kind} house"}]}
                         for kind in ("Personal", "Organizational", None, "Unheard")],
            contributors=[person | {"contributorType": "DataCurator", "affiliation": ["Curators' house"]}]))["10.5555/d1"]
        self.assertLessEqual({"Personal house", "Organizational house", "None house", "Unheard house", "Curators' house"},
                             {place["name"] for place in row["institutions"]})

    def test_p06_nulls_of_crossref_are_nulls(self):
        without = crossref(2)
        del without["deposited"]
        rows = self.rows("crossref-metadata", crossref(1, author=None, title=None, funder=[{"name": "Sea Fund", "award": None}]), without)
        self.assertEqual((rows["10.5555/c1"]["title"], rows["10.5555/c1"]["authors"]), (None, []))
        self.assertEqual(rows["10.5555/c1"]["funders"], [{"name": "Sea Fund", "funder_doi": None, "award": None}])
        self.assertEqual((rows["10.5555/c2"]["title"], rows["10.5555/c2"]["updated_date"]), ("Kelp", None))

    def test_p08_nulls_of_openalex_are_empty_lists(self):
        rows = self.rows("openalex-works",
                         openalex(1, authorships=None, awards=None, funders=None, ids=None, grants=None),
                         openalex(2, authorships=[{"author": {"display_name": "Ana Silva"}, "institutions": None}]))
        row = rows["10.5555/w1"]
        self.assertEqual([row[name] for name in ("authors", "institutions", "awards", "funders")], [[], [], [], []])
        self.assertEqual([author["surname"] for author in rows["10.5555/w2"]["authors"]], ["Silva"])
        self.assertEqual(rows["10.5555/w2"]["institutions"], [])

    def test_p17_an_inverted_abstract_is_cleaned_like_a_title(self):
        index = {"<jats:p>Kelp": [0], "&amp;amp;": [1], "its": [2], "<i>Laminaria</i>": [3], "grow&nbsp;fast.</jats:p>": [4]}
        row = self.rows("openalex-works", openalex(1, abstract_inverted_index=index))["10.5555/w1"]
        self.assertEqual(row["abstract"], "Kelp & its Laminaria grow fast.")

    def test_p18_without_is_xpac_a_work_is_none(self):
        absent = openalex(2)
        del absent["is_xpac"]
        rows = self.rows("openalex-works", openalex(1, is_xpac=None), absent)
        self.assertEqual([rows[f"10.5555/w{i}"]["is_xpac"] for i in (1, 2)], [False, False])

    def test_p19_a_value_of_a_wrong_type_harms_its_field_only(self):
        cases = (("openalex-works", lambda: [openalex(1, title=7, language=5, authorships="x", publication_date=2024), openalex(2)],
                  "10.5555/w1", "10.5555/w2"),
                 ("crossref-metadata", lambda: [crossref(1, title=7, author="x", funder=5, relation=[]), crossref(2)],
                  "10.5555/c1", "10.5555/c2"),
                 ("datacite", lambda: [datacite(1, titles=7, creators="x", fundingReferences=5, publicationYear=[]), datacite(2)],
                  "10.5555/d1", "10.5555/d2"))
        for source, records, odd, good in cases:
            with self.subTest(source):
                self.setUp()
                self.write(source, map(json.dumps, records()))
                self.transform(source)
                rows = {row["doi"]: row for row in self.table("*.parquet")}
                rejects = self.table("rejects/*.parquet")
                self.assertEqual(rows[good]["title"], "Kelp")
                self.assertEqual(len(rows) + len(rejects), 2)  # the field or its record, and that counted
                if odd in rows:
                    self.assertEqual((rows[odd]["authors"], rows[odd]["funders"]), ([], []))

    def test_p29_p30_an_error_inside_a_batch_ends_the_command_and_leaves_no_table(self):
        records = [openalex(i, title=f"Kelp {i} " + f"{i * 7919 % 1000003:x}" * 40) for i in range(1500)]
        for part in range(4):
            self.write("openalex-works", map(json.dumps, records), f"updated_date=2026-01-01/part_00{part}.gz")

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 14, 1 << 14))
        done = self.transform("openalex-works", "--batch-size", "1", "--threads", "2", expect=1, preexec_fn=small_files)
        self.assertIn("File too large", done.stderr)
        self.assertEqual([path for path in self.out.rglob("*") if path.suffix in (".parquet", ".json")], [])

    def test_p31_a_failure_names_its_file(self):
        good = [json.dumps(openalex(i)) for i in range(9000)]
        self.write("openalex-works", good[:5], "updated_date=2026-01-01/part_000.gz")
        self.write("openalex-works", good + ["{\"id\": 5,"], "updated_date=2026-01-02/part_001.gz")
        self.transform("openalex-works")
        rejects = self.table("rejects/*.parquet")
        self.assertEqual([(pathlib.Path(reject["file"]).parts[-2:], reject["line"]) for reject in rejects],
                         [(("updated_date=2026-01-02", "part_001.gz"), 9001)])
        self.write("openalex-works", ["no JSON"] * 20, "updated_date=2026-01-03/part_002.gz")
        self.assertIn("updated_date=2026-01-03/part_002.gz", self.transform("openalex-works", "--force", expect=1).stderr)

    def test_p42_the_modes_of_the_expansion_pack(self):
        records = [openalex(1), openalex(2, is_xpac=True)]
        seen = {}
        for mode in (("--xpac", "drop"), ("--xpac", "enrich"), ("--xpac", "include"),
                     ("--include-xpac=False",), ("--include-xpac=True",)):
            with self.subTest(mode):
                self.setUp()
                self.write("openalex-works", map(json.dumps, records))
                self.transform("openalex-works", *mode)
                manifest = json.loads((self.out / "manifest.json").read_text())
                seen[" ".join(mode)] = (sorted(row["is_xpac"] for row in self.table("*.parquet")),
                                        sum(manifest["counts"]["dropped"].values()), manifest["options"]["xpac"])
        self.assertEqual(seen, {"--xpac drop": ([False], 1, "drop"), "--xpac enrich": ([False, True], 0, "enrich"),
                                "--xpac include": ([False, True], 0, "include"),
                                "--include-xpac=False": ([False], 1, "drop"),
                                "--include-xpac=True": ([False, True], 0, "include")})
        both = self.transform("openalex-works", "--xpac", "drop", "--include-xpac=False", expect=2)
        self.assertIn("--xpac and --include-xpac are two names of one setting", both.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
