import time
from http.server import BaseHTTPRequestHandler

BEGAN = time.monotonic()


class Clock(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"running for {time.monotonic() - BEGAN:.0f} s\n".encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
