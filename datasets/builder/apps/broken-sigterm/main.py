import signal
from http.server import ThreadingHTTPServer

from clock import Clock

if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    ThreadingHTTPServer(("0.0.0.0", 8094), Clock).serve_forever()
