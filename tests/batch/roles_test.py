#!/usr/bin/env python3
"""Keys that a service of AWS gives: STS for a role, the portal of SSO for a
login. The program meets no endpoint of the test: it asks for AWS's own names,
through a proxy whose tunnels all end here, in TLS with a certificate that
AWS_CA_BUNDLE makes good.

usage: roles_test.py PROGRAM [unittest arguments]
"""
import hashlib
import json
import ssl
import subprocess
import unittest
import urllib.parse

from fake_aws import KEY, REGION, SECRET, AwsCase, is_signed
from local_server import LocalServer

ROLE = "arn:aws:iam::123456789012:role/my role"
SOURCE = ("source-key-id", "s3cret-source-key")
IDENTITY, LOGIN, TOKEN = "s3cret-identity", "s3cret-login", "s3cret-session"
SSO = "sso_account_id=123456789012\nsso_role_name=Reader\n"
CREDENTIALS = (f"<Credentials><AccessKeyId>{KEY}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>"
               f"<SessionToken>{TOKEN}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>")
NAMES = f"DNS:*.{REGION}.amazonaws.com,DNS:*.s3.{REGION}.amazonaws.com,DNS:portal.sso.eu-west-1.amazonaws.com"


class Tunnels(LocalServer):
    """A proxy; behind it STS, the portal of SSO, and the fake of AWS."""

    def __init__(self, fake, certificate, key):
        self.fake, self.asked, self.opened, self.refused, self.closed = fake, [], [], {}, ()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)
        super().__init__()

    def answer(self, request):
        if request.command == "CONNECT":
            return self.open(request)
        host = request.headers["Host"].split(":")[0]
        service = host.removesuffix(".amazonaws.com").removesuffix(f".{REGION}")
        if service not in ("sts", "portal.sso.eu-west-1"):
            bucket = service.removesuffix(".s3")
            request.to_s3 = "" if bucket == service else f"/{bucket}"
            return self.fake.answer(request)
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        self.asked.append((service, request, dict(urllib.parse.parse_qsl(body.decode())), body))
        status = self.refused.get(service, 200)
        reply = b"<Error><Code>AccessDenied</Code><Message>s3cret-reason</Message></Error>"
        if status == 200:
            reply = getattr(self, service.split(".", 1)[0])(self.asked[-1][2])
        request.send_response(status)
        request.send_header("Content-Length", str(len(reply)))
        request.end_headers()
        request.wfile.write(reply)

    def open(self, request):
        self.opened.append(request.path)
        if request.path in self.closed:
            return request.send_error(503)
        request.send_response_only(200)
        request.end_headers()
        try:
            request.connection = self.tls.wrap_socket(request.connection, server_side=True)
        except OSError:  # the program does not like the certificate
            request.close_connection = True
            return
        request.rfile, request.wfile = request.connection.makefile("rb"), request.connection.makefile("wb", 0)
        request.close_connection = False

    @staticmethod
    def sts(asked):
        name = asked["Action"]
        return f"<{name}Response><{name}Result>{CREDENTIALS}</{name}Result></{name}Response>".encode()

    @staticmethod
    def portal(_):
        return json.dumps({"roleCredentials": {"accessKeyId": KEY, "secretAccessKey": SECRET, "sessionToken": TOKEN,
                                               "expiration": 4070908800000}}).encode()


class Roles(AwsCase):
    def setUp(self):
        super().setUp()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
            del self.env[name]
        certificate, key = self.dir / "ca.pem", self.dir / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test",
                        "-addext", "subjectAltName=" + NAMES, "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        self.proxy = Tunnels(self.fake, certificate, key)
        self.addCleanup(self.proxy.close)
        # What OpenSSL has of connections that are still open at the end is not lost by us.
        self.env |= {"HOME": str(self.dir), "HTTPS_PROXY": self.proxy.url, "AWS_CA_BUNDLE": str(certificate),
                     "LSAN_OPTIONS": f"print_suppressions=0:suppressions={self.write('leaks', 'leak:libcrypto')}"}

    def write(self, name, text):
        file = self.dir / ".aws" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return str(file)

    def profile(self, text, *more):
        self.env["AWS_PROFILE"] = "my"
        self.write("config", "\n".join([f"[profile my]\nregion={REGION}\n{text}", *more]))

    def logged_in(self, name, until="2099-01-01T00:00:00Z"):
        """What `aws sso login` leaves."""
        self.write(f"sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json",
                   json.dumps({"accessToken": LOGIN, "expiresAt": until, "region": "eu-west-1"}))

    def shows_no_secret(self, done):
        everything = done.stdout + done.stderr + json.dumps(self.fake.requests) + str(self.fake.objects)
        for secret in (SECRET, SOURCE[1], IDENTITY, LOGIN, TOKEN):
            self.assertNotIn(secret, everything)

    def submits(self):
        """Batch and S3 are asked with the keys that were given; the one request for them."""
        done = self.call("batch-submit", "dmps")
        self.assertEqual(len(self.submitted()), 1)
        self.assertEqual(len(self.records()), 1)
        self.assertEqual(set(self.fake.tokens), {TOKEN})
        self.shows_no_secret(done)
        services = {service for service, *_ in self.proxy.asked}
        self.assertEqual(len(services), 1)
        return self.proxy.asked[0]

    def refuses(self, *says, code=1):
        done = self.call("batch-submit", "dmps", code=code)
        errors = [line for line in done.stderr.splitlines() if line.startswith("dmpworks ")]
        self.assertEqual(len(errors), 1, done.stderr)
        for text in ("no AWS credentials: environment: ", *says):
            self.assertIn(text, errors[0])
        self.assertEqual(self.fake.tokens, [])  # it asked for nothing
        self.shows_no_secret(done)
        return errors[0]

    def web_identity(self, **more):
        self.env |= {"AWS_WEB_IDENTITY_TOKEN_FILE": self.write("token", IDENTITY), "AWS_ROLE_ARN": ROLE, **more}

    def assume_role(self):
        self.profile(f"role_arn={ROLE}\nsource_profile=source\nexternal_id=me & you\n")
        self.write("credentials", f"[source]\naws_access_key_id={SOURCE[0]}\naws_secret_access_key={SOURCE[1]}\n")

    def test_a_web_identity(self):
        self.web_identity(AWS_ROLE_SESSION_NAME="session")
        _, _, asked, _ = self.submits()
        self.assertEqual((asked["Action"], asked["RoleArn"], asked["WebIdentityToken"], asked["RoleSessionName"]),
                         ("AssumeRoleWithWebIdentity", ROLE, IDENTITY, "session"))

    def test_a_web_identity_of_a_profile(self):
        self.profile(f"role_arn={ROLE}\nweb_identity_token_file={self.write('token', IDENTITY)}\n")
        _, _, asked, _ = self.submits()
        self.assertEqual((asked["RoleArn"], asked["WebIdentityToken"]), (ROLE, IDENTITY))

    def test_a_profile_whose_role_another_takes_on(self):
        self.assume_role()
        _, request, asked, body = self.submits()
        self.assertEqual((asked["Action"], asked["RoleArn"], asked["ExternalId"]), ("AssumeRole", ROLE, "me & you"))
        self.assertTrue(is_signed(request, body, "sts", *SOURCE))

    def test_a_login_of_a_session(self):
        self.profile(f"sso_session=ours\n{SSO}",
                     "[sso-session ours]\nsso_region=eu-west-1\nsso_start_url=https://ours.awsapps.com/start")
        self.logged_in("ours")
        service, request, _, _ = self.submits()
        self.assertEqual(service, "portal.sso.eu-west-1")
        self.assertEqual(request.headers["x-amz-sso_bearer_token"], LOGIN)
        self.assertEqual(request.path, "/federation/credentials?account_id=123456789012&role_name=Reader")

    def old_login(self, **how):
        self.profile(f"sso_region=eu-west-1\nsso_start_url=https://ours.awsapps.com/start\n{SSO}")
        self.logged_in("https://ours.awsapps.com/start", **how)

    def test_a_login_of_a_profile_of_the_old_kind(self):
        self.old_login()
        self.assertEqual(self.submits()[1].headers["x-amz-sso_bearer_token"], LOGIN)

    def test_a_login_that_has_expired_says_how_to_renew_it(self):
        self.old_login(until="2020-01-01T00:00:00Z")
        self.refuses("SSO: the login has expired, `aws sso login --profile my` renews it", "profile: no keys in it")
        self.assertEqual(self.proxy.asked, [])

    def test_a_login_that_is_absent_or_was_ended_says_how_to_renew_it(self):
        self.old_login()
        self.proxy.refused["portal.sso.eu-west-1"] = 401
        self.refuses("SSO: the login was refused, `aws sso login --profile my` renews it")
        for file in (self.dir / ".aws/sso/cache").iterdir():
            file.unlink()
        self.refuses("SSO: no login, `aws sso login --profile my` renews it")

    def test_the_next_place_is_asked_when_one_has_no_keys(self):
        self.old_login(until="2020-01-01T00:00:00Z")
        self.write("credentials", f"[my]\naws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n"
                   f"aws_session_token={TOKEN}\n")
        self.call("batch-submit", "dmps")
        self.assertEqual(set(self.fake.tokens), {TOKEN})

    def test_a_role_that_is_refused_is_one_error(self):
        self.proxy.refused["sts"] = 403
        self.web_identity()
        self.refuses("web identity: STS gave no keys for the role and the token")
        del self.env["AWS_WEB_IDENTITY_TOKEN_FILE"]
        self.assume_role()
        self.refuses("profile: STS refused its role")

    # Issue 7: a refusal lasts, a service out of order does not.
    def test_a_service_out_of_order_is_temporary(self):
        self.proxy.refused |= {"sts": 503, "portal.sso.eu-west-1": 500}
        self.web_identity()
        self.refuses("web identity: STS is out of order or busy: HTTP 503", code=75)
        del self.env["AWS_WEB_IDENTITY_TOKEN_FILE"]
        self.assume_role()
        self.refuses("profile: STS is out of order or busy: HTTP 503", code=75)
        self.old_login()
        self.refuses("SSO: SSO is out of order or busy: HTTP 500", code=75)
        self.proxy.refused["portal.sso.eu-west-1"] = 403
        self.refuses("SSO: the login was refused")

    def test_what_is_set_by_half_is_named(self):
        self.env |= {"AWS_WEB_IDENTITY_TOKEN_FILE": "nowhere", "AWS_PROFILE": "nobody"}
        self.refuses("web identity: AWS_WEB_IDENTITY_TOKEN_FILE is set, but not all that goes with it",
                     "profile: AWS_PROFILE is set, but not all that goes with it")

    def test_a_service_that_cannot_be_asked_is_temporary(self):
        self.proxy.closed = (f"sts.{REGION}.amazonaws.com:443",)
        self.assume_role()
        self.refuses("profile: STS could not be asked", code=75)

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        del self.env["AWS_CA_BUNDLE"]
        self.assume_role()
        self.refuses("profile: STS could not be asked", code=75)
        self.assertEqual((set(self.proxy.opened), self.proxy.asked), ({f"sts.{REGION}.amazonaws.com:443"}, []))


unittest.main()
