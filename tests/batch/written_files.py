"""What stands in files that the program writes, in whatever form."""
import gzip
import pathlib
import sqlite3
import subprocess


def readings(file):
    """The bytes of a file; what they are unpacked, if they are gzip; all that is in the tables of an SQLite file."""
    content = file.read_bytes()
    yield content
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    if content[:15] == b"SQLite format 3":
        connection = sqlite3.connect(file)
        yield "\n".join(connection.iterdump()).encode()
        connection.close()


def rows_in(program, files):
    """The rows of Parquet files, which pack their texts, as JSON lines."""
    shown = subprocess.run([program, "cat", *files], capture_output=True, timeout=600, check=True)
    return shown.stdout


def holding(texts, program, *places):
    """Those of the files in and below the places in which one of the texts stands."""
    wanted = [text.encode() for text in texts]
    files = [file for place in map(pathlib.Path, places)
             for file in ([place] if place.is_file() else sorted(place.rglob("*"))) if file.is_file()]
    found = [file for file in files if any(text in reading for reading in readings(file) for text in wanted)]
    tables = [file for file in files if file.suffix == ".parquet"]
    if tables and any(text in rows_in(program, tables) for text in wanted):
        found += [file for file in tables if any(text in rows_in(program, [file]) for text in wanted)]
    return found
