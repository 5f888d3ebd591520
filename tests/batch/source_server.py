"""The buckets of public data on an S3 server of this machine (S3Proxy), and
what was asked of them."""
import collections
import pathlib
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import between
import sources

KEY, SECRET, REGION = "test-key-id", "s3cret-source-key", "eu-central-1"
OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"  # S3Proxy knows no other
PUBLIC = f"""<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>{OWNER}</ID></Owner>
<AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">
<ID>{OWNER}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>
<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group">
<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>
</AccessControlList></AccessControlPolicy>"""


class Watch(between.Between):
    """Passes on and remembers: `asked` has the headers, by name in lower case, of all requests by bucket."""

    def __init__(self, endpoint):
        self.asked = collections.defaultdict(list)
        super().__init__(endpoint)

    def ask(self, request, body):
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked[request.path.split("/")[1].split("?")[0]].append(headers)
        if "authorization" not in headers:  # such paths S3Proxy does not decode
            path, mark, query = request.path.partition("?")
            request.path = urllib.parse.quote(urllib.parse.unquote(path), safe="/=") + mark + query
        return super().ask(request, body)


class SourceServer:
    """A server without a bucket; `environment` is that of a program whose requests go through `watch`."""

    def __init__(self, jar):
        self.place = tempfile.TemporaryDirectory(prefix="dmpworks_s3proxy_")
        root = pathlib.Path(self.place.name)
        (root / "data").mkdir()
        endpoint = f"http://127.0.0.1:{sources.free_port()}"
        (root / "settings").write_text(
            f"s3proxy.endpoint={endpoint}\ns3proxy.authorization=aws-v4\ns3proxy.identity={KEY}\n"
            f"s3proxy.credential={SECRET}\ns3proxy.ignore-unknown-headers=true\njclouds.identity=\njclouds.credential=\n"
            f"jclouds.provider=filesystem-nio2\njclouds.filesystem.basedir={root / 'data'}\n")
        with open(root / "log", "wb") as log:
            self.process = subprocess.Popen(["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-jar",
                                             str(jar), "--properties", str(root / "settings")], stdout=log, stderr=log)
        wait_for(endpoint, self.process, root / "log")
        self.watch = Watch(endpoint)
        self.environment = {"AWS_ENDPOINT_URL_S3": self.watch.url, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": KEY,
                            "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}
        self.s3 = sources.S3(self.environment | {"AWS_ENDPOINT_URL_S3": endpoint})

    def offer(self, folder, bucket, public=False):
        """A bucket with the files of the folder, for everybody or for who has the keys."""
        self.put(bucket, public=public)
        for key in sources.keys_of(folder):
            self.put(f"{bucket}/{key}", (pathlib.Path(folder) / key).read_bytes(), public)

    def put(self, path, content=b"", public=False):
        self.s3.request("PUT", path, content)
        if public:
            self.s3.request("PUT", path, PUBLIC.encode(), "acl=")

    def close(self):
        self.watch.close()
        self.process.terminate()
        self.process.wait(timeout=30)
        self.place.cleanup()


def wait_for(endpoint, process, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(endpoint, timeout=10):
                return
        except urllib.error.HTTPError:  # it wants keys, so it is there
            return
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError("S3Proxy did not start: " + log.read_text(errors="replace")[-2000:])
