"""Ports of Python programs: through settings, options, parameters, tables, files of settings and examples."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.python import PYTHON
from builder.detect.planning import plan
from builder.tree import Tree

ASGI = "fastapi\nuvicorn\n"
RUN = "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Sources and the port that they come to."""

    id: str
    files: dict[str, str]
    port: int


CASES = (
    Case(
        id="a field of pydantic's settings in another module",
        files={
            "requirements.txt": ASGI,
            "app/__init__.py": "",
            "app/config.py": (
                "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: int = 8123\n"
                "settings = Settings()\n"
            ),
            "app/main.py": (
                "import uvicorn\nfrom fastapi import FastAPI\nfrom app.config import settings\napp = FastAPI()\n"
                "if __name__ == '__main__':\n    uvicorn.run(app, port=settings.port)\n"
            ),
        },
        port=8123,
    ),
    Case(
        id="settings inside of settings",
        files={
            "requirements.txt": ASGI,
            "config.py": (
                "from pydantic import BaseModel\nfrom pydantic_settings import BaseSettings\n"
                "class Server(BaseModel):\n    port: int = 8124\n"
                "class Settings(BaseSettings):\n    server: Server = Server()\n"
                "def get_settings():\n    return Settings()\n"
            ),
            "main.py": RUN + "from config import get_settings\n"
            "if __name__ == '__main__':\n    uvicorn.run(app, port=get_settings().server.port)\n",
        },
        port=8124,
    ),
    Case(
        id="a field of a class that settings are made from",
        files={
            "requirements.txt": ASGI,
            "base.py": "from pydantic_settings import BaseSettings\nclass Base(BaseSettings):\n    PORT: int = 8125\n",
            "config.py": (
                "from base import Base\nclass Production(Base):\n    DEBUG: bool = False\nsettings = Production()\n"
            ),
            "main.py": RUN + "import config\nuvicorn_port = config.settings.PORT\n"
            "if __name__ == '__main__':\n    uvicorn.run(app, port=uvicorn_port)\n",
        },
        port=8125,
    ),
    Case(
        id="a settings object that a function takes",
        files={
            "requirements.txt": ASGI,
            "config.py": "from dataclasses import dataclass\n@dataclass\nclass Config:\n    port: int = 8126\n",
            "main.py": RUN + "from config import Config\ndef serve(config: Config) -> None:\n"
            "    uvicorn.run(app, port=config.port)\nif __name__ == '__main__':\n    serve(Config())\n",
        },
        port=8126,
    ),
    Case(
        id="what a class was made with",
        files={
            "requirements.txt": "aiohttp\n",
            "main.py": (
                "from aiohttp import web\nclass Server:\n    def __init__(self, port=8127):\n        self.port = port\n"
                "    def run(self):\n        web.run_app(web.Application(), port=self.port)\n"
                "if __name__ == '__main__':\n    Server().run()\n"
            ),
        },
        port=8127,
    ),
    Case(
        id="what a function is called with",
        files={
            "requirements.txt": ASGI,
            "main.py": RUN + "def serve(port):\n    uvicorn.run(app, port=port)\n"
            "if __name__ == '__main__':\n    serve(8128)\n",
        },
        port=8128,
    ),
    Case(
        id="an argument of the command line, else a number",
        files={
            "requirements.txt": "flask\n",
            "app.py": (
                "import sys\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n"
                "    if len(sys.argv) > 1:\n        port = int(sys.argv[1])\n    else:\n        port = 8129\n"
                "    app.run(port=port)\n"
            ),
        },
        port=8129,
    ),
    Case(
        id="a number that a variable replaces",
        files={
            "requirements.txt": "flask\n",
            "app.py": (
                "import os\nfrom flask import Flask\napp = Flask(__name__)\nport = 8130\n"
                "if 'PORT' in os.environ:\n    port = int(os.environ['PORT'])\n"
                "if __name__ == '__main__':\n    app.run(port=port)\n"
            ),
        },
        port=8130,
    ),
    Case(
        id="a key of a table in a module",
        files={
            "requirements.txt": "flask\n",
            "config.py": "CONFIG = {'server': {'port': 8131}}\n",
            "app.py": (
                "from flask import Flask\nfrom config import CONFIG\napp = Flask(__name__)\n"
                "if __name__ == '__main__':\n    app.run(port=CONFIG['server']['port'])\n"
            ),
        },
        port=8131,
    ),
    Case(
        id="a default behind the key of a table",
        files={
            "requirements.txt": "flask\n",
            "app.py": (
                "from flask import Flask\napp = Flask(__name__)\n"
                "if __name__ == '__main__':\n    app.run(port=app.config.get('PORT', 8132))\n"
            ),
        },
        port=8132,
    ),
    Case(
        id="a file of settings",
        files={
            "requirements.txt": "flask\npyyaml\n",
            "config.yaml": "server:\n  port: 8133\n",
            "app.py": (
                "import yaml\nfrom flask import Flask\napp = Flask(__name__)\n"
                "with open('config.yaml') as held:\n    config = yaml.safe_load(held)\n"
                "if __name__ == '__main__':\n    app.run(port=config['server']['port'])\n"
            ),
        },
        port=8133,
    ),
    Case(
        id="an example of a file of settings",
        files={
            "requirements.txt": "flask\n",
            "config.example.ini": "[web]\nport = 8134\n",
            "app.py": (
                "import configparser\nfrom flask import Flask\napp = Flask(__name__)\n"
                "config = configparser.ConfigParser()\nconfig.read('config.ini')\n"
                "if __name__ == '__main__':\n    app.run(port=config.getint('web', 'port'))\n"
            ),
        },
        port=8134,
    ),
    Case(
        id="an example of the variable that is read",
        files={
            "requirements.txt": "flask\n",
            ".env.example": "SERVER_PORT=8135\n",
            "app.py": (
                "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
                "if __name__ == '__main__':\n    app.run(port=int(os.environ['SERVER_PORT']))\n"
            ),
        },
        port=8135,
    ),
    Case(
        id="the address that gunicorn binds, put together",
        files={
            "requirements.txt": "flask\ngunicorn\n",
            "gunicorn.conf.py": "import os\nbind = '0.0.0.0:' + os.environ.get('PORT', '8136')\n",
            "app.py": "from flask import Flask\napp = Flask(__name__)\n",
        },
        port=8136,
    ),
    Case(
        id="a call that leaves it to the framework, beside another program",
        files={
            "requirements.txt": "flask\n",
            "app.py": "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run()\n",
            "metrics.py": (
                "from http.server import HTTPServer, BaseHTTPRequestHandler\n"
                "if __name__ == '__main__':\n    HTTPServer(('', 9137), BaseHTTPRequestHandler).serve_forever()\n"
            ),
        },
        port=5000,
    ),
    Case(
        id="the first of two calls in one program",
        files={
            "requirements.txt": "flask\n",
            "app.py": (
                "import os\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n"
                "    if os.environ.get('DEBUG'):\n        app.run(port=8138)\n    else:\n        app.run(port=8139)\n"
            ),
        },
        port=8138,
    ),
    Case(
        id="what the object of an MCP server is made with",
        files={
            "requirements.txt": "mcp\n",
            "server.py": (
                "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x', port=8140)\n"
                "if __name__ == '__main__':\n    mcp.run(transport='sse')\n"
            ),
        },
        port=8140,
    ),
    Case(
        id="a function that gives it",
        files={
            "requirements.txt": ASGI,
            "main.py": RUN + "import os\ndef get_port():\n    return int(os.getenv('PORT', '8141'))\n"
            "if __name__ == '__main__':\n    uvicorn.run(app, port=get_port())\n",
        },
        port=8141,
    ),
    Case(
        id="names that lead in a circle",
        files={
            "requirements.txt": ASGI,
            "main.py": RUN + "port = port or other\nother = port\n"
            "if __name__ == '__main__':\n    uvicorn.run(app, port=other)\n",
        },
        port=8000,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_port_is_followed_to_where_it_is_given(case: Case) -> None:
    found = plan(Tree.of(case.files), providers=(PYTHON,), truths=())
    assert next(one.port.value for one in found.components if one.name == found.primary) == case.port
