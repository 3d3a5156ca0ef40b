"""Laravel and Lumen: ``artisan``, migrations, queue, scheduler, ``/up``, what it writes to."""

from builder.detect.languages.php.extensions import add_extension, usual
from builder.detect.languages.php.families.project import (
    Project,
    framework,
    healthy,
    public_of,
    serve,
    task,
    volume,
    writable,
)
from builder.detect.languages.php.sources import calls
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Kind, Service, Variable
from core.evidence import Evidence
from core.phrase import Phrase

_PACKAGES = ("laravel/framework", "laravel/lumen-framework", "laravel-zero/framework")

_STORES = {"mysql": ("pdo_mysql", "mysql"), "mariadb": ("pdo_mysql", "mariadb"), "pgsql": ("pdo_pgsql", "postgresql"),
           "sqlite": ("", ""), "sqlsrv": ("", "sqlserver")}  # fmt: skip
_USES_REDIS = ("CACHE_STORE", "CACHE_DRIVER", "SESSION_DRIVER", "QUEUE_CONNECTION", "BROADCAST_CONNECTION")

_WRITTEN = ("storage/framework/cache/data", "storage/framework/sessions", "storage/framework/views", "storage/logs",
            "bootstrap/cache")  # fmt: skip


def laravel(project: Project, draft: Draft) -> bool:
    """Look for Laravel or Lumen; a command-line application made with Laravel Zero is one of its own."""
    place, composer = project.place, project.composer
    package = composer.first(*_PACKAGES)
    if not package or not (place.has("artisan", "bootstrap/app.php") or public_of(project)):
        return False
    evidence = framework(project, draft, "lumen" if "lumen" in package else "laravel", package)
    if package.startswith("laravel-zero"):
        why = Phrase(en="Laravel Zero makes command-line tools.", zh="Laravel Zero 用于命令行工具。")
        draft.kind.add(Kind.CLI, DECLARED, "php.kind.laravel-zero", why, evidence)
        return True
    public = public_of(project)
    serve(draft, "public" if public is None else public, evidence)
    usual(draft, ("bcmath", "pcntl"), "Laravel", evidence)
    writable(draft, evidence, *_WRITTEN)
    _variables(draft, evidence)
    _store(project, draft)
    _beside(project, draft, evidence)
    uploads = Phrase(en="Uploaded files lie in storage/app.", zh="上传的文件位于 storage/app。")
    volume(draft, "/app/storage/app", "uploads", uploads, evidence)
    for one in calls(place, "bootstrap/app.php"):
        if path := dict(one.named).get("health"):
            healthy(draft, path, CODE, place.cite("bootstrap/app.php", "health"))
    return True


def _variables(draft: Draft, evidence: Evidence | None) -> None:
    """Add what Laravel must be told in production; example files have what a developer needs."""
    for name, value in (("APP_KEY", ""), ("APP_ENV", "production"), ("APP_DEBUG", "false"), ("LOG_CHANNEL", "stderr")):
        draft.variables.add(
            Variable(name=name, required=not value, secret=not value, default=value),
            CONVENTION,
            "php.laravel.variable",
            Phrase(en=f"Laravel reads {name}.", zh=f"Laravel 读取 {name}。"),
            evidence,
        )


def _store(project: Project, draft: Draft) -> None:
    """Add what the example of the environment says about the database, the cache and the queue."""
    place = project.place
    said: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(place.text(".env.example").splitlines(), start=1):
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith("#"):
            said[name.strip()] = (value.strip().strip("\"'").lower(), number)
    store, at = said.get("DB_CONNECTION", ("", 0))
    evidence = place.cite(".env.example", at)
    why = Phrase(en=f"DB_CONNECTION is {store} there.", zh=f"其中 DB_CONNECTION 为 {store}。")
    if store in _STORES:
        extension, service = _STORES[store]
        add_extension(draft, extension, DECLARED, "php.laravel.database", why, evidence)
        if service:
            draft.services.add(Service(name=service), DECLARED, "php.laravel.database", why, evidence)
        else:
            volume(draft, "/data", "SQLite database", why, evidence)
            draft.traits.add("laravel.sqlite", CONVENTION, "php.laravel.database", why, evidence)
    else:
        usual(draft, ("pdo_mysql", "pdo_pgsql"), "Laravel", evidence)
    for name in _USES_REDIS:
        value, at = said.get(name, ("", 0))
        if value == "redis":
            evidence = place.cite(".env.example", at)
            why = Phrase(en=f"{name} is redis there.", zh=f"其中 {name} 为 redis。")
            draft.services.add(Service(name="redis"), DECLARED, "php.laravel.redis", why, evidence)
            if not project.composer.first("predis/predis"):
                add_extension(draft, "redis", DECLARED, "php.laravel.redis", why, evidence)


def _beside(project: Project, draft: Draft, evidence: Evidence | None) -> None:
    """Add migrations, seeds, workers and the scheduler."""
    place = project.place
    if not place.has("artisan"):
        return
    if project.holds("database/migrations"):
        task(draft, "migrate", "php artisan migrate --force", evidence)
    if place.has("database/seeders/DatabaseSeeder.php", "database/seeds/DatabaseSeeder.php"):
        task(draft, "seed", "php artisan db:seed --force", evidence)
    if project.composer.first("laravel/horizon"):
        task(draft, "worker", "php artisan horizon", project.composer.cite("laravel/horizon"))
    elif jobs := next(project.in_folder("app/Jobs"), ""):
        task(draft, "worker", "php artisan queue:work --tries=3", place.cite_file(jobs))
    if project.composer.first("laravel/reverb"):
        cited = project.composer.cite("laravel/reverb")
        task(draft, "worker", "php artisan reverb:start --host=0.0.0.0 --port=8080", cited, name="reverb")
    for file in ("routes/console.php", "app/Console/Kernel.php", "bootstrap/app.php"):
        planned = (one for one in calls(place, file) if one.owner in {"Schedule", "$schedule"})
        if found := next(planned, None):
            task(draft, "schedule", "php artisan schedule:run", place.cite(file, found.line), schedule="* * * * *")
            return
