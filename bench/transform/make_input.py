#!/usr/bin/env python3
"""Makes raw input of a wanted size out of sample records.

Each sample record is repeated with a new DOI and OpenAlex id and its running
text shuffled word by word, so that neither gzip nor a cache profits from the
repetition. Deterministic: equal samples and sizes give equal files.

usage: make_input.py SOURCE SAMPLES_DIR OUT_DIR MEGABYTES FILES
       SOURCE is openalex, crossref or datacite; MEGABYTES are of JSON text
"""
import gzip
import json
import pathlib
import random
import re
import sys
import unicodedata
import zlib

TEXT_KEYS = {"title", "display_name", "abstract", "description",
             "raw_affiliation_string", "unstructured", "article-title"}


def shuffled(text, rng):
    words = text.split(" ")
    rng.shuffle(words)
    return " ".join(words)


def vary(value, key, rng):
    """The same value with the words of its running texts in another order."""
    if isinstance(value, dict):
        if key == "abstract_inverted_index":
            words = list(value)
            rng.shuffle(words)
            return {word: value[word] for word in words}
        return {k: vary(v, k, rng) for k, v in value.items()}
    if isinstance(value, list):
        return [vary(item, key, rng) for item in value]
    if isinstance(value, str) and key in TEXT_KEYS and "<" not in value:
        return shuffled(value, rng)
    return value


def renumbered(source, record, copy):
    def again(doi):
        return f"{doi}.{copy}" if isinstance(doi, str) and doi else doi

    if source == "openalex":
        record["id"] = f"{record['id']}{copy:05}"
        record["doi"] = again(record.get("doi"))
    elif source == "crossref":
        record["DOI"] = again(record.get("DOI"))
    else:
        record["id"] = again(record.get("id"))
        attributes = record.get("attributes") or {}
        if "doi" in attributes:
            attributes["doi"] = again(attributes["doi"])
    return record


def file_name(source, number):
    if source == "openalex":
        return f"updated_date=2025-01-{number + 1:02}/part_000.gz"
    if source == "datacite":
        return f"dois/updated_2025-{number % 12 + 1:02}/part_{number:04}.jsonl.gz"
    return f"{number}.jsonl.gz"


def read_samples(folder):
    records = []
    for path in sorted(folder.rglob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            records += [json.loads(line) for line in lines if line.strip()]
    return records


class Expectation:
    """What a transform of the files must give, by a second, slow reading."""

    def __init__(self):
        self.records = 0
        self.dois = set()
        self.titles = {}  # by DOI, of every 97th record with a plain title

    def add(self, source, record):
        self.records += 1
        doi, title = identity(source, record)
        if not doi:
            return
        self.dois.add(doi)
        if self.records % 97 == 0 and title and PLAIN.fullmatch(title):
            self.titles[doi] = title

    def write(self, path):
        total = sum(zlib.crc32(doi.encode()) for doi in self.dois)
        path.write_text(json.dumps({"records": self.records, "dois": len(self.dois),
                                    "doi_crc": total, "titles": self.titles}))


PLAIN = re.compile(r"[A-Za-z0-9,:]{2,}( [A-Za-z0-9,:]{2,}){2,}")


def identity(source, record):
    if source == "openalex":
        doi, title = record.get("doi"), record.get("title") or record.get("display_name")
    elif source == "crossref":
        doi, title = record.get("DOI"), (record.get("title") or [None])
        title = title[0] if isinstance(title, list) and title else None
    else:
        attributes = record.get("attributes") or {}
        if attributes.get("state") == "draft":
            return None, None
        doi, titles = record.get("id"), attributes.get("titles")
        title = None
        if isinstance(titles, list) and len(titles) == 1:
            title = titles[0].get("title")
    if not isinstance(doi, str):
        return None, None
    doi = re.sub(r"^https?://(dx\.)?doi\.org/", "", doi.strip(), flags=re.I).lower()
    return unicodedata.normalize("NFC", doi), title if isinstance(title, str) else None


def main():
    source, samples, out, megabytes, files = sys.argv[1:]
    records = read_samples(pathlib.Path(samples))
    wanted = int(megabytes) * 1_000_000 / int(files)
    copy = 0
    expected = Expectation()
    for number in range(int(files)):
        path = pathlib.Path(out) / file_name(source, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        with gzip.open(path, "wb", compresslevel=6) as lines:
            while size < wanted:
                rng = random.Random(copy)
                order = list(range(len(records)))
                rng.shuffle(order)
                for at in order:
                    record = renumbered(source, vary(records[at], "", rng), copy)
                    expected.add(source, record)
                    line = json.dumps(record, ensure_ascii=False,
                                      separators=(",", ":"))
                    line = line.encode("utf-8", "surrogatepass") + b"\n"
                    lines.write(line)
                    size += len(line)
                    if size >= wanted:
                        break
                copy += 1
    expected.write(pathlib.Path(out) / "expected.json")


if __name__ == "__main__":
    main()
