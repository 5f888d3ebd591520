#!/usr/bin/env python3
"""What a source over HTTP answers instead of what it was asked for is called by
its name, with the exit code that says whether another time may help.

usage: answers_test.py PROGRAM [unittest arguments]
"""
import json
import time
import unittest

import sources
from download_case import Case
from local_server import LocalServer

ACCOUNT, PASSWORD = sources.DATACITE_ACCOUNT


class Answer(LocalServer):
    """The same to every request."""

    def __init__(self, status, headers=None, body=b"<html>no</html>"):
        self.status, self.headers, self.body, self.asked = status, headers or {}, body, []
        super().__init__()

    def answer(self, request):
        self.asked.append(request.path)
        request.send_response(self.status)
        for name, value in self.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(self.body)))
        request.end_headers()
        request.wfile.write(self.body)


class Answers(Case):
    def serve(self, *what, **how):
        server = Answer(*what, **how)
        self.addCleanup(server.close)
        return server

    def datacite(self, server, says, code=1):
        self.environment |= {"DATACITE_ACCOUNT_ID": ACCOUNT, "DATACITE_PASSWORD": PASSWORD}
        done = self.fails(code, says, "datacite", datacite_bucket_name="monthly-datafile.datacite.org",
                          credentials_url=server.url + "/credentials?secret=s3cret-query")
        for secret in (PASSWORD, "s3cret-query"):
            self.assertNotIn(secret, done.stderr)
        self.assertEqual(len(server.asked), 1)
        return done

    # Issue 7: of these only one is a refusal of the account.
    def test_what_the_service_of_datacite_says_is_called_by_its_name(self):
        self.datacite(self.serve(403), "/credentials: HTTP 403: the account was refused")
        self.datacite(self.serve(401), "/credentials: HTTP 401: the account was refused")
        done = self.datacite(self.serve(404), "/credentials: HTTP 404: no keys are given out there; is --credentials-url right?")
        self.assertNotIn("refused", done.stderr)
        other = self.serve(200, body=json.dumps({"access_key_id": "a", "secret_access_key": "b"}).encode())
        done = self.datacite(self.serve(302, {"Location": other.url + "/elsewhere?x=s3cret-query"}),
                             f"/credentials: HTTP 302: a redirect to {other.url}/elsewhere, which is not followed")
        self.assertNotIn("refused", done.stderr)
        self.assertEqual(other.asked, [])

    def test_a_zip_that_is_not_there_is_not_found(self):
        server = self.serve(404)
        self.fails(1, "/a.zip: HTTP 404, not found: the address is wrong", "ror",
                   download_url=server.url + "/a.zip", hash="md5:" + "0" * 32)
        self.assertEqual(server.asked, ["/a.zip"])


RECORD = json.dumps([{"id": "https://ror.org/01an7q238", "names": [], "locations": []}]).encode()


class BusyServer(sources.FileServer):
    """Busy after the first answers: who asks comes again after a second."""

    def __init__(self, files, answers):
        self.left = answers
        super().__init__(files)

    def answer(self, request):
        self.left -= 1
        if self.left >= 0:
            return super().answer(request)
        return self.send(request, 503, b"", "busy", {"Retry-After": "1"})


class Fetched(Case):
    """Issue 7: what a ZIP job leaves in scratch: docs/operations.md, Scratch."""

    def setUp(self):
        super().setUp()
        self.fetched = self.dir / "scratch/ror" / "2026-01-01" / "fetched"
        self.zip = self.dir / "a.zip"
        sources.zip_of(self.zip, [("ror.json", RECORD), ("noise.txt", self.random.randbytes(300_000))])

    def serve(self, answers=1 << 30):
        server = BusyServer({"a.zip": self.zip, "b.zip": self.zip}, answers)
        self.addCleanup(server.close)
        return server

    def url(self, server, name="a.zip"):
        return {"download_url": f"{server.url}/{name}"}

    def left(self):
        return [path for path in self.dir.glob("scratch/**/*") if path.is_file()]

    def test_nothing_is_left_of_a_job_that_succeeded_or_can_never(self):
        server = self.serve()
        self.fails(1, "md5", "ror", hash="md5:" + "0" * 32, **self.url(server))
        self.assertEqual(self.left(), [])
        done = self.call("ror", **self.url(server))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.left(), [])
        sources.zip_of(self.zip, [("a/ror.json", RECORD), ("b/ror.json", RECORD)])
        self.fails(1, "two entries are called ror.json.gz", "ror", force="true", **self.url(server, "b.zip"))
        self.assertEqual(self.left(), [])

    def test_what_came_of_an_archive_waits_for_the_next_attempt_and_no_other(self):
        server = self.serve(answers=1)
        server.breaks["a.zip"] = 1
        done = self.fails(75, "HTTP 503", "ror", **self.url(server))
        self.assertIn("is kept for the next attempt", done.stderr)
        kept = max(self.left(), key=lambda path: path.stat().st_size)
        self.assertEqual((kept.parent, kept.stat().st_size), (self.fetched, self.zip.stat().st_size // 2))
        server.left = 1 << 30
        done = self.call("ror", **self.url(server))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(server.sent["a.zip"], self.zip.stat().st_size)
        self.assertEqual(self.left(), [])

    def test_nothing_is_kept_where_nothing_came(self):
        done = self.fails(75, "HTTP 503", "ror", **self.url(self.serve(answers=0)))
        self.assertNotIn("is kept", done.stderr)
        self.assertEqual(self.left(), [])

    def test_the_archive_of_another_address_goes(self):
        server = self.serve(answers=1)
        server.breaks["a.zip"] = 1
        self.fails(75, "HTTP 503", "ror", **self.url(server))
        before = self.left()
        self.assertNotEqual(before, [])
        server.breaks["b.zip"], server.left = 1, 1
        self.fails(75, "HTTP 503", "ror", **self.url(server, "b.zip"))
        self.assertEqual([path for path in before if path.exists()], [])
        self.assertNotEqual(self.left(), [])


class Room(Case):
    # Issue 7: before the first object is fetched.
    def test_a_folder_without_room_is_said_first(self):
        self.openalex()
        huge = 8 << 40
        part = self.dir / "openalex/data/works/updated_date=2026-01-01/part_000.gz"
        with part.open("r+b") as file:
            file.truncate(huge)  # without a block of the disk
        listing = self.dir / "openalex/data/works/manifest"
        content = json.loads(listing.read_text())
        content["entries"][0]["meta"]["content_length"] = huge
        listing.write_text(json.dumps(content))
        began = time.monotonic()
        done = self.fails(1, "./bucket: ", "openalex-works", openalex_bucket_name="./openalex")
        self.assertRegex(done.stderr, r"\./bucket: \d+ bytes are free, the objects of openalex_works/2026-01-01/download "
                                      r"have \d+; make room, or name another bucket")
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual(list(self.dir.glob("bucket/**/*.gz")), [])


unittest.main()
