"""Gives the PyPI tool the functions dmp_* of the models: every connection it
opens loads our extension of DuckDB.

DuckDB takes an unsigned extension only if it is told so while a database is
opened. sqlmesh hands nothing but the path of the database over then, and sets
`connector_config` afterwards, when DuckDB refuses this one: config.yaml cannot
say it. sqlmesh imports the files of macros/ before it connects.

DMPWORKS_DUCKDB_EXTENSION  the extension: build/release/dmpworks.duckdb_extension
                           of the repository that this project is in
"""
import os
import pathlib

import duckdb
from sqlmesh.core.config.connection import DuckDBConnectionConfig

BUILT = pathlib.Path(__file__).resolve().parents[2] / "build/release/dmpworks.duckdb_extension"


def connect(database=None, **options):
    path = os.environ.get("DMPWORKS_DUCKDB_EXTENSION") or str(BUILT)
    connection = duckdb.connect(database or ":memory:", config={"allow_unsigned_extensions": "true"}, **options)
    connection.execute("LOAD '{}'".format(path.replace("'", "''")))
    return connection


DuckDBConnectionConfig._connection_factory = property(lambda self: connect)
