#!/usr/bin/env python3
"""Where keys come from, in the order of AWS's own programs: the
fake of AWS accepts one pair, and each place is asked for it in turn.

usage: credentials_test.py PROGRAM [unittest arguments]
"""
import json
import os
import unittest

from fake_aws import KEY, REGION, SECRET, AwsCase
from local_server import LocalServer

KEYS = {"AccessKeyId": KEY, "SecretAccessKey": SECRET, "Token": "t0ken", "Expiration": "2099-01-01T00:00:00Z",
        "Code": "Success"}


class KeyServer(LocalServer):
    """Answers by the end of a path; what it was asked, with the headers."""

    def __init__(self, answers):
        self.asked, self.answers = [], answers
        super().__init__()

    def answer(self, request):
        self.asked.append((request.command, request.path, dict(request.headers.items())))
        body = next((text for end, text in self.answers.items() if request.path.endswith(end)), None)
        request.send_response(404 if body is None else 200)
        request.send_header("Content-Length", str(len(body or "")))
        request.end_headers()
        request.wfile.write((body or "").encode())


class Credentials(AwsCase):
    def setUp(self):
        super().setUp()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
            del self.env[name]
        self.env |= {"HOME": str(self.dir), "AWS_CONFIG_FILE": str(self.dir / "config"),
                     "AWS_SHARED_CREDENTIALS_FILE": str(self.dir / "credentials")}

    def write(self, name, text):
        (self.dir / name).write_text(text, encoding="utf-8")
        return self.dir / name

    def serve(self, answers):
        server = KeyServer(answers)
        self.addCleanup(server.close)
        return server

    def submits(self, token=None, **variables):
        """The calls are signed with the keys of the fake, and have that session token."""
        self.env |= variables
        done = self.call("batch-submit", "dmps")
        self.assertEqual(len(self.submitted()), 1)
        self.assertEqual(set(self.fake.tokens), {token})
        self.assertNotIn(SECRET, done.stdout + done.stderr + json.dumps(self.fake.requests) + str(self.fake.objects))

    def test_the_environment(self):
        self.submits("t0ken", AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET, AWS_SESSION_TOKEN="t0ken",
                     AWS_REGION=REGION)

    def test_a_profile(self):
        self.write("config", f"[default]\nregion=eu-west-1\n[profile my]\nregion={REGION}\n")
        self.write("credentials", "[default]\naws_access_key_id=other\naws_secret_access_key=other\n"
                   f"[my]\naws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n")
        self.submits(AWS_PROFILE="my")

    def test_the_environment_goes_before_a_profile(self):
        self.write("config", f"[default]\nregion={REGION}\n")
        self.write("credentials", "[default]\naws_access_key_id=other\naws_secret_access_key=other\n")
        self.submits(AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET)

    def test_a_process_of_a_profile(self):
        script = self.write("keys.sh", "#!/bin/sh\necho '" + json.dumps(
            {"Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET, "SessionToken": "t0ken"}) + "'\n")
        os.chmod(script, 0o755)
        self.write("config", f"[profile proc]\nregion={REGION}\ncredential_process={script}\n")
        self.submits("t0ken", AWS_PROFILE="proc")

    def test_a_container(self):
        server = self.serve({"/keys": json.dumps(KEYS)})
        self.submits("t0ken", AWS_CONTAINER_CREDENTIALS_FULL_URI=server.url + "/keys", AWS_REGION=REGION,
                     AWS_CONTAINER_AUTHORIZATION_TOKEN="let-me-in")
        headers = {name.lower(): value for name, value in server.asked[0][2].items()}
        self.assertEqual(headers["authorization"], "let-me-in")

    def test_an_instance_gives_the_keys_of_its_role(self):
        server = self.serve({"/api/token": "session", "/security-credentials/": "role",
                             "/security-credentials/role": json.dumps(KEYS)})
        del self.env["AWS_EC2_METADATA_DISABLED"]
        self.submits("t0ken", AWS_EC2_METADATA_SERVICE_ENDPOINT=server.url, AWS_REGION=REGION)
        self.assertIn("PUT", [method for method, _, _ in server.asked])  # version 2 of the service

    def test_an_instance_gives_its_region_where_nothing_else_does(self):
        server = self.serve({"/api/token": "session", "/security-credentials/": "role",
                             "/security-credentials/role": json.dumps(KEYS), "/placement/region": REGION})
        del self.env["AWS_EC2_METADATA_DISABLED"]
        self.submits("t0ken", AWS_EC2_METADATA_SERVICE_ENDPOINT=server.url)
        headers = next(headers for _, path, headers in server.asked if path.endswith("/placement/region"))
        self.assertEqual({name.lower(): value for name, value in headers.items()}["x-aws-ec2-metadata-token"], "session")

    def test_no_keys_at_all_are_one_error(self):
        self.env["AWS_REGION"] = REGION
        done = self.call("batch-submit", "dmps", code=1)
        self.assertEqual(len([line for line in done.stderr.splitlines() if line.startswith("dmpworks ")]), 1)
        self.assertEqual(self.fake.requests, [])


unittest.main()
