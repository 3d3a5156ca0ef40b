import os

from flask import Flask, request
from redis import Redis

app = Flask(__name__)
queue = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379/0"))


@app.get("/")
def index():
    return "<h1>Newsletter</h1><form method=post><input name=address><button>Subscribe</button></form>"


@app.post("/")
def subscribe():
    queue.rpush("subscribe", request.form["address"])
    return "Look into your mail."
