"""What funders would say of the awards of a generated world: rows of external_data.

Made of the world's plans, works and known answers, with errors of its own; the
same for the same world. `ROWS` says how often what happens.
"""
import csv
import json
import random
import re

NIH, NSF = "dmpworks.funders.nih_award_id.NIHAwardID", "dmpworks.funders.nsf_award_id.NSFAwardID"
NSF_ROR, NIH_ROR = "021nxhr62", "01cwqze88"
# Shares: of award texts that are parsed, by class; of plans without award text
# whose award comes from elsewhere; of plans with an award that is not theirs; of
# awards with a related one, and of these with one of another project; of outputs
# that the funder of an enriched plan lists; of listed DOIs, those that are wrong.
ROWS = {"parsed": {NIH: .9, NSF: .9, "generic": .4}, "only_there": .3, "foreign": .05, "related": .4,
        "related_wrong": .25, "listed": .35, "listed_wrong": .15}
NIH_FORM = re.compile(r"([A-Z]\d\d)([A-Z]{2})(\d{6})")


def award_id(text, ror):
    """Class and parts, as an enrichment writes them."""
    nih = NIH_FORM.search(text.upper().replace(" ", ""))
    if nih:
        activity, institute, serial = nih.groups()
        return NIH, {"activity_code": activity, "institute_code": institute, "serial_number": serial}
    nsf = re.search(r"(?:([A-Z]{2,4})[ -]?)?(\d{7})$", text)
    if nsf and ror == NSF_ROR:
        return NSF, {"org_id": nsf[1], "award_id": nsf[2]}
    return "generic", {"id": text}


def written(kind, parts):
    return {"class": kind, "parts": [{"value": value, "type": name} for name, value in parts.items()]}


def query(statement):
    import duckdb
    return duckdb.sql(statement).fetchall()


class Enrichment:
    def __init__(self, world, out, run_id):
        with open(world / "ground_truth.csv", newline="", encoding="utf-8") as text:
            answers = list(csv.DictReader(text))
        self.outputs, self.others = ({}, {})
        for row in answers:
            of = self.outputs if row["status"] == "ACCEPTED" else self.others
            of.setdefault(row["dmp_doi"], []).append(row["work_doi"])
        stage = f"{out}/sqlmesh/{run_id}/works_index/*.parquet"
        self.works = {doi: (awards, funders) for doi, awards, funders in query(
            f"SELECT doi, [a.award_id FOR a IN awards], funders FROM '{stage}' WHERE doi IN "
            f"(SELECT work_doi FROM read_csv('{world}/ground_truth.csv', header = true))")}
        self.dois = [doi for (doi,) in query(f"SELECT doi FROM '{stage}' ORDER BY doi")]
        self.plans = dict(sorted(query(
            f"SELECT doi, coalesce(funding, []) FROM '{out}/dmps/{run_id}/transform/dmps_batch_*.parquet'")))
        self.numbers = [entry["award_id"] for funding in self.plans.values() for entry in funding if entry["award_id"]]

    def row(self, doi):
        """None: the plan has no award that an enrichment knows."""
        self.chance = random.Random(doi)
        awards = [self.parsed(doi, entry) for entry in self.plans[doi] if entry["award_id"] and self.parses(entry)]
        if not any(entry["award_id"] for entry in self.plans[doi]) and self.chance.random() < ROWS["only_there"]:
            awards += self.only_there(doi)
        if self.chance.random() < ROWS["foreign"]:
            number = self.chance.choice(self.numbers)
            awards.append(self.award(written("generic", {"id": number}), None))
        return {"doi": doi, "updated": "2026-01-01 00:00:00", "awards": awards} if awards else None

    def parses(self, entry):
        kind, _ = award_id(entry["award_id"], entry["funder"] and entry["funder"]["ror"])
        return self.chance.random() < ROWS["parsed"][kind]

    def parsed(self, doi, entry):
        text, funder = entry["award_id"], entry["funder"]
        kind, parts = award_id(text, funder and funder["ror"])
        award = self.award(written(kind, {"text": text, **parts}), funder, self.listed(doi))
        if self.chance.random() < ROWS["related"]:
            award["award_id"]["related_awards"] = self.related(kind, parts)
        return award

    def only_there(self, doi):
        """The award that the plan's outputs name, found without a text of the plan."""
        named = [(number, funders) for work in self.outputs.get(doi, []) for number, funders in [
            (number, funders) for numbers, funders in [self.works.get(work, ([], []))] for number in numbers]]
        if not named:
            return []
        number, funders = named[0]
        funder = self.plans[doi][0]["funder"] if self.plans[doi] else funders[0] if funders else None
        kind, parts = award_id(number, funder and funder["ror"])
        return [self.award(written(kind, parts), funder, self.listed(doi))]

    def related(self, kind, parts):
        """Now and then an award of somebody else; another year, where numbers have years."""
        if self.chance.random() < ROWS["related_wrong"]:
            return [written(*award_id(self.chance.choice(self.numbers), NSF_ROR if kind == NSF else None))]
        year = {"application_type": "5", **parts, "support_year": f"{self.chance.randint(2, 9):02}"}
        return [written(kind, year)] if kind == NIH else []

    def listed(self, doi):
        """Outputs, now and then other work of the plan's people or of anybody."""
        dois = {work for work in self.outputs.get(doi, []) if self.chance.random() < ROWS["listed"]}
        wrong = ROWS["listed_wrong"] / (1 - ROWS["listed_wrong"])
        for _ in sorted(dois):
            if self.chance.random() < wrong:
                near = self.others.get(doi) or self.dois
                dois.add(self.chance.choice(near if self.chance.random() < .5 else self.dois))
        return sorted(dois)

    @staticmethod
    def award(id_of, funder, dois=()):
        named = funder and {"name": funder["name"], "ror": funder["ror"]}
        return {"funder": named, "award_id": {"related_awards": [], **id_of}, "funded_dois": list(dois)}

    def write(self, path):
        rows = [row for row in map(self.row, self.plans) if row]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return rows
