"""A metadata service as an EC2 instance has one, as far as our programs ask it."""

import contextlib
import http.server
import threading
import time

REGION_ASKED = ["PUT /latest/api/token 200", "GET /latest/meta-data/placement/region 200"]


@contextlib.contextmanager
def metadata_service(region="eu-north-1", seconds=0.0):
    """The part of an instance's metadata service that tells the region: version 2, with a token."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self, status, text=""):
            asked.append(f"{self.command} {self.path} {status}")
            time.sleep(seconds)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_PUT(self):
            good = self.path == "/latest/api/token" and 1 <= int(self.headers["X-aws-ec2-metadata-token-ttl-seconds"]) <= 21600
            self.answer(200 if good else 400, "TOKEN" if good else "")

        def do_GET(self):
            if self.headers["X-aws-ec2-metadata-token"] != "TOKEN":
                self.answer(401)
            elif self.path == "/latest/meta-data/placement/region":
                self.answer(200, region)
            else:
                self.answer(404)

        def log_message(self, *arguments):
            pass

        def handle(self):
            with contextlib.suppress(ConnectionError):
                super().handle()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    # A proxy that is not there: nothing about an instance is asked through one.
    environment = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
                   "http_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    try:
        yield environment, asked
    finally:
        server.shutdown()
        server.server_close()
