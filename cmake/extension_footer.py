#!/usr/bin/env python3
"""Appends to an extension of DuckDB what DuckDB reads of it before it loads it.

usage: extension_footer.py FILE PLATFORM VERSION

The footer is a custom section as WebAssembly has it, then eight fields of 32
bytes, the last one first, and the place of a signature, which we have none of.
Source: DuckDB, scripts/append_metadata.cmake.
"""
import pathlib
import sys

FIELD, SIGNATURE = 32, 256
NAME = b"duckdb_signature"
# The least C API that the extension asks for (third_party/duckdb/duckdb_extension.h).
C_API = "v1.2.0"


def footer(platform, version):
    fields = ("4", platform, C_API, version, "C_STRUCT", "", "", "")
    content = b"".join(field.encode().ljust(FIELD, b"\0") for field in reversed(fields)) + bytes(SIGNATURE)
    section = bytes([len(NAME)]) + NAME + leb128(len(content)) + content
    return b"\0" + leb128(len(section)) + section


def leb128(number):
    """Two bytes are enough for what we have."""
    return bytes([number & 0x7F | 0x80, number >> 7])


def main():
    path, platform, version = sys.argv[1:]
    with pathlib.Path(path).open("ab") as file:
        file.write(footer(platform, version))


main()
