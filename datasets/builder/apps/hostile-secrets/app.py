import os

from flask import Flask

from rents import due

app = Flask(__name__)
PASSWORD = os.environ.get("SMTP_PASSWORD", "")


@app.route("/")
def index():
    return f"rent reminder: {due()} are due"


@app.route("/healthz")
def healthz():
    return "ok"
