import secrets
import time


class Pastes:
    def __init__(self, seconds):
        self.seconds = seconds
        self.held = {}

    def add(self, body):
        key = secrets.token_urlsafe(6)
        self.held[key] = (time.monotonic(), body)
        return key

    def get(self, key):
        at, body = self.held.get(key, (0.0, None))
        return body if time.monotonic() - at < self.seconds else None
