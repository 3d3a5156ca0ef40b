import os

from aiohttp import web

from inbox.app import make_app

if __name__ == "__main__":
    web.run_app(make_app(), port=int(os.environ.get("PORT", "8090")))
