"""Which of several Python programs is meant, as task runners, editors, documents and the code's own beginning say."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.python import PYTHON
from builder.detect.planning import plan
from builder.tree import Tree

FASTAPI = "from fastapi import FastAPI\n{name} = FastAPI()\n"
TWO = {
    "requirements.txt": "fastapi\nuvicorn\n",
    "one.py": FASTAPI.format(name="app"),
    "two.py": FASTAPI.format(name="app"),
}
SCRIPTS = {
    "requirements.txt": "requests\n",
    "fetch.py": "import requests\nif __name__ == '__main__':\n    requests.get('x')\n",
    "clean.py": "import requests\nif __name__ == '__main__':\n    requests.get('y')\n",
}
BOT = "import telebot\nbot = telebot.TeleBot('x')\n"
KEEPS = (
    "from threading import Thread\nfrom flask import Flask\napp = Flask('')\n"
    "def run():\n    app.run(host='0.0.0.0', port=8080)\ndef keep_alive():\n    Thread(target=run).start()\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Files and how the program in them is started."""

    id: str
    files: dict[str, str]
    start: str
    port: int | None = None
    kind: str = "web"


CASES = (
    Case(
        id="a target of make",
        files={**TWO, "Makefile": "APP = two:app\n.PHONY: run\nrun:\n\t@uvicorn $(APP) --reload --port 8765\n"},
        start="uvicorn two:app --host 0.0.0.0 --port ${PORT:-8765}",
        port=8765,
    ),
    Case(
        id="a recipe of just",
        files={**TWO, "justfile": "serve port='1':\n    uv run uvicorn two:app\n"},
        start="uvicorn two:app --host 0.0.0.0 --port ${PORT:-8000}",
    ),
    Case(
        id="a task of go-task",
        files={**TWO, "Taskfile.yml": "version: '3'\ntasks:\n  start:\n    cmds:\n      - uvicorn two:app\n"},
        start="uvicorn two:app --host 0.0.0.0 --port ${PORT:-8000}",
    ),
    Case(
        id="a task of poe",
        files={
            **TWO,
            "pyproject.toml": '[project]\nname = "x"\ndependencies = ["fastapi", "uvicorn"]\n'
            '[tool.poe.tasks]\nstart = "uvicorn two:app"\n',
        },
        start="uvicorn two:app --host 0.0.0.0 --port ${PORT:-8000}",
    ),
    Case(
        id="what the editor launches",
        files={
            **TWO,
            ".vscode/launch.json": '{"configurations": [{"type": "debugpy", "request": "launch", "module": "uvicorn", '
            '"args": ["two:app", "--port", "8766"]}]}',
        },
        start="uvicorn two:app --host 0.0.0.0 --port ${PORT:-8766}",
        port=8766,
    ),
    Case(
        id="a fence of a document",
        files={**TWO, "README.md": "# x\n\n```bash\npip install x\n$ uvicorn two:app --reload\n```\n"},
        start="uvicorn two:app --host 0.0.0.0 --port ${PORT:-8000}",
    ),
    Case(
        id="code within a line of a document, after a folder was entered",
        files={
            "api/requirements.txt": "fastapi\nuvicorn\n",
            "api/one.py": FASTAPI.format(name="app"),
            "api/two.py": FASTAPI.format(name="app"),
            "README.md": "# x\n\n```\ncd api\npython two.py\n```\n",
        },
        start="uvicorn two:app --host 0.0.0.0 --port ${PORT:-8000}",
    ),
    Case(
        id="the settings of Flask's own command",
        files={
            "requirements.txt": "flask\n",
            ".flaskenv": "FLASK_APP=blog.py\nFLASK_RUN_PORT=5055\n",
            "app/__init__.py": "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n",
            "blog.py": "from app import create_app\napp = create_app()\n",
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-5055} blog:app",
        port=5055,
    ),
    Case(
        id="a module that only names the factory",
        files={
            "requirements.txt": "flask\n",
            "app/__init__.py": "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n",
            "blog.py": "from app import create_app\napp = create_app()\n",
            "celery_worker.py": "from app import create_app\napp = create_app()\n",
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-5000} blog:app",
    ),
    Case(
        id="one of several scripts",
        files={**SCRIPTS, "README.md": "Run `python fetch.py` every day.\n"},
        start="python fetch.py",
        kind="job",
    ),
    Case(
        id="a bot that keeps itself awake in the same file",
        files={
            "requirements.txt": "flask\npytelegrambotapi\n",
            "main.py": KEEPS + BOT + "keep_alive()\nbot.polling()\n",
        },
        start="python main.py",
        port=8080,
    ),
    Case(
        id="a bot that keeps itself awake by another file",
        files={
            "requirements.txt": "flask\npytelegrambotapi\n",
            "keep_alive.py": KEEPS,
            "main.py": "from keep_alive import keep_alive\n" + BOT + "keep_alive()\nbot.polling()\n",
        },
        start="python main.py",
        port=8080,
    ),
    Case(
        id="a program that prepares something before it serves",
        files={
            "requirements.txt": "fastapi\nuvicorn\napscheduler\n",
            "api.py": FASTAPI.format(name="app"),
            "jobs.py": "def start_scheduler():\n    pass\n",
            "main.py": (
                "import uvicorn\nfrom api import app\nfrom jobs import start_scheduler\n"
                "def serve():\n    uvicorn.run(app, host='0.0.0.0', port=8767)\n"
                "def main():\n    start_scheduler()\n    serve()\nif __name__ == '__main__':\n    main()\n"
            ),
        },
        start="python main.py",
        port=8767,
    ),
    Case(
        id="a program that only reads settings before it serves",
        files={
            "requirements.txt": "fastapi\nuvicorn\n",
            "logs.py": "def setup_logging():\n    pass\n",
            "main.py": (
                "import uvicorn\nfrom fastapi import FastAPI\nfrom logs import setup_logging\napp = FastAPI()\n"
                "if __name__ == '__main__':\n    setup_logging()\n    uvicorn.run(app, host='0.0.0.0', port=8768)\n"
            ),
        },
        start="uvicorn main:app --host 0.0.0.0 --port ${PORT:-8768}",
    ),
    Case(
        id="pages of Dash that another module puts together",
        files={
            "requirements.txt": "dash\ngunicorn\n",
            "app.py": "import dash\napp = dash.Dash(__name__)\nserver = app.server\n",
            "index.py": (
                "from dash import html\nfrom app import app, server\napp.layout = html.Div()\n"
                "if __name__ == '__main__':\n    app.run_server()\n"
            ),
        },
        start="gunicorn --bind 0.0.0.0:${PORT:-8050} index:server",
    ),
    Case(
        id="an application that comes in a pair",
        files={
            "requirements.txt": "flask\nflask-socketio\n",
            "web.py": (
                "from flask import Flask\nfrom flask_socketio import SocketIO\ndef create_app():\n"
                "    app = Flask(__name__)\n    socketio = SocketIO(app)\n    return app, socketio\n"
                "app, socketio = create_app()\nif __name__ == '__main__':\n    socketio.run(app, port=8769)\n"
            ),
        },
        start="gunicorn --threads 100 --workers 1 --bind 0.0.0.0:${PORT:-8769} web:app",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_program_that_people_start_is_chosen(case: Case) -> None:
    found = plan(Tree.of(case.files), providers=(PYTHON,), truths=())
    meant = next(one for one in found.components if one.name == found.primary)
    assert meant.start.value is not None
    assert meant.start.value.text == case.start
    assert meant.kind.value == case.kind
    if case.port:
        assert meant.port.value == case.port
