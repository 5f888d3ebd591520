"""A proxy between the program and an S3 server: counts, and does harm."""
import http.client
import socket
import struct
import threading
import urllib.parse

from local_server import LocalServer


class Between(LocalServer):
    """`fault(method, path, number)` is asked for every request, `number` counting
    those of one method and path from 0, and answers None or one of
    ("answer", status, body), ("close",) without an answer, ("reset", share): a TCP
    reset after that share of a PUT's request or of a GET's answer, ("cut", share of
    the answer) under a header that promises all of it, ("short", share) under one that
    does not, without the checksum, ("etag", text). It may also kill the program: what it says to that
    request does not matter then. `bodies` counts the bytes of GET answers by path without query, `sent` those of
    objects in PUT requests that were passed on or reset."""

    def __init__(self, endpoint):
        self.upstream = urllib.parse.urlsplit(endpoint).netloc
        self.fault = lambda method, path, number: None
        self.query = ""  # of the request that was last asked about
        self.bodies, self.sent, self.numbers, self.lock = {}, {}, {}, threading.Lock()
        self.under_way, self.idle = 0, threading.Condition(self.lock)
        super().__init__()
        self.httpd.handle_error = lambda *_: None  # the program may be killed

    def wait_until_idle(self):
        """Until every request that was asked about is done with."""
        with self.idle:
            if not self.idle.wait_for(lambda: self.under_way == 0, timeout=120):
                raise TimeoutError(f"{self.under_way} requests under way")

    def answer(self, request):
        with self.idle:
            self.under_way += 1
        try:
            self.answer_asked(request)
        finally:
            with self.idle:
                self.under_way -= 1
                self.idle.notify_all()

    def answer_asked(self, request):
        path, _, self.query = request.path.partition("?")
        with self.lock:
            number = self.numbers[request.command, path] = self.numbers.get((request.command, path), -1) + 1
        fault = self.fault(request.command, path, number)
        length = int(request.headers.get("Content-Length", 0))
        if fault and fault[0] == "reset" and request.command == "PUT":
            self.count_sent(request, path, request.rfile.read(int(length * fault[1])))
            return reset(request)
        body = request.rfile.read(length)
        if fault and fault[0] == "close":
            request.close_connection = True
            return
        if fault and fault[0] == "answer":
            reply, status, headers = fault[2].encode(), fault[1], [("Content-Type", "application/xml")]
        else:
            if request.command == "PUT":
                self.count_sent(request, path, body)
            if len(body) < length:  # who sent it was killed
                request.close_connection = True
                return
            status, headers, reply = self.ask(request, body)
        if fault and fault[0] == "etag":
            headers = [(n, v) for n, v in headers if n.lower() != "etag"] + [("ETag", f'"{fault[1]}"')]
        if fault and fault[0] == "short":
            reply = reply[:int(len(reply) * fault[1])]
            headers = [(n, v) for n, v in headers if not n.lower().startswith("x-amz-checksum")]
        request.send_response_only(status)
        length = [v for n, v in headers if n.lower() == "content-length"]
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                request.send_header(name, value)
        request.send_header("Content-Length", length[0] if request.command == "HEAD" and length else str(len(reply)))
        request.end_headers()
        if request.command == "HEAD":
            return
        if fault and fault[0] in ("cut", "reset"):
            reply = reply[:int(len(reply) * fault[1])]
            request.close_connection = True
        if request.command == "GET":
            with self.lock:
                self.bodies[path] = self.bodies.get(path, 0) + len(reply)
        try:
            request.wfile.write(reply)
        except OSError:
            request.close_connection = True
        if fault and fault[0] == "reset":
            reset(request)

    def count_sent(self, request, path, body):
        """Without what frames the content, and its checksum."""
        with self.lock:
            content = int(request.headers.get("x-amz-decoded-content-length", len(body)))
            self.sent[path] = self.sent.get(path, 0) + min(len(body), content)

    def ask(self, request, body):
        connection = http.client.HTTPConnection(self.upstream, timeout=60)
        connection.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        reply = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), reply


def reset(request):
    """Ends the connection as a router does that has lost it."""
    request.close_connection = True
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()  # in truth when the handler lets go of it, unasked


def s3_error(code):
    return f"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>"
