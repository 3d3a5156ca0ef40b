import asyncio
import signal
from datetime import date

import tornado.web
from tornado.options import define, options, parse_command_line

from dates import days_until

define("port", default=8888, type=int, help="where to listen")


class Home(tornado.web.RequestHandler):
    def get(self):
        self.write("<h1>Countdown</h1><p>Try /2030-01-01</p>")


class Day(tornado.web.RequestHandler):
    def get(self, year, month, day):
        self.write({"days": days_until(date(int(year), int(month), int(day)))})


async def main():
    parse_command_line()
    app = tornado.web.Application([(r"/", Home), (r"/(\d{4})-(\d{2})-(\d{2})", Day)])
    server = app.listen(options.port)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    server.stop()


if __name__ == "__main__":
    asyncio.run(main())
