"""What a Python plan says beside its start: services, variables, volumes, tasks, packages, workspaces, the recipe."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.python import PYTHON
from builder.detect.planning import plan
from builder.errors import PlanIncomplete
from builder.look import Look
from builder.plan import BuildPlan, Component
from builder.recipe import Copy, Packages, Run
from builder.tree import Tree

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
PROJECT = '[project]\nname = "a"\ndependencies = ["fastapi", "uvicorn"]\n'
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\nimport django\n"
WSGI = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"


def plans(files: dict[str, str]) -> BuildPlan:
    return plan(Tree.of(files), providers=(PYTHON,), truths=())


def primary(files: dict[str, str]) -> Component:
    found = plans(files)
    return next(one for one in found.components if one.name == found.primary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    id: str
    requirements: str
    services: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    building: tuple[str, ...] = ()


NEEDS = (
    Need(id="a binary driver", requirements="psycopg2-binary\n", services=("postgresql",)),
    Need(
        id="a compiled driver",
        requirements="psycopg2==2.9.9\n",
        services=("postgresql",),
        running=("libpq5",),
        building=("gcc", "libc6-dev", "libpq-dev"),
    ),
    Need(id="psycopg with its binary", requirements="psycopg[binary]>=3\n", services=("postgresql",)),
    Need(
        id="psycopg without",
        requirements="psycopg>=3\n",
        services=("postgresql",),
        running=("libpq5",),
    ),
    Need(
        id="mysqlclient",
        requirements="mysqlclient\n",
        services=("mysql",),
        running=("libmariadb3",),
        building=("gcc", "libc6-dev", "default-libmysqlclient-dev", "pkg-config"),
    ),
    Need(id="opencv", requirements="opencv-python\n", running=("libgl1", "libglib2.0-0")),
    Need(id="opencv without windows", requirements="opencv-python-headless\n"),
    Need(id="several", requirements="redis\npymongo\nboto3\n", services=("redis", "mongodb", "object-storage")),
    Need(id="a repository", requirements="git+https://example.com/a/b.git@v1#egg=b\n", building=("git",)),
    Need(id="a new Pillow has wheels", requirements="pillow==11.0.0\n"),
    Need(
        id="an old Pillow has none",
        requirements="pillow==5.1.0\n",
        running=("libjpeg62-turbo", "zlib1g", "libfreetype6"),
        building=("gcc", "libc6-dev", "libjpeg62-turbo-dev", "zlib1g-dev", "libfreetype-dev"),
    ),
)


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.id)
def test_dependencies_tell_services_and_packages(need: Need) -> None:
    found = primary({"requirements.txt": "flask\n" + need.requirements, "app.py": FLASK})
    assert tuple(one.value.name for one in found.services) == need.services
    assert tuple(one.value for one in found.system_packages) == need.running
    assert tuple(one.value for one in found.build_packages) == need.building


def test_variables_are_those_that_the_code_reads() -> None:
    code = (
        "import os\nfrom flask import Flask\napp = Flask('x')\n"
        "KEY = os.environ['API_KEY']\nLEVEL = os.getenv('LEVEL', 'info')\nMODE = os.environ.get('MODE') or 'dev'\n"
        "def f():\n    return os.environ['REGION']\n"
    )
    found = {one.value.name: one.value for one in primary({"requirements.txt": "flask", "app.py": code}).variables}
    assert set(found) == {"API_KEY", "LEVEL", "MODE", "REGION"}
    assert (found["API_KEY"].secret, found["API_KEY"].required) == (True, True)
    assert (found["LEVEL"].default, found["LEVEL"].required) == ("info", False)
    assert found["REGION"].required


def test_settings_classes_are_variables() -> None:
    code = (
        "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n"
        "    database_url: str\n    debug: bool = False\n    class Config:\n        env_prefix = 'shop_'\n"
    )
    files = {"requirements.txt": "fastapi\npydantic-settings\n", "main.py": FASTAPI, "settings.py": code}
    found = {one.value.name: one.value for one in primary(files).variables}
    assert found["SHOP_DATABASE_URL"].secret
    assert found["SHOP_DEBUG"].default == "False"


HEALTH = (
    ("a route", "@app.get('/healthz')\ndef h():\n    return 1\n", "/healthz"),
    (
        "the better of two",
        "@app.get('/ping')\ndef p():\n    return 1\n@app.get('/health')\ndef h():\n    return 1\n",
        "/health",
    ),
    (
        "a router's prefix",
        (
            "from fastapi import APIRouter\nr = APIRouter(prefix='/api')\n@r.get('/health')\n"
            "def h():\n    return 1\napp.include_router(r)\n"
        ),
        "/api/health",
    ),
    ("no route", "@app.get('/things')\ndef h():\n    return 1\n", None),
    ("only a POST", "@app.post('/health')\ndef h():\n    return 1\n", None),
)


@pytest.mark.parametrize(("code", "path"), [one[1:] for one in HEALTH], ids=[one[0] for one in HEALTH])
def test_a_route_tells_the_health(code: str, path: str | None) -> None:
    found = primary({"requirements.txt": "fastapi\nuvicorn\n", "main.py": FASTAPI + code}).health.value
    assert (found.path if found else None) == path


TASKS = (
    ("django", {"requirements.txt": "django\ngunicorn\n", "manage.py": MANAGE, "site1/settings.py": "X = 1\n",
                "site1/wsgi.py": WSGI}, {"migrate": "python manage.py migrate --noinput"}),
    ("alembic", {"requirements.txt": "fastapi\nalembic\n", "main.py": FASTAPI, "alembic.ini": "[alembic]\n"},
     {"migrate": "alembic upgrade head"}),
    ("flask-migrate", {"requirements.txt": "flask\nflask-migrate\n", "app.py": FLASK, "migrations/env.py": ""},
     {"migrate": "flask db upgrade"}),
    ("celery with a schedule", {
        "requirements.txt": "fastapi\ncelery\n", "main.py": FASTAPI,
        "worker.py": "from celery import Celery\ncelery = Celery('x')\ncelery.conf.beat_schedule = {}\n",
    }, {"worker": "celery -A worker worker --loglevel=info", "beat": "celery -A worker beat --loglevel=info"}),
)  # fmt: skip


@pytest.mark.parametrize(("files", "tasks"), [one[1:] for one in TASKS], ids=[one[0] for one in TASKS])
def test_tasks_stand_beside_the_program(files: dict[str, str], tasks: dict[str, str]) -> None:
    assert {one.value.name: one.value.command.text for one in primary(files).tasks} == tasks


MANAGERS: tuple[tuple[str, dict[str, str], str, str], ...] = (
    ("uv", {"pyproject.toml": PROJECT, "uv.lock": "version = 1\n"},
     "uv", "uv sync --locked --no-dev"),
    ("uv without a lock", {"pyproject.toml": PROJECT + "[tool.uv]\nx = 1\n"},
     "uv", "uv sync --no-dev"),
    ("poetry and an exported list", {"pyproject.toml": '[tool.poetry]\nname = "a"\npackage-mode = false\n'
     '[tool.poetry.dependencies]\nfastapi = "*"\nuvicorn = "*"\n', "poetry.lock": "", "requirements.txt": "fastapi\n"},
     "poetry", "poetry install --no-interaction --only main --no-root"),
    ("pdm", {"pyproject.toml": PROJECT + "[tool.pdm]\ndistribution = false\n",
     "pdm.lock": ""}, "pdm", "pdm install --prod --no-editable --frozen-lockfile"),
    ("pipenv", {"Pipfile": '[packages]\nfastapi = "*"\nuvicorn = "*"\n', "Pipfile.lock": "{}"}, "pipenv",
     "pipenv install --deploy --ignore-pipfile"),
    ("pipenv without a lock", {"Pipfile": '[packages]\nfastapi = "*"\nuvicorn = "*"\n'}, "pipenv",
     "pipenv install --skip-lock"),
    ("pip", {"requirements.txt": "fastapi\n"}, "pip", "pip install -r requirements.txt && pip install uvicorn"),
    ("no list at all", {}, "pip", "pip install fastapi uvicorn"),
    ("setup.py", {"setup.py": "from setuptools import setup\nsetup(name='main', py_modules=['main'], "
     "install_requires=['fastapi', 'uvicorn'])\n"}, "pip", "pip install ."),
    ("linter settings beside a list", {"pyproject.toml": "[tool.ruff]\nline-length = 100\n",
     "requirements.txt": "fastapi\nuvicorn\n"}, "pip", "pip install -r requirements.txt"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("files", "manager", "install"), [one[1:] for one in MANAGERS], ids=[one[0] for one in MANAGERS]
)
def test_the_package_manager_installs(files: dict[str, str], manager: str, install: str) -> None:
    found = primary({**files, "main.py": FASTAPI})
    assert found.package_manager.value == manager
    assert found.install.value is not None
    assert found.install.value.text == install


def test_a_workspace_is_built_from_its_top() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "all"\n[tool.uv.workspace]\nmembers = ["packages/*"]\n',
        "uv.lock": "version = 1\n",
        "packages/api/pyproject.toml": '[project]\nname = "api"\ndependencies = ["fastapi", "uvicorn", "common"]\n',
        "packages/api/main.py": FASTAPI,
        "packages/common/pyproject.toml": '[build-system]\nbuild-backend = "hatchling.build"\nrequires = []\n'
        '[project]\nname = "common"\n',
        "packages/common/common/__init__.py": "",
    }
    found = primary(files)
    assert (found.path, found.context) == ("packages/api", "")
    assert found.package_manager.value == "uv"
    assert found.install.value is not None
    assert found.install.value.text == "uv sync --locked --no-dev --package api"
    kinds = {one.path: one.kind.value for one in plans(files).components}
    assert kinds["packages/common"] == "library"


def test_a_front_end_beside_an_api_is_a_component() -> None:
    files = {
        "requirements.txt": "fastapi\nuvicorn\nstreamlit\n",
        "main.py": FASTAPI,
        "streamlit_app.py": "import streamlit as st\nst.title('x')\n",
    }
    drafts = PYTHON.examine(Look(Tree.of(files)).at(""), None)
    assert [one.framework.best for one in drafts] == ["fastapi", "streamlit"]


def test_settings_of_a_linter_make_no_project() -> None:
    assert plans({"pyproject.toml": "[tool.black]\nline-length = 100\n", "main.go": "package main\n"}).deployable == ()


FOREIGN: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "the documentation of a Go program",
        {"go.mod": "module x\n", "main.go": "package main\n", "mkdocs.yml": "site_name: x\n"},
    ),
    ("a script of a C program", {"main.c": "int main() { return 0; }\n" * 50, "make.py": "print(1)\n"}),
    (
        "a script below a Node program",
        {
            "package.json": "{}",
            "index.js": "x()\n" * 9,
            "scripts/requirements.txt": "rich\n",
            "scripts/main.py": "print(1)\n",
        },
    ),
)


@pytest.mark.parametrize("files", [one[1] for one in FOREIGN], ids=[one[0] for one in FOREIGN])
def test_what_python_does_for_another_language_is_no_component(files: dict[str, str]) -> None:
    assert all(one.provider != "python" for one in plans(files).components)


VOLUMES: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("an upload folder", "UPLOAD_FOLDER = 'uploads'\n", ("uploads",), False),
    ("a database in a folder", "URL = 'sqlite:///data/app.db'\n", ("data",), False),
    ("a database beside the code", "URL = 'sqlite:///app.db'\n", (), True),
    ("a database in memory", "URL = 'sqlite:///:memory:'\n", (), False),
)


@pytest.mark.parametrize(("code", "paths", "beside"), [one[1:] for one in VOLUMES], ids=[one[0] for one in VOLUMES])
def test_data_on_disk_is_a_volume(code: str, paths: tuple[str, ...], beside: bool) -> None:
    found = primary({"requirements.txt": "flask\n", "app.py": FLASK + code})
    assert tuple(one.value.path for one in found.volumes) == paths
    assert any(one.value == "python.data-beside-code" for one in found.traits) is beside


def test_a_library_is_refused_with_the_reason() -> None:
    found = plans({"setup.py": "from setuptools import setup\nsetup(name='x')\n", "x/__init__.py": ""})
    assert found.deployable == ()
    assert "library" in found.refusals[0].reason.en


def test_the_recipe_installs_before_the_sources_are_there() -> None:
    files = {"requirements.txt": "flask\ngunicorn\npsycopg2\n", "app.py": FLASK}
    found = PYTHON.recipe(primary(files), Tree.of(files))
    (build,) = found.stages
    kinds = [type(one).__name__ for one in build.steps]
    assert kinds == ["Packages", "Run", "Set", "Copy", "Run", "Copy"]
    assert build.base.tag == "3.13-slim-bookworm"
    assert isinstance(build.steps[3], Copy)
    assert build.steps[3].sources == ("requirements.txt",)
    assert found.final.steps[0] == Packages(names=("libpq5",))
    assert found.final.command.text == "gunicorn --bind 0.0.0.0:${PORT:-8000} app:app"


def test_the_recipe_of_an_installed_project_installs_twice() -> None:
    files = {
        "pyproject.toml": '[build-system]\nbuild-backend = "hatchling.build"\nrequires = []\n'
        '[project]\nname = "shop"\ndependencies = ["fastapi", "uvicorn"]\n',
        "uv.lock": "version = 1\n",
        "src/shop/__init__.py": "",
        "src/shop/main.py": FASTAPI,
    }
    (build,) = PYTHON.recipe(primary(files), Tree.of(files)).stages
    lines = [one.line for one in build.steps if isinstance(one, Run) and one.line.startswith("uv sync")]
    assert lines == [
        "uv sync --locked --no-dev --no-install-project",
        "uv sync --locked --no-dev --no-editable --inexact",
    ]


def test_a_list_that_points_at_the_project_is_installed_with_the_sources() -> None:
    files = {
        "requirements.txt": "-e .\n",
        "setup.py": "from setuptools import setup\nsetup(name='a')\n",
        "app.py": FLASK,
    }
    (build,) = PYTHON.recipe(primary({**files, "a/__init__.py": ""}), Tree.of(files)).stages
    whole = next(at for at, one in enumerate(build.steps) if isinstance(one, Copy) and one.sources == (".",))
    install = next(at for at, one in enumerate(build.steps) if isinstance(one, Run) and " -r " in one.line)
    assert whole < install


def test_a_site_ends_as_files_alone() -> None:
    files = {"mkdocs.yml": "site_name: x\n", "docs/index.md": "# x\n", "requirements.txt": "mkdocs\n"}
    found = PYTHON.recipe(primary(files), Tree.of(files))
    assert found.final.steps == (Copy(sources=("/app/site/.",), to="/usr/share/nginx/html/", stage="build"),)


def test_the_recipe_names_what_is_missing() -> None:
    files = {"scrapy.cfg": "[settings]\n", "requirements.txt": "scrapy\n", "x/__init__.py": ""}
    with pytest.raises(PlanIncomplete, match="start command"):
        PYTHON.recipe(primary(files), Tree.of(files))


HOSTILE: tuple[tuple[str, str], ...] = (
    ("a long chain of calls", "from flask import Flask\nx" + ".a()" * 3000 + "\napp = Flask('x')\n"),
    ("classes that inherit from each other", "class A(B):\n    pass\nclass B(A):\n    pass\napp = A()\n"),
    ("names that lead to themselves", "a = b\nb = a\napp = a\nprint(a)\n"),
    ("a factory that calls itself", "def create_app():\n    return create_app()\napp = create_app()\n"),
    ("deep brackets", "x = " + "(" * 5000 + ")" * 5000 + "\n"),
    ("only a null byte", "print(1)\0\n"),
    ("many broken lines", "def (:\n" * 2000),
)


@pytest.mark.parametrize("code", [one[1] for one in HOSTILE], ids=[one[0] for one in HOSTILE])
def test_hostile_sources_end_as_a_plan(code: str) -> None:
    found = plans({"requirements.txt": "flask\n", "app.py": code, "main.py": "from app import *\nprint(1)\n"})
    assert found.components[0].language.value == "python"


def test_every_value_has_a_ground_with_its_line() -> None:
    found = primary({"requirements.txt": "flask\nredis\n", "app.py": FLASK + "app.run(port=5050)\n"})
    for one in (found.kind, found.framework, found.start, found.port):
        assert one.grounds[0].evidence, one
    assert found.services[0].grounds[0].evidence[0].quote == "redis"
