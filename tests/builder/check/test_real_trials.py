"""Programs that need services, built and tried for real: they write to them and read from them, or say what fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from builder.build.executor import BuildRequest
from builder.check.loopback import Loopback
from builder.check.report import Report
from builder.check.services.forms import forms_of
from builder.check.services.known import stand_of
from builder.check.trying import tried
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.files import prepared
from builder.grounds import CODE, Ground
from builder.order import Order
from builder.plan import Command, Component, Item, Task, Volume
from builder.source.directory import open_directory
from builder.staging import staged
from builder.trial import wanted
from core.phrase import Phrase
from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(900)]

WEB = "fastapi==0.115.6\nuvicorn==0.34.0\n"
NOTES = {
    ".python-version": "3.11\n",
    "requirements.txt": WEB + "psycopg[binary]==3.2.3\nredis==5.2.1\n",
    "main.py": """import os

import psycopg
import redis
from fastapi import FastAPI

SECRET = os.environ["SECRET_KEY"]
DATABASE = os.environ["DATABASE_URL"]
store = redis.Redis.from_url(os.environ["REDIS_URL"])
app = FastAPI()

with psycopg.connect(DATABASE) as connection:
    connection.execute("CREATE TABLE notes (text text)")


@app.get("/healthz")
def healthz():
    store.set("seen", "kept")
    with psycopg.connect(DATABASE) as connection:
        connection.execute("INSERT INTO notes VALUES ('written')")
        (text,) = connection.execute("SELECT text FROM notes LIMIT 1").fetchone()
    return {"text": text, "seen": store.get("seen").decode(), "secret": len(SECRET)}
""",
}
DJANGO = {
    ".python-version": "3.11\n",
    "requirements.txt": "Django==4.2.16\ngunicorn==23.0.0\npsycopg2-binary==2.9.10\n",
    "manage.py": """import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
""",
    "shop/__init__.py": "",
    "shop/settings.py": """import os

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["notes"]
WSGI_APPLICATION = "shop.wsgi.application"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["DB_NAME"],
        "USER": os.environ["DB_USER"],
        "PASSWORD": os.environ["DB_PASSWORD"],
        "HOST": os.environ.get("DB_HOST", "db"),
        "PORT": os.environ.get("DB_PORT", "5432"),
    }
}
""",
    "shop/wsgi.py": """import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
""",
    "shop/urls.py": """from django.http import JsonResponse
from django.urls import path

from notes.models import Note


def healthz(request):
    Note.objects.create(text="written")
    return JsonResponse({"notes": Note.objects.count()})


urlpatterns = [path("healthz", healthz)]
""",
    "notes/__init__.py": "",
    "notes/models.py": """from django.db import models


class Note(models.Model):
    text = models.TextField()
""",
    "notes/migrations/__init__.py": "",
    "notes/migrations/0001_initial.py": """from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[("id", models.AutoField(primary_key=True)), ("text", models.TextField())],
        )
    ]
""",
}
BROKEN = {
    **DJANGO,
    "notes/migrations/0001_initial.py": DJANGO["notes/migrations/0001_initial.py"].replace(
        "migrations.CreateModel(", 'migrations.RunSQL("SELECT nothing FROM nowhere"),\n        migrations.CreateModel('
    ),
}
NODE = {
    "package.json": '{"name": "shop", "engines": {"node": "22"}, "scripts": {"start": "node server.js"},'
    ' "dependencies": {"pg": "8.13.1", "redis": "4.7.0"}}\n',
    "server.js": """const http = require("http");
const { Pool } = require("pg");
const redis = require("redis");
const pool = new Pool({
  host: process.env.DB_HOST, port: process.env.DB_PORT, user: process.env.DB_USER,
  password: process.env.DB_PASSWORD, database: process.env.DB_NAME,
});
const store = redis.createClient({ url: process.env.REDIS_URL });
store.on("error", (error) => { console.error(error.message); process.exit(1); });
const server = http.createServer(async (request, response) => {
  try {
    await pool.query("CREATE TABLE IF NOT EXISTS notes (text text)");
    await pool.query("INSERT INTO notes VALUES ($1)", ["written"]);
    const { rows } = await pool.query("SELECT text FROM notes LIMIT 1");
    await store.set("seen", "kept");
    response.end(rows[0].text + (await store.get("seen")));
  } catch (error) {
    response.statusCode = 500;
    response.end(error.message);
  }
});
store.connect().then(() => server.listen(process.env.PORT || 3000));
process.on("SIGTERM", () => process.exit(0));
""",
}
OTHERS = {
    ".python-version": "3.11\n",
    "requirements.txt": WEB + "PyMySQL==1.1.1\npika==1.3.2\npymemcache==4.0.0\naiosmtplib==3.0.2\n",
    "main.py": """import os

import aiosmtplib
import pika
import pymysql
from fastapi import FastAPI
from pymemcache.client.base import Client

app = FastAPI()


@app.get("/healthz")
async def healthz():
    database = pymysql.connect(
        host=os.environ["MYSQL_HOST"],
        port=int(os.environ["MYSQL_PORT"]),
        user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PASSWORD"],
        database=os.environ["MYSQL_DATABASE"],
    )
    with database, database.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
        cursor.execute("INSERT INTO notes VALUES ('written')")
        cursor.execute("SELECT text FROM notes LIMIT 1")
        (text,) = cursor.fetchone()
    cache = Client(os.environ["MEMCACHED_SERVERS"])
    cache.set("seen", "kept")
    with pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])) as broker:
        channel = broker.channel()
        channel.queue_declare("notes")
        channel.basic_publish("", "notes", b"sent")
    await aiosmtplib.send(
        "Subject: x\\r\\n\\r\\nx",
        sender="a@example.com",
        recipients=["b@example.com"],
        hostname=os.environ["SMTP_HOST"],
        port=int(os.environ["SMTP_PORT"]),
    )
    return {"text": text, "seen": cache.get("seen").decode()}
""",
}
FILE = {
    ".python-version": "3.11\n",
    "requirements.txt": WEB,
    "migrate.py": """import sqlite3

with sqlite3.connect("/kept/shop.db") as connection:
    connection.execute("CREATE TABLE notes (text text)")
""",
    "main.py": """import sqlite3

from fastapi import FastAPI

app = FastAPI()


@app.get("/healthz")
def healthz():
    with sqlite3.connect("/kept/shop.db") as connection:
        connection.execute("INSERT INTO notes VALUES ('written')")
    return {"ok": True}
""",
}

PYTHON_BASES = ("library/python:3.11-slim-bookworm",)
NODE_BASES = ("library/node:22-bookworm-slim",)
WELL = ["starts", "listens", "answers", "health", "user", "stops", "read_only", "log"]


def same(component: Component) -> Component:
    return component


def in_a_file(component: Component) -> Component:
    ground = Ground(rule="test", why=Phrase(en="said so", zh="如此写明"))
    task = Task(name="migrate", purpose="migrate", command=Command(argv=("python", "migrate.py")))
    volume = Volume(path="/kept", purpose="sqlite")
    return replace(
        component,
        tasks=(Item(value=task, confidence=CODE, grounds=(ground,)),),
        volumes=(Item(value=volume, confidence=CODE, grounds=(ground,)),),
    )


def without_the_program(component: Component) -> Component:
    task = Task(name="migrate", purpose="migrate", command=Command(argv=("no-such-program", "up")))
    return replace(component, tasks=tuple(replace(one, value=task) for one in component.tasks))


@dataclass(frozen=True, kw_only=True)
class App:
    id: str
    files: dict[str, str]
    bases: tuple[str, ...]
    needs: tuple[str, ...]
    said: tuple[tuple[str, str], ...]
    failed: frozenset[str] = field(default_factory=frozenset)
    changed: Callable[[Component], Component] = same
    environment: Mapping[str, str] = field(default_factory=dict)
    proof: str = ""


SERVICE = ("services", "passed")
MADE = ("variables", "passed")
APPS = (
    App(
        id="fastapi-postgresql-redis",
        files=NOTES,
        bases=PYTHON_BASES,
        needs=("postgresql", "redis"),
        said=(SERVICE, SERVICE, MADE),
    ),
    App(
        id="django-migrates-first",
        files=DJANGO,
        bases=PYTHON_BASES,
        needs=("postgresql",),
        said=(SERVICE, MADE, ("migrated", "passed")),
    ),
    App(
        id="django-whose-migration-fails",
        files=BROKEN,
        bases=PYTHON_BASES,
        needs=("postgresql",),
        said=(SERVICE, MADE, ("migrated", "failed")),
        failed=frozenset({"migrated", "answers", "health"}),
        proof='relation "nowhere" does not exist',
    ),
    App(
        id="an-image-without-the-program-that-migrates",
        files=DJANGO,
        bases=PYTHON_BASES,
        needs=("postgresql",),
        said=(SERVICE, MADE, ("migrated", "failed")),
        failed=frozenset({"migrated", "answers", "health"}),
        changed=without_the_program,
        proof="no-such-program",
    ),
    App(
        id="what-is-given-comes-over-what-is-made-up",
        files=NOTES,
        bases=PYTHON_BASES,
        needs=("postgresql", "redis"),
        said=(SERVICE, SERVICE),
        environment={"SECRET_KEY": "given", "DATABASE_URL": "postgresql://127.0.0.1:1/none"},
        failed=frozenset({"starts", "log"}),
    ),
    App(
        id="node-postgresql-redis",
        files=NODE,
        bases=NODE_BASES,
        needs=("postgresql", "redis"),
        said=(SERVICE, SERVICE),
    ),
    App(
        id="fastapi-mysql-rabbitmq-memcached-mail",
        files=OTHERS,
        bases=PYTHON_BASES,
        needs=("mysql", "rabbitmq", "memcached", "smtp"),
        said=(SERVICE, SERVICE, SERVICE, SERVICE),
    ),
    App(
        id="a-database-in-a-file",
        files=FILE,
        bases=PYTHON_BASES,
        needs=(),
        said=(("migrated", "passed"),),
        changed=in_a_file,
    ),
)


async def trial(app: App, images: RealImages, folder: Path) -> Report:
    source = folder / "source"
    for name, text in app.files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    await images.need(*app.bases)
    tree = open_directory(source)
    found = plan(tree)
    found = replace(found, components=tuple(app.changed(one) for one in found.components))
    (one,) = prepared(found, tree, PROVIDERS)
    order = Order(
        source=source, prepared=one, name=f"localhost/{app.id}:1", network=images.network, environment=app.environment
    )
    request = BuildRequest(
        context=staged(source, one.component.context, one.beside, folder),
        dockerfile=one.text,
        ignore=one.ignore,
        name=order.name,
        network=images.network,
    )
    await images.executor.build(request, lambda _line: None)
    asked = replace(wanted(order), component=one.component, forms=forms_of(tree, one.component), start_seconds=20)
    loopback = Loopback()
    await loopback.open()
    try:
        return await tried(images.executor, asked, loopback, folder)
    finally:
        await loopback.close()


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.id)
async def test_a_program_is_tried_with_the_services_that_it_needs(app: App, images: RealImages, tmp_path: Path) -> None:
    absent = [one for one in app.needs if (stand := stand_of(one)) is None or stand.find() is None]
    if absent:
        pytest.skip(f"{', '.join(absent)} not installed")
    report = await trial(app, images, tmp_path)
    shown = [(one.check, one.outcome, one.text.en, one.proof) for one in report.checks]
    prepared_first = tuple((one.check, one.outcome) for one in report.checks if one.check not in WELL)
    assert prepared_first == app.said, shown
    assert {one.check for one in report.checks if one.outcome == "failed"} == app.failed, shown
    if not app.failed:
        assert [one.check for one in report.checks if one.check in WELL] == WELL
    assert app.proof in "\n".join((*report.log, *(line for one in report.checks for line in one.proof)))
