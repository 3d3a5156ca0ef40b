import os
import signal
import sys
import time

from redis import Redis
from redis.exceptions import ConnectionError as Unreachable

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
queue = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379/0"))
while True:
    try:
        _, address = queue.blpop("subscribe")
        print("welcome,", address.decode())
    except Unreachable as error:
        print("no queue yet:", error)
        time.sleep(2)
