"""What a program needs around it: variables, services, volumes, tasks, system packages."""

import re
from collections.abc import Sequence

from builder.detect.languages.node.facts import Read
from builder.detect.languages.node.queries import SUFFIXES
from builder.detect.languages.node.scripting import run
from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.settings import setting
from builder.detect.languages.node.sources import mentioning, shared
from builder.detect.languages.node.tools import Role, role_of
from builder.detect.shared.services import add_service
from builder.detect.shared.variables import OWN, add_examples, add_read, examples, is_secret
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Command, Kind, Service, Task, Variable, Volume
from core.phrase import Phrase

MAX_READ = 60
"""Files that are parsed for the variables that they read: those near the top come first."""

_READERS = ("process.env", "import.meta.env", "Bun.env")
"""What a source that reads variables holds: others are not parsed."""

_PUBLIC = re.compile(
    r"^(NEXT_PUBLIC_|VITE_|REACT_APP_|VUE_APP_|GATSBY_|PUBLIC_|NG_APP_|EXPO_PUBLIC_|STORYBOOK_|SNOWPACK_PUBLIC_|"
    r"QUASAR_)"
)
"""Variables that a build writes into what browsers load."""

_SET = OWN | {
    "MODE", "DEV", "PROD", "SSR", "BASE_URL", "NODE_OPTIONS", "DEBUG", "NEXT_RUNTIME", "npm_package_version",
    "ANALYZE", "npm_lifecycle_event", "npm_config_user_agent", "VERCEL", "VERCEL_URL", "GITHUB_ACTIONS",
    "npm_package_name", "VITEST", "TAURI_DEBUG", "TAURI_PLATFORM", "LEGACY", "APPDATA", "USERPROFILE", "TEMP",
    "TMPDIR", "ComSpec", "windir", "NODE_DEBUG",
}  # fmt: skip
"""Variables that tools set."""

_APT = {
    "puppeteer": ("chromium", "fonts-liberation"), "puppeteer-core": ("chromium", "fonts-liberation"),
    "fluent-ffmpeg": ("ffmpeg",),
    "gm": ("graphicsmagick",), "imagemagick": ("imagemagick",), "pdf2pic": ("graphicsmagick", "ghostscript"),
    "simple-git": ("git",),
    "tesseract.js-node": ("tesseract-ocr",), "node-tesseract-ocr": ("tesseract-ocr",), "@prisma/client": ("openssl",),
    "whatsapp-web.js": ("chromium", "fonts-liberation"), "nodegit": ("libgssapi-krb5-2",),
    "pdf-poppler": ("poppler-utils",),
    "libreoffice-convert": ("libreoffice",), "canvas": (),
}  # fmt: skip
"""Debian packages that a dependency calls while running."""

_COMPILED = (
    "node-sass", "sqlite3", "better-sqlite3", "bcrypt", "argon2", "canvas", "sharp", "node-rdkafka", "node-pty",
    "re2", "kerberos", "libpq", "pg-native", "serialport", "usb", "robotjs", "bufferutil", "utf-8-validate",
    "node-expat", "leveldown", "zeromq", "isolated-vm", "mediasoup", "nodegit", "oracledb", "farmhash",
    "@discordjs/opus", "sodium-native", "grpc", "odbc", "heapdump", "uws", "scrypt", "node-gyp", "couchbase", "ursa",
    "cpu-features", "raw-socket", "snappy", "microtime", "integer", "fibers",
)  # fmt: skip
"""Packages with code in C++: compiled where no ready-made program fits."""

_SQLITE = ("better-sqlite3", "sqlite3", "sqlite", "sql.js", "nedb", "@libsql/client", "lowdb")


_OWN_PORT = re.compile(r"^((APP|APPLICATION|API|HTTP|WEB|SERVER|SERVICE|LISTEN|NODE|EXPRESS|NEST|BACKEND)_?)?PORT$")
"""Variables by which people call the port that the program itself listens on."""


def add_variables(seen: Seen, reads: Sequence[Read] = ()) -> None:
    """Add the variables that the code reads and example files list."""
    found = list(reads)
    if not found:
        most = shared(seen.place, MAX_READ)
        files = (
            name for name in seen.place.sources(*SUFFIXES, most=4 * most) if not name.endswith((".d.ts", ".min.js"))
        )
        held = [name for name in files if any(word in seen.place.text(name) for word in _READERS)]
        found = mentioning(seen.place, held[:most], _READERS).reads
    for one in found:
        if (
            one.name in _SET
            or one.name.startswith(("npm_", "VERCEL_", "CF_"))
            or not re.fullmatch(r"[A-Za-z_]\w*", one.name)
        ):
            continue
        evidence = seen.place.cite(one.file, one.line)
        if _PUBLIC.match(one.name):
            if all(known.name != one.name for known in seen.draft.variables):
                why = Phrase(en=f"The build writes {one.name} into the pages.", zh=f"构建会将 {one.name} 写入页面。")
                value = Variable(name=one.name, build_time=True, default=one.default or "")
                seen.draft.variables.add(value, CODE, "node.variable.public", why, evidence)
        else:
            add_read(
                seen.draft,
                one.name,
                evidence,
                default=one.default,
                required=one.default is None and is_secret(one.name),
            )
    _exemplary_port(seen, {one.name for one in found})
    add_examples(seen.place, seen.draft)


def _exemplary_port(seen: Seen, read: set[str]) -> None:
    """Add the port that an example file gives a variable which the code reads; PORT is read by many frameworks."""
    for example in examples(seen.place) if seen.draft.kind.best != Kind.STATIC else ():
        own = example.name == "PORT" or (example.name in read and _OWN_PORT.match(example.name))
        if own and example.value.isdigit() and 0 < int(example.value) < 65536:
            sure = CONVENTION + (0.04 if example.name == "PORT" else -0.05)
            why = Phrase(en=f"An example file gives {example.name}.", zh=f"示例文件给出了 {example.name}。")
            seen.port(int(example.value), sure, "example", why, example.evidence)
            return


def add_services(seen: Seen) -> None:
    """Add the services that its dependencies and settings of its database tools name."""
    for name in seen.package.dependencies:
        add_service(seen.draft, "npm", name, seen.dependency(name))
    for file in (
        "prisma/schema.prisma",
        "schema.prisma",
        "prisma/schema/schema.prisma",
        "src/prisma/schema.prisma",
        "db/schema.prisma",
    ):
        if provider := _prisma(seen.place.text(file)):
            _database(seen, provider, file)
            _generated(seen, file)
    config = seen.config("drizzle.config")
    if dialect := setting(seen.place, config, "dialect"):
        _database(seen, dialect, config)
    if seen.package.needs(*_SQLITE) and all(one.purpose != "sqlite" for one in seen.draft.volumes):
        why = Phrase(en="It keeps a database in a file.", zh="它将数据库保存在文件中。")
        seen.draft.volumes.add(
            Volume(path="/app/data", purpose="sqlite"),
            CONVENTION - 0.2,
            "node.volume.sqlite",
            why,
            seen.dependency(*_SQLITE),
        )
    if seen.package.needs("multer", "formidable", "express-fileupload", "connect-multiparty") and (
        folder := next(
            (
                one
                for one in ("uploads", "public/uploads", "upload", "public/images")
                if seen.place.tree.has_folder(seen.path(one))
            ),
            "",
        )
    ):
        why = Phrase(en="It keeps uploaded files there.", zh="它将上传的文件保存在此。")
        seen.draft.volumes.add(
            Volume(path=f"/app/{folder}", purpose="uploads"),
            CONVENTION,
            "node.volume.uploads",
            why,
            seen.dependency("multer"),
        )


def _generated(seen: Seen, file: str) -> None:
    """Tell that the client of Prisma must be generated, where no script does."""
    if seen.package.has("prisma") and not any("generate" in step.words for _, step in seen.running("prisma")):
        why = Phrase(en="No script generates its client.", zh="没有脚本生成其客户端。")
        seen.draft.traits.add("node.prisma", CODE, "node.prisma.client", why, seen.place.cite_file(file))


_DATABASES = {
    "postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mongodb": "mongodb",
    "sqlserver": "sqlserver", "cockroachdb": "postgresql", "pg": "postgresql", "mariadb": "mariadb",
}  # fmt: skip


def _prisma(text: str) -> str:
    """Return the provider of the block ``datasource`` in Prisma's own grammar: blocks of ``key = value`` lines."""
    block = ""
    for line in text.splitlines():
        words = line.split("//")[0].split()
        if words[-1:] == ["{"]:
            block = words[0]
        elif words == ["}"]:
            block = ""
        elif block == "datasource" and words[:2] == ["provider", "="] and len(words) > 2:
            return words[2].strip('"')
    return ""


def _database(seen: Seen, provider: str, file: str) -> None:
    evidence = seen.place.cite(file, provider)
    if provider == "sqlite":
        why = Phrase(en="The database is a file.", zh="数据库是一个文件。")
        seen.draft.volumes.add(
            Volume(path="/app/prisma" if "prisma" in file else "/app/data", purpose="sqlite"),
            CONVENTION,
            "node.volume.sqlite",
            why,
            evidence,
        )
    elif (service := _DATABASES.get(provider)) and all(one.name != service for one in seen.draft.services):
        why = Phrase(en=f"{file} names {provider}.", zh=f"{file} 指定了 {provider}。")
        seen.draft.services.add(Service(name=service), DECLARED, "node.service.schema", why, evidence)


_TASKS = {
    "migrate": ("migrate", "db:migrate", "migration:run", "migrations:run", "migrate:deploy", "db:deploy",
        "migrate:up", "migrate:prod",
                "prisma:migrate:deploy", "prisma:deploy", "typeorm:migration:run", "migrate:latest",
                "db:migrate:deploy", "migrations:up"),
    "seed": ("seed", "db:seed", "seed:run", "prisma:seed", "seed:prod", "database:seed"),
    "worker": ("worker", "start:worker", "worker:start", "workers", "queue", "queue:work", "start:worker:prod",
        "worker:prod", "start:queue", "jobs"),
    "schedule": ("cron", "start:cron", "scheduler", "schedule", "start:scheduler"),
}  # fmt: skip


def add_tasks(seen: Seen) -> None:
    """Add migrations, seeds, workers and schedules."""
    for purpose, names in _TASKS.items():
        for name in names:
            held = seen.script(name)
            # one that develops (`prisma migrate dev`) asks questions and may empty the database
            if held and not any("dev" in one.words or one.watching or one.elsewhere for one in held):
                why = Phrase(en=f"The script {name} is there for it.", zh=f"脚本 {name} 用于此目的。")
                task = Task(name=purpose, purpose=purpose, command=run(seen.manager, name))
                seen.draft.tasks.add(task, DECLARED, "node.task.script", why, seen.line(name))
                break
    if all(one.purpose != "migrate" for one in seen.draft.tasks):
        _migrations(seen)


def _migrations(seen: Seen) -> None:
    known = (
        ("prisma", "prisma/migrations", ("prisma", "migrate", "deploy")),
        ("sequelize-cli", "migrations", ("sequelize", "db:migrate")),
        ("knex", "migrations", ("knex", "migrate:latest")),
        ("drizzle-kit", "drizzle", ("drizzle-kit", "migrate")),
    )
    for tool, folder, words in known:
        if seen.package.has(tool) and seen.place.tree.has_folder(seen.path(folder)):
            why = Phrase(en=f"{folder} holds migrations of {tool}.", zh=f"{folder} 中有 {tool} 的迁移。")
            task = Task(name="migrate", purpose="migrate", command=Command(argv=words))
            seen.draft.tasks.add(task, CONVENTION, "node.task.migrations", why, seen.dependency(tool))
    for name, step in seen.steps:
        if (
            name.startswith("start")
            and role_of(step) == Role.MIGRATE
            and all(one.purpose != "migrate" for one in seen.draft.tasks)
        ):
            why = Phrase(en=f"The script {name} migrates before it starts.", zh=f"脚本 {name} 启动前会迁移。")
            task = Task(name="migrate", purpose="migrate", command=Command(argv=step.words))
            seen.draft.tasks.add(task, CODE, "node.task.start", why, seen.line(name))


def add_packages(seen: Seen) -> None:
    """Add the Debian packages that dependencies call or are compiled with."""
    for name, packages in _APT.items():
        if seen.package.needs(name):
            for one in packages:
                why = Phrase(en=f"{name} calls it.", zh=f"{name} 会调用它。")
                seen.draft.system_packages.add(one, CONVENTION, "node.package.calls", why, seen.dependency(name))
    if name := seen.package.has(*_COMPILED):
        for one in ("python3", "make", "g++"):
            why = Phrase(en=f"{name} may be compiled.", zh=f"{name} 可能需要编译。")
            seen.draft.build_packages.add(one, CONVENTION, "node.package.compiled", why, seen.dependency(name))
    if any("git+" in text or text.startswith(("github:", "git:", "git@")) for text in seen.package.all.values()):
        why = Phrase(en="A dependency is fetched by Git.", zh="有依赖通过 Git 获取。")
        seen.draft.build_packages.add("git", DECLARED, "node.package.git", why, seen.place.cite_file("package.json"))
