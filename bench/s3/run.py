#!/usr/bin/env python3
"""Speed of up and download beside s5cmd, on one S3 server, in turns.

usage: tests/s3/with_s3 VERSITYGW bench/s3/run.py S3_TRANSFER S5CMD [MIB_OF_AN_OBJECT [ROUNDS]]

64 objects of random bytes (default 16 MiB each). Every download is compared
with what was uploaded before its time counts. Prints medians of wall clock, CPU
seconds of the client (user + system), peak memory, and the ratio of wall clocks
(above 1: faster than s5cmd).
"""
import filecmp
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

OBJECTS = 64


def timed(command, environment):
    """(wall, CPU seconds, peak MiB), from a page cache without anything to be written"""
    os.sync()
    begun = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def clear(bucket):
    for path in pathlib.Path(os.environ["DMPWORKS_TEST_S3_ROOT"], bucket).iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def main():
    transfer, s5cmd = sys.argv[1:3]
    mib = int(sys.argv[3]) if len(sys.argv) > 3 else 16
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    environment = dict(os.environ) | {"S3_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL_S3"]}
    bucket = "dmpworks-test"
    results = {}
    with tempfile.TemporaryDirectory(prefix="dmpworks-bench-") as place:
        source, target = pathlib.Path(place, "source"), pathlib.Path(place, "target")
        source.mkdir()
        for i in range(OBJECTS):
            (source / f"{i:02}").write_bytes(os.urandom(mib << 20))
        clients = [
            ("dmpworks", [transfer, "up", source, bucket], [transfer, "down", bucket, target]),
            ("s5cmd", [s5cmd, "cp", f"{source}/*", f"s3://{bucket}/"],
             [s5cmd, "cp", f"s3://{bucket}/*", f"{target}/"])]
        for turn in range(rounds):
            # Who goes first finds other pages free: each in turn.
            for name, up, down in clients if turn % 2 == 0 else clients[::-1]:
                clear(bucket)
                results.setdefault((name, "up"), []).append(timed(up, environment))
                target.mkdir()
                results.setdefault((name, "down"), []).append(timed(down, environment))
                _, differ, errors = filecmp.cmpfiles(source, target, os.listdir(source), shallow=False)
                if differ or errors:
                    sys.exit(f"{name}: other bytes came back")
                shutil.rmtree(target)
    for way in ("up", "down"):
        wall = {}
        for name in ("dmpworks", "s5cmd"):
            walls, cpu, memory = (statistics.median(column) for column in zip(*results[name, way]))
            wall[name] = walls
            print(f"{way:5} {name:9} {walls:6.2f} s  {cpu:6.2f} CPU s  {memory:5.0f} MiB")
        each = ", ".join(f"{theirs[0] / ours[0]:.2f}" for ours, theirs in
                         zip(results["dmpworks", way], results["s5cmd", way]))
        print(f"{way:5} speed as a multiple of s5cmd {wall['s5cmd'] / wall['dmpworks']:.2f} ({each})")


main()
