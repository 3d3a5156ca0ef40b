"""Python programs in small trees: kind, start, port, package manager, release."""

from dataclasses import dataclass, field

import pytest

from builder.detect.languages.python import PYTHON
from builder.detect.planning import plan
from builder.plan import Component
from builder.tree import Tree

MAIN = 'if __name__ == "__main__":\n'


def planned(files: dict[str, str | bytes]) -> Component:
    """Return the component that is meant, or the first where none can be put online."""
    found = plan(Tree.of(files), providers=(PYTHON,), truths=())
    named = {one.name: one for one in found.components}
    return named.get(found.primary) or found.components[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A tree and what its plan must say; None is not asked."""

    id: str
    files: dict[str, str | bytes]
    kind: str = "web"
    start: str | None = None
    port: int | None = None
    framework: str | None = None
    manager: str | None = None
    version: str | None = None
    directory: str | None = None
    more: dict[str, str] = field(default_factory=dict)


WEB = (
    Case(
        id="fastapi",
        files={
            "requirements.txt": "fastapi\nuvicorn\n",
            "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        },
        start="uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}",
        port=8000,
        framework="fastapi",
        manager="pip",
        version="3.13",
    ),
    Case(
        id="fastapi in a package with relative imports",
        files={
            "pyproject.toml": (
                '[project]\nname = "shop"\nrequires-python = ">=3.11,<3.13"\ndependencies = ["fastapi[standard]"]\n'
            ),
            "uv.lock": "version = 1\n",
            "app/__init__.py": "",
            "app/db.py": "x = 1\n",
            "app/main.py": "from fastapi import FastAPI\nfrom .db import x\napi = FastAPI()\n",
        },
        start="uvicorn app.main:api --host 0.0.0.0 --port ${PORT:-8000}",
        manager="uv",
        version="3.12",
    ),
    Case(
        id="fastapi below a folder whose modules import each other by their own names",
        files={
            "requirements.txt": "fastapi\nuvicorn\n",
            "backend/db.py": "x = 1\n",
            "backend/main.py": (
                "import uvicorn\nfrom fastapi import FastAPI\nfrom db import x\n"
                'app = FastAPI()\nif __name__ == "__main__":\n'
                "    uvicorn.run('main:app', port=9000)\n"
            ),
        },
        start="uvicorn main:app --host 0.0.0.0 --port ${PORT:-9000}",
        port=9000,
        directory="backend",
    ),
    Case(
        id="fastapi factory",
        files={
            "requirements.txt": "fastapi\nuvicorn\n",
            "svc/__init__.py": "",
            "svc/app.py": (
                "from fastapi import FastAPI\ndef create_app() -> FastAPI:\n    app = FastAPI()\n    return app\n"
            ),
        },
        start="uvicorn --factory svc.app:create_app --host 0.0.0.0 --port ${PORT:-8000}",
    ),
    Case(
        id="fastapi whose settings hold the port",
        files={
            "requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
            "config.py": (
                "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n"
                "    port: int = 8123\nsettings = Settings()\n"
            ),
            "main.py": (
                "import uvicorn\nfrom fastapi import FastAPI\nfrom config import settings\n"
                'app = FastAPI()\nif __name__ == "__main__":\n'
                "    uvicorn.run(app, host='0.0.0.0', port=settings.port)\n"
            ),
        },
        start="uvicorn main:app --host 0.0.0.0 --port ${PORT:-8123}",
        port=8123,
    ),
    Case(
        id="src layout that is installed",
        files={
            "pyproject.toml": (
                '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
                '[project]\nname = "orders"\nversion = "1"\nrequires-python = "==3.11.*"\n'
                'dependencies = ["fastapi", "uvicorn"]\n'
            ),
            "src/orders/__init__.py": "",
            "src/orders/main.py": "from fastapi import FastAPI\nfrom orders import db\napp = FastAPI()\n",
            "src/orders/db.py": "",
        },
        start="uvicorn orders.main:app --host 0.0.0.0 --port ${PORT:-8000}",
        manager="pip",
        version="3.11",
    ),
    Case(
        id="flask without a server",
        files={
            "requirements.txt": "Flask==3.0.0\n",
            "app.py": (
                'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(debug=True)\n'
            ),
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-5000} app:app",
        port=5000,
        framework="flask",
    ),
    Case(
        id="flask that takes its port from the environment",
        files={
            "Pipfile": '[packages]\nflask = "*"\ngunicorn = "*"\n[requires]\npython_version = "3.10"\n',
            "app.py": (
                "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
                'if __name__ == "__main__":\n'
                "    app.run(host='0.0.0.0', port=int(os.environ.get('PORT', 8081)))\n"
            ),
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-8081} app:app",
        port=8081,
        manager="pipenv",
        version="3.10",
    ),
    Case(
        id="flask factory with a wsgi file",
        files={
            "requirements.txt": "flask\ngunicorn\n",
            "wsgi.py": "from shop import create_app\napp = create_app()\n",
            "shop/__init__.py": (
                "from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n"
            ),
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-8000} wsgi:app",
        port=8000,
    ),
    Case(
        id="flask factory alone",
        files={
            "requirements.txt": "flask\ngunicorn\n",
            "shop/__init__.py": (
                "from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    return app\n"
            ),
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-8000} 'shop:create_app()'",
    ),
    Case(
        id="flask in a package that a script re-exports",
        files={
            "requirements.txt": "flask\n",
            "run.py": 'from web import app\nif __name__ == "__main__":\n    app.run(port=8088)\n',
            "web/__init__.py": "from flask import Flask\napp = Flask(__name__)\nfrom web import views\n",
            "web/views.py": "from web import app\n",
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-8088} run:app",
        port=8088,
    ),
    Case(
        id="flask-socketio with eventlet",
        files={
            "requirements.txt": "flask\nflask-socketio\neventlet\n",
            "app.py": (
                "from flask import Flask\nfrom flask_socketio import SocketIO\n"
                'app = Flask(__name__)\nsocketio = SocketIO(app)\nif __name__ == "__main__":\n'
                "    socketio.run(app, host='0.0.0.0', port=5050)\n"
            ),
        },
        start="gunicorn --worker-class eventlet --workers 1 --bind 0.0.0.0:${PORT:-5050} app:app",
        port=5050,
    ),
    Case(
        id="django",
        files={
            "requirements.txt": "Django>=5\ngunicorn\n",
            "manage.py": (
                "import os\ndef main():\n"
                "    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n"
                "    from django.core.management import execute_from_command_line\n"
                'if __name__ == "__main__":\n    main()\n'
            ),
            "mysite/__init__.py": "",
            "mysite/settings.py": "WSGI_APPLICATION = 'mysite.wsgi.application'\nSTATIC_ROOT = 'static'\n",
            "mysite/wsgi.py": (
                "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
            ),
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-8000} mysite.wsgi:application",
        port=8000,
        framework="django",
        more={
            "build": "python manage.py collectstatic --noinput",
        },
    ),
    Case(
        id="django below a folder, with channels",
        files={
            "pyproject.toml": (
                '[tool.poetry]\nname = "chat"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
                'django = "*"\nchannels = {version = "*", extras = ["daphne"]}\ndaphne = "*"\n'
            ),
            "poetry.lock": "",
            "src/manage.py": (
                "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings.dev')\nimport django\n"
            ),
            "src/config/settings/dev.py": "from .base import *\n",
            "src/config/settings/base.py": "ASGI_APPLICATION = 'config.asgi.application'\n",
            "src/config/asgi.py": (
                "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()\n"
            ),
        },
        start="daphne -b 0.0.0.0 -p ${PORT:-8000} config.asgi:application",
        manager="poetry",
        version="3.13",
        directory="src",
    ),
    Case(
        id="starlette with hypercorn",
        files={
            "requirements.txt": "starlette\nhypercorn\n",
            "server.py": "from starlette.applications import Starlette\napp = Starlette()\n",
        },
        start="hypercorn server:app --bind 0.0.0.0:${PORT:-8000}",
        framework="starlette",
    ),
    Case(
        id="litestar",
        files={
            "requirements.txt": "litestar[standard]\n",
            "app.py": "from litestar import Litestar, get\napp = Litestar([])\n",
        },
        start="uvicorn app:app --host 0.0.0.0 --port ${PORT:-8000}",
        framework="litestar",
    ),
    Case(
        id="quart",
        files={
            "requirements.txt": "quart\n",
            "app.py": ('from quart import Quart\napp = Quart(__name__)\nif __name__ == "__main__":\n    app.run()\n'),
        },
        start="hypercorn app:app --bind 0.0.0.0:${PORT:-5000}",
        port=5000,
        framework="quart",
    ),
    Case(
        id="bottle",
        files={
            "requirements.txt": "bottle\n",
            "app.py": ("from bottle import Bottle, run\napp = Bottle()\nrun(app, host='localhost', port=8082)\n"),
        },
        start="python app.py",
        port=8082,
        framework="bottle",
    ),
    Case(
        id="falcon with waitress",
        files={
            "requirements.txt": "falcon\nwaitress\n",
            "app.py": "import falcon\napplication = falcon.App()\n",
        },
        start="waitress-serve --host=0.0.0.0 --port=${PORT:-8000} app:application",
        framework="falcon",
    ),
    Case(
        id="dash",
        files={
            "requirements.txt": "dash\ngunicorn\n",
            "app.py": (
                "from dash import Dash\napp = Dash(__name__)\nserver = app.server\n"
                'if __name__ == "__main__":\n    app.run(debug=True)\n'
            ),
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-8050} app:server",
        port=8050,
        framework="dash",
    ),
    Case(
        id="pyramid",
        files={
            "requirements.txt": "pyramid\nwaitress\n",
            "app.py": (
                "from pyramid.config import Configurator\nfrom waitress import serve\n"
                "with Configurator() as config:\n    app = config.make_wsgi_app()\n"
                "if __name__ == \"__main__\":\n    serve(app, listen='*:6543')\n"
            ),
        },
        start="waitress-serve --host=0.0.0.0 --port=${PORT:-6543} app:app",
        port=6543,
        framework="pyramid",
    ),
    Case(
        id="tornado",
        files={
            "requirements.txt": "tornado\n",
            "main.py": (
                "import tornado.ioloop, tornado.web\n"
                "from tornado.options import define, options\ndefine('port', default=8889)\n"
                "def make_app():\n    return tornado.web.Application([])\n"
                'if __name__ == "__main__":\n    app = make_app()\n'
                "    app.listen(options.port)\n    tornado.ioloop.IOLoop.current().start()\n"
            ),
        },
        start="python main.py",
        port=8889,
        framework="tornado",
    ),
    Case(
        id="aiohttp",
        files={
            "requirements.txt": "aiohttp\n",
            "app.py": (
                'from aiohttp import web\napp = web.Application()\nif __name__ == "__main__":\n    web.run_app(app)\n'
            ),
        },
        start="python app.py",
        port=8080,
        framework="aiohttp",
    ),
    Case(
        id="sanic",
        files={
            "requirements.txt": "sanic\n",
            "server.py": (
                "from sanic import Sanic\napp = Sanic('x')\nif __name__ == \"__main__\":\n"
                "    app.run(host='0.0.0.0', port=1337)\n"
            ),
        },
        start="sanic server:app --host=0.0.0.0 --port=${PORT:-1337}",
        port=1337,
        framework="sanic",
    ),
    Case(
        id="plain http.server",
        files={
            "server.py": (
                "from http.server import HTTPServer, BaseHTTPRequestHandler\nPORT = 8765\n"
                "class H(BaseHTTPRequestHandler):\n    pass\n"
                "HTTPServer(('', PORT), H).serve_forever()\n"
            ),
        },
        start="python server.py",
        port=8765,
    ),
    Case(
        id="argparse port",
        files={
            "requirements.txt": "aiohttp\n",
            "serve.py": (
                "import argparse\nfrom aiohttp import web\ndef main():\n"
                "    p = argparse.ArgumentParser()\n"
                "    p.add_argument('--port', type=int, default=7001)\n"
                "    args = p.parse_args()\n"
                "    web.run_app(web.Application(), port=args.port)\n"
                'if __name__ == "__main__":\n    main()\n'
            ),
        },
        start="python serve.py",
        port=7001,
    ),
    Case(
        id="streamlit",
        files={
            "requirements.txt": "streamlit\n",
            "app.py": "import streamlit as st\nst.title('x')\n",
            "pages/1_a.py": "import streamlit as st\nst.title('a')\n",
        },
        start=("streamlit run app.py --server.address 0.0.0.0 --server.port ${PORT:-8501} --server.headless true"),
        port=8501,
        framework="streamlit",
    ),
    Case(
        id="gradio",
        files={
            "requirements.txt": "gradio\n",
            "app.py": "import gradio as gr\nwith gr.Blocks() as demo:\n    pass\ndemo.launch()\n",
        },
        start="python app.py",
        port=7860,
        framework="gradio",
    ),
    Case(
        id="panel",
        files={
            "environment.yml": "dependencies:\n  - python=3.11\n  - panel\n",
            "dash.py": "import panel as pn\npn.Column().servable()\n",
        },
        start=("panel serve dash.py --address 0.0.0.0 --port ${PORT:-5006} --allow-websocket-origin='*'"),
        port=5006,
        manager="conda",
        version="3.11",
    ),
    Case(
        id="chainlit",
        files={
            "requirements.txt": "chainlit\n",
            "app.py": "import chainlit as cl\n@cl.on_message\nasync def main(m):\n    pass\n",
        },
        start="chainlit run app.py --headless --host 0.0.0.0 --port ${PORT:-8000}",
        framework="chainlit",
    ),
    Case(
        id="nicegui",
        files={
            "requirements.txt": "nicegui\n",
            "main.py": "from nicegui import ui\nui.label('x')\nui.run(port=8090)\n",
        },
        start="python main.py",
        port=8090,
        framework="nicegui",
    ),
    Case(
        id="fasthtml",
        files={
            "requirements.txt": "python-fasthtml\n",
            "main.py": "from fasthtml.common import *\napp, rt = fast_app()\nserve()\n",
        },
        start="uvicorn main:app --host 0.0.0.0 --port ${PORT:-5001}",
        port=5001,
        framework="fasthtml",
    ),
    Case(
        id="fasthtml named import",
        files={
            "requirements.txt": "python-fasthtml\n",
            "main.py": ("from fasthtml.common import fast_app, serve\napp, rt = fast_app()\nserve(port=5005)\n"),
        },
        start="uvicorn main:app --host 0.0.0.0 --port ${PORT:-5005}",
        port=5005,
    ),
    Case(
        id="mcp over http",
        files={
            "pyproject.toml": '[project]\nname = "tools"\ndependencies = ["mcp"]\n',
            "server.py": (
                "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x', port=8100)\n"
                "if __name__ == \"__main__\":\n    mcp.run(transport='streamable-http')\n"
            ),
        },
        start="python server.py",
        framework="mcp",
    ),
    Case(
        id="voila",
        files={
            "requirements.txt": "voila\n",
            "dashboard.ipynb": "{}",
        },
        start="voila dashboard.ipynb --no-browser --Voila.ip=0.0.0.0 --port=${PORT:-8866}",
        port=8866,
    ),
    Case(
        id="grpc",
        files={
            "requirements.txt": "grpcio\n",
            "server.py": (
                "import grpc\ndef serve():\n    server = grpc.server(None)\n"
                "    server.add_insecure_port('[::]:50055')\n    server.start()\n"
                'if __name__ == "__main__":\n    serve()\n'
            ),
        },
        start="python server.py",
        port=50055,
        framework="grpc",
    ),
    Case(
        id="gunicorn configuration file",
        files={
            "requirements.txt": "flask\ngunicorn\n",
            "gunicorn.conf.py": "bind = '0.0.0.0:9100'\n",
            "app.py": "from flask import Flask\napp = Flask('x')\n",
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-9100} app:app",
        port=9100,
    ),
    Case(
        id="requirements below a folder",
        files={
            "requirements/base.txt": "flask\n",
            "requirements/dev.txt": "pytest\n",
            "requirements/prod.txt": "-r base.txt\ngunicorn\n",
            "app.py": "from flask import Flask\napp = Flask('x')\n",
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-8000} app:app",
        more={
            "install": "pip install -r requirements/prod.txt",
        },
    ),
    Case(
        id="console script that starts a server",
        files={
            "pyproject.toml": (
                '[build-system]\nbuild-backend = "setuptools.build_meta"\nrequires = []\n'
                '[project]\nname = "note-server"\ndescription = "A self-hosted notes server"\n'
                'classifiers = ["Environment :: Web Environment"]\ndependencies = ["aiohttp"]\n'
                '[project.scripts]\nnote-server = "note_server.main:main"\n'
            ),
            "note_server/__init__.py": "",
            "note_server/main.py": (
                "import argparse\nfrom aiohttp import web\ndef main():\n"
                "    p = argparse.ArgumentParser()\n"
                "    p.add_argument('--host', default='127.0.0.1')\n"
                "    p.add_argument('--port', default=8099)\n    a = p.parse_args()\n"
                "    web.run_app(web.Application(), host=a.host, port=a.port)\n"
            ),
        },
        start="note-server --host 0.0.0.0 --port 8099",
        port=8099,
    ),
    Case(
        id="python that only newer releases read",
        files={
            "requirements.txt": "fastapi\n",
            ".python-version": "3.14\n",
            "main.py": (
                "from fastapi import FastAPI\ntype X = int\ndef f[T](x: T) -> T:\n    return x\napp = FastAPI()\n"
            ),
        },
        start="uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}",
        version="3.14",
    ),
)

OTHERS = (
    Case(
        id="script",
        files={
            "requirements.txt": "requests\n",
            "main.py": "import requests\nprint(requests.get('http://x'))\n",
        },
        kind="job",
        start="python main.py",
    ),
    Case(
        id="lone script",
        files={
            "hello.py": "print('hello')\n",
        },
        kind="job",
        start="python hello.py",
    ),
    Case(
        id="inline metadata",
        files={
            "report.py": ('# /// script\n# requires-python = ">=3.12"\n# dependencies = ["rich"]\n# ///\nprint(1)\n'),
        },
        kind="job",
        start="python report.py",
        manager="uv",
        version="3.13",
    ),
    Case(
        id="discord bot",
        files={
            "requirements.txt": "discord.py\n",
            "bot.py": (
                "import os\nimport discord\nclient = discord.Client(intents=None)\nclient.run(os.environ['TOKEN'])\n"
            ),
        },
        kind="worker",
        start="python bot.py",
        framework="discord",
    ),
    Case(
        id="telegram bot",
        files={
            "requirements.txt": "python-telegram-bot\n",
            "main.py": (
                "from telegram.ext import Application\ndef main():\n"
                "    app = Application.builder().token('x').build()\n    app.run_polling()\n"
                'if __name__ == "__main__":\n    main()\n'
            ),
        },
        kind="worker",
        start="python main.py",
        framework="telegram",
    ),
    Case(
        id="celery alone",
        files={
            "requirements.txt": "celery[redis]\nredis\n",
            "tasks.py": (
                "from celery import Celery\napp = Celery('tasks', broker='redis://localhost')\n"
                "@app.task\ndef add(x, y):\n    return x + y\n"
            ),
        },
        kind="worker",
        start="celery -A tasks worker --loglevel=info",
        framework="celery",
    ),
    Case(
        id="endless loop",
        files={
            "requirements.txt": "schedule\n",
            "main.py": (
                "import schedule, time\nschedule.every(1).hours.do(print)\nwhile True:\n"
                "    schedule.run_pending()\n    time.sleep(1)\n"
            ),
        },
        kind="worker",
        start="python main.py",
    ),
    Case(
        id="mkdocs site",
        files={
            "mkdocs.yml": "site_name: x\ntheme:\n  name: material\n",
            "docs/index.md": "# x\n",
        },
        kind="static",
        framework="mkdocs",
        more={
            "build": "mkdocs build",
            "output": "site",
        },
    ),
    Case(
        id="sphinx site",
        files={
            "conf.py": "project = 'x'\nextensions = []\n",
            "index.rst": "x\n",
            "requirements.txt": "sphinx\n",
        },
        kind="static",
        framework="sphinx",
    ),
    Case(
        id="pelican site",
        files={
            "pelicanconf.py": "PATH = 'content'\n",
            "publishconf.py": "from pelicanconf import *\n",
            "requirements.txt": "pelican[markdown]\n",
        },
        kind="static",
        framework="pelican",
        more={
            "build": "pelican content -o output -s publishconf.py",
        },
    ),
    Case(
        id="library",
        files={
            "pyproject.toml": (
                '[build-system]\nbuild-backend = "hatchling.build"\nrequires = []\n[project]\n'
                'name = "lib"\nclassifiers = ["Topic :: Software Development :: Libraries"]\n'
            ),
            "lib/__init__.py": "def f():\n    pass\n",
        },
        kind="library",
    ),
    Case(
        id="library of setup.py",
        files={
            "setup.py": (
                "from setuptools import setup, find_packages\nNAME = 'lib'\n"
                "setup(name=NAME, packages=find_packages(), "
                "install_requires=['requests>=2'] + [], python_requires='>=3.6')\n"
            ),
            "lib/__init__.py": "",
        },
        kind="library",
        version="3.13",
    ),
    Case(
        id="flask extension",
        files={
            "setup.cfg": (
                "[metadata]\nname = flask-thing\ndescription = An extension for Flask\n"
                "license = MIT\n[options]\ninstall_requires = flask\n"
            ),
            "setup.py": "from setuptools import setup\nsetup()\n",
            "flask_thing/__init__.py": "from flask import Flask\nclass Thing:\n    pass\n",
            "examples/app.py": "from flask import Flask\napp = Flask('x')\n",
        },
        kind="library",
    ),
    Case(
        id="command line tool",
        files={
            "pyproject.toml": (
                '[build-system]\nbuild-backend = "poetry.core.masonry.api"\nrequires = []\n'
                '[tool.poetry]\nname = "tidy"\nlicense = "MIT"\n[tool.poetry.dependencies]\n'
                'python = "~3.12"\nclick = "*"\n[tool.poetry.scripts]\ntidy = "tidy.cli:main"\n'
            ),
            "tidy/__init__.py": "",
            "tidy/cli.py": "import click\n@click.command()\ndef main():\n    pass\n",
        },
        kind="cli",
        manager="poetry",
        version="3.12",
    ),
    Case(
        id="script with arguments",
        files={
            "main.py": (
                "import argparse\np = argparse.ArgumentParser()\np.add_argument('file')\nprint(p.parse_args())\n"
            ),
        },
        kind="cli",
    ),
    Case(
        id="tk",
        files={
            "main.py": "import tkinter as tk\nroot = tk.Tk()\nroot.mainloop()\n",
        },
        kind="desktop",
    ),
    Case(
        id="pyqt",
        files={
            "requirements.txt": "PyQt5\n",
            "main.py": (
                "import sys\nfrom PyQt5.QtWidgets import QApplication\n"
                'if __name__ == "__main__":\n    app = QApplication(sys.argv)\n'
                "    sys.exit(app.exec_())\n"
            ),
        },
        kind="desktop",
    ),
    Case(
        id="kivy on telephones",
        files={
            "buildozer.spec": "[app]\n",
            "main.py": "from kivy.app import App\nclass A(App):\n    pass\nA().run()\n",
        },
        kind="mobile",
    ),
    Case(
        id="mcp over standard input",
        files={
            "pyproject.toml": '[project]\nname = "tools"\ndependencies = ["mcp"]\n',
            "server.py": (
                "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x')\n"
                'if __name__ == "__main__":\n    mcp.run()\n'
            ),
        },
        kind="cli",
        framework="mcp",
    ),
    Case(
        id="notebooks",
        files={
            "requirements.txt": "pandas\n",
            "a.ipynb": "{}",
            "b.ipynb": "{}",
        },
        kind="other",
    ),
)

BROKEN = (
    Case(
        id="broken pyproject",
        files={
            "pyproject.toml": "[project\nname=",
            "main.py": "print(1)\n",
        },
        kind="job",
        start="python main.py",
        manager="pip",
    ),
    Case(
        id="python 2",
        files={
            "main.py": "import sys\nprint 'hello'\n",
        },
        kind="job",
        version="2.7",
    ),
    Case(
        id="requirements in UTF-16",
        files={
            "requirements.txt": b"\xff\xfe" + "flask==3.0\ngunicorn\n".encode("utf-16-le"),
            "app.py": "from flask import Flask\napp = Flask('x')\n",
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-8000} app:app",
    ),
    Case(
        id="byte order mark",
        files={
            "requirements.txt": b"\xef\xbb\xbfflask\n",
            "app.py": b"\xef\xbb\xbffrom flask import Flask\napp = Flask('x')\n",
        },
        framework="flask",
    ),
    Case(
        id="requirements that include each other",
        files={
            "requirements.txt": "-r other.txt\nflask\n",
            "other.txt": "-r requirements.txt\n-r ../../etc/passwd\n",
            "app.py": "from flask import Flask\napp = Flask('x')\n",
        },
        framework="flask",
    ),
    Case(
        id="syntax error in another function",
        files={
            "requirements.txt": "flask\n",
            "app.py": (
                "from flask import Flask\napp = Flask('x')\n\ndef broken(:\n    pass\n\n"
                "@app.route('/health')\ndef h():\n    return 'ok'\n"
            ),
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-5000} app:app",
    ),
    Case(
        id="import cycle",
        files={
            "requirements.txt": "flask\n",
            "a.py": "from b import app\n",
            "b.py": "from a import app\n",
            "app.py": "from a import app\nprint(1)\n",
        },
        kind="job",
    ),
    Case(
        id="dynamic setup.py",
        files={
            "setup.py": (
                "import os\nfrom setuptools import setup\n"
                "setup(name=os.environ['X'], version=open('v').read(), "
                "install_requires=open('r').readlines())\n"
            ),
            "pkg/__init__.py": "",
        },
        kind="library",
    ),
    Case(
        id="setup.py of Python 2",
        files={
            "setup.py": (
                "from setuptools import setup\nprint 'x'\n"
                "setup(name='old', install_requires=['flask'], classifiers=[])\n"
            ),
            "old/__init__.py": "",
        },
        kind="library",
    ),
    Case(
        id="wrong types in pyproject",
        files={
            "pyproject.toml": ('[project]\nname = 3\ndependencies = "x"\nscripts = []\n[tool]\npoetry = 4\nuv = []\n'),
            "main.py": "print(1)\n",
        },
        kind="job",
    ),
)

VERSIONS: tuple[tuple[str, dict[str, str | bytes], str], ...] = (
    (
        "requires-python",
        {
            "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.9"\n',
        },
        "3.13",
    ),
    (
        "upper bound",
        {
            "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.9,<3.12"\n',
        },
        "3.11",
    ),
    (
        "newer than usual",
        {
            "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.14"\n',
        },
        "3.15",
    ),
    (
        "caret",
        {
            "pyproject.toml": '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3.8"\n',
        },
        "3.13",
    ),
    (
        "alternatives",
        {
            "pyproject.toml": (
                '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "~2.7 || ^3.7,<3.11"\n'
            ),
        },
        "3.10",
    ),
    (
        "runtime.txt",
        {
            "runtime.txt": "python-3.10.12\n",
            "requirements.txt": "flask\n",
        },
        "3.10",
    ),
    (
        ".python-version",
        {
            ".python-version": "3.12.4\n",
            "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.9"\n',
        },
        "3.12",
    ),
    (
        ".tool-versions",
        {
            ".tool-versions": "python 3.11.9\nnodejs 20\n",
            "requirements.txt": "flask\n",
        },
        "3.11",
    ),
    (
        "major only",
        {
            ".python-version": "3\n",
            "requirements.txt": "flask\n",
        },
        "3.13",
    ),
    (
        "setup.cfg",
        {
            "setup.cfg": "[metadata]\nname = x\n[options]\npython_requires = >=3.6, <3.10\n",
        },
        "3.9",
    ),
    (
        "Pipfile's full version",
        {
            "Pipfile": '[requires]\npython_full_version = "3.9.7"\n',
        },
        "3.9",
    ),
    (
        "wheels of a pinned package",
        {
            "requirements.txt": "numpy==1.21.0\n",
        },
        "3.9",
    ),
    (
        "pypy is no Python release",
        {
            ".python-version": "pypy3.10-7.3\n",
            "requirements.txt": "flask\n",
        },
        "3.13",
    ),
)


@pytest.mark.parametrize("case", [*WEB, *OTHERS, *BROKEN], ids=lambda case: case.id)
def test_the_program_is_found(case: Case) -> None:
    found = planned(case.files)
    assert found.kind.value == case.kind
    assert found.language.value == "python"
    said = {
        "start": found.start.value.text if found.start.value else None,
        "port": found.port.value,
        "framework": found.framework.value,
        "manager": found.package_manager.value,
        "version": found.runtime.value.version if found.runtime.value else None,
        "directory": found.working_directory.value,
        "build": found.build.value.text if found.build.value else None,
        "install": found.install.value.text if found.install.value else None,
        "output": found.output.value,
    }
    asked = {
        key: getattr(case, key) for key in ("start", "port", "framework", "manager", "version", "directory")
    } | case.more
    assert {key: said[key] for key, value in asked.items() if value is not None} == {
        key: value for key, value in asked.items() if value is not None
    }


@pytest.mark.parametrize(("files", "version"), [one[1:] for one in VERSIONS], ids=[one[0] for one in VERSIONS])
def test_the_release_follows_from_what_is_asked(files: dict[str, str | bytes], version: str) -> None:
    runtime = planned({**files, "main.py": "print(1)\n"}).runtime.value
    assert runtime is not None
    assert runtime.version == version
