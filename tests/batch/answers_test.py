#!/usr/bin/env python3
"""What a source over HTTP answers instead of what it was asked for is called by
its name, with the exit code that says whether another time may help.

usage: answers_test.py PROGRAM [unittest arguments]
"""
import json
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


unittest.main()
