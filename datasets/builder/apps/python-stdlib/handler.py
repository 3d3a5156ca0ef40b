from html import escape
from http.server import BaseHTTPRequestHandler
from pathlib import Path

NOTICES = Path(__file__).with_name("notices.txt")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        lines = "".join(f"<li>{escape(line)}</li>" for line in NOTICES.read_text().splitlines())
        page = f"<!doctype html><title>Noticeboard</title><ul>{lines}</ul>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)
