"""An HTTP server on a port of its own, for what the tests put in another's place."""
import http.server
import threading


class LocalServer:
    """Every request goes to `answer(request)` of the subclass."""

    def __init__(self):
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                server.answer(self)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_CONNECT = handle_any

            def log_message(self, *_):
                pass

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_port}"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()
