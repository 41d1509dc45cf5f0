"""A small web site of our own, to show that the harness sees what it should see."""

import http.server
import threading
import urllib.parse


class Site:
    """Serves pages from memory: path to (headers, body). Keeps the forms that are posted to it."""

    def __init__(self, pages):
        posted = self.posted = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/favicon.ico":
                    self.send_response(204)
                    self.end_headers()
                    return
                found = pages.get(self.path) or pages.get(self.path.partition("?")[0])
                headers, body = found or ({}, None)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write((body or "<!doctype html><p>Nothing is here.</p>").encode())

            def do_POST(self):
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                posted.append((self.path, urllib.parse.parse_qs(form)))
                self.do_GET()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
