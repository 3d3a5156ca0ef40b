"""Components with everything that manifests are made of, for the tests of each kind of object."""

from collections.abc import Sequence
from dataclasses import replace

from builder.files import Prepared
from builder.grounds import STATED
from builder.manifests import Options
from builder.manifests.subject import Subject, subject_of
from builder.plan import Command, Item, Kind, Probe, Service, Task, Variable, Volume
from builder.recipe import Generated
from tests.builder.components import component, field, recipe

DIGEST = "sha256:" + "a" * 64
IMAGE = "registry.test/shop:1.4"
PINNED = f"{IMAGE}@{DIGEST}"
SECRET = "hunter2-of-the-developer"

VARIABLES = (
    Variable(name="LOG_LEVEL", default="info"),
    Variable(name="FEATURES", default="yes"),
    Variable(name="PORT", default="3000"),
    Variable(name="PUBLIC_URL", required=True),
    Variable(name="SESSION_KEY", required=True, secret=True, default=SECRET),
    Variable(name="SENTRY_TOKEN", secret=True),
    Variable(name="VITE_TITLE", build_time=True, default="Shop"),
    Variable(name="DATABASE_URL", default=f"postgres://shop:{SECRET}@localhost/shop"),
    Variable(name="REDIS_HOST", default="localhost"),
    Variable(name="not a name", default="x"),
)
SERVICES = (
    Service(name="postgresql", variables=("DATABASE_URL",)),
    Service(name="redis", variables=("REDIS_HOST", "REDIS_PASSWORD")),
)
MIGRATE = Task(name="migrate", purpose="migrate", command=Command(argv=("shop", "migrate")))
SEED = Task(name="seed", purpose="seed", command=Command(line="shop seed < seeds.sql"))
WORKER = Task(name="worker", purpose="worker", command=Command(argv=("shop", "work")))
CLOCK = Task(name="beat", purpose="schedule", command=Command(argv=("shop", "beat")))
NIGHTLY = Task(name="nightly", purpose="schedule", command=Command(line="echo $(date)"), schedule="0 3 * * *")
TASKS = (MIGRATE, SEED, WORKER, CLOCK, NIGHTLY)


def items(values: Sequence[object]) -> tuple[Item[object], ...]:
    """Return values as the plan holds them."""
    return tuple(Item(value=one, confidence=STATED, grounds=()) for one in values)


def ready(
    kind: Kind = Kind.WEB,
    *,
    port: int | None = 8000,
    path: str = "",
    probe_port: int | None = None,
    variables: Sequence[Variable] = (),
    services: Sequence[Service] = (),
    volumes: Sequence[str] = (),
    tasks: Sequence[Task] = (),
    writable: tuple[str, ...] = ("/tmp",),
    name: str = "shop",
    provider: str = "python",
) -> Prepared:
    """Return what is known of a component before its manifests are written."""
    made = component(
        kind,
        port if kind == Kind.WEB else None,
        name=name,
        provider=provider,
        health=field(Probe(path=path, port=probe_port)),
        variables=items(variables),
        services=items(services),
        volumes=items([Volume(path=one) for one in volumes]),
        tasks=items(tasks),
    )
    file = Generated(path="Dockerfile", text="")
    return Prepared(component=made, recipe=recipe(writable=writable), dockerfile="Dockerfile", files=(file, file))


def full(kind: Kind = Kind.WEB, **changed: object) -> Prepared:
    """Return a component that has some of everything."""
    given = {"variables": VARIABLES, "services": SERVICES, "tasks": TASKS, "path": "/health", **changed}
    return ready(kind, **given)  # type: ignore[arg-type]


def subject(prepared: Prepared | None = None, image: str = IMAGE, **options: object) -> Subject:
    """Return what makers of objects are given."""
    return subject_of(prepared or ready(), image, replace(Options(), **options))  # type: ignore[arg-type]
