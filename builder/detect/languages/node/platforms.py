"""Frameworks for servers that bring commands of their own: Nest, AdonisJS, Strapi, Keystone and others."""

from posixpath import join

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import script_port, server, told_start
from builder.detect.languages.node.starting import FIRST
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Command, Task, Volume
from core.phrase import Phrase


def examine(seen: Seen) -> bool:
    """Add what one of these frameworks makes of the package, if it is built with it."""
    return _adonis(seen) or _strapi(seen) or _plain(seen)


def nest_main(seen: Seen) -> str:
    """Return the file that Nest compiles its entry point to."""
    settings = seen.place.json("nest-cli.json")
    root = settings.get("sourceRoot") if isinstance(settings.get("sourceRoot"), str) else "src"
    entry = settings.get("entryFile") if isinstance(settings.get("entryFile"), str) else "main"
    options = seen.place.json("tsconfig.json").get("compilerOptions")
    out = options.get("outDir") if isinstance(options, dict) and isinstance(options.get("outDir"), str) else "dist"
    if settings.get("monorepo"):
        return join(str(out), str(root).removesuffix("/src"), str(entry))
    # sources beside the source folder move the compiled ones a level down
    beside = [name for name in seen.place.names(".ts") if not name.endswith((".config.ts", ".d.ts"))]
    return join(str(out), *((str(root),) if beside else ()), f"{entry}.js").removeprefix("./")


def _adonis(seen: Seen) -> bool:
    if not seen.package.needs("@adonisjs/core", "@adonisjs/framework") or not seen.place.has(
        "ace", "ace.js", ".adonisrc.json", "adonisrc.ts", "server.ts", "server.js", "bin/server.ts"
    ):
        return False
    evidence = seen.dependency("@adonisjs/core", "@adonisjs/framework")
    if seen.package.has("@adonisjs/framework"):
        server(seen, "adonisjs", ("node", "server.js"), 3333, evidence)
        told_start(seen)
        return True
    modern = bool(seen.place.has("adonisrc.ts", "bin/server.ts"))
    words = ("node", "build/bin/server.js" if modern else "build/server.js")
    build = ("node", "ace", "build") if modern else ("node", "ace", "build", "--production")
    server(seen, "adonisjs", words, 3333, evidence, build=build, output="build", confidence=DECLARED)
    command = Command(argv=("node", "build/ace.js" if modern else "build/ace", "migration:run", "--force"))
    if seen.package.has("@adonisjs/lucid"):
        why = Phrase(en="Lucid migrates the database.", zh="Lucid 负责数据库迁移。")
        seen.draft.tasks.add(
            Task(name="migrate", purpose="migrate", command=command), CONVENTION, "node.task.adonis", why, evidence
        )
    return True


def _strapi(seen: Seen) -> bool:
    name = seen.package.needs("@strapi/strapi", "strapi")
    if not name or "@strapi/strapi" in seen.package.peers or (seen.package.data.get("strapi", {}) and _is_plugin(seen)):
        return False
    evidence = seen.dependency(name)
    server(seen, "strapi", ("strapi", "start"), 1337, evidence, build=("strapi", "build"), output="build")
    told_start(seen, "strapi", "node")
    why = Phrase(en="Strapi keeps uploaded files there.", zh="Strapi 将上传的文件保存在此。")
    seen.draft.volumes.add(
        Volume(path="/app/public/uploads", purpose="uploads"), CONVENTION, "node.volume.strapi", why, evidence
    )
    if seen.package.has("better-sqlite3", "sqlite3"):
        kept = Phrase(en="The SQLite database lies there.", zh="SQLite 数据库位于此处。")
        seen.draft.volumes.add(
            Volume(path="/app/.tmp", purpose="sqlite"), CONVENTION, "node.volume.strapi", kept, evidence
        )
    return True


def _is_plugin(seen: Seen) -> bool:
    held = seen.package.table("strapi")
    return held.get("kind") == "plugin"


_COMMANDS = (
    ("@keystone-6/core", "keystone", ("keystone", "start"), 3000, ("keystone", "build")),
    ("@medusajs/medusa", "medusa", ("medusa", "start"), 9000, ("medusa", "build")),
    ("directus", "directus", ("directus", "start"), 8055, ()),
    ("egg", "egg", ("egg-scripts", "start"), 7001, ()),
    ("@feathersjs/feathers", "feathers", (), 3030, ()),
    ("sails", "sails", ("node", "app.js"), 1337, ()),
    ("@loopback/core", "loopback", (), 3000, ()),
    ("loopback", "loopback", ("node", "."), 3000, ()),
    ("probot", "probot", ("probot", "run", "./index.js"), 3000, ()),
    ("@google-cloud/functions-framework", "functions-framework", ("functions-framework", "--target=main"), 8080, ()),
    ("json-server", "json-server", ("json-server", "db.json", "--host", "0.0.0.0"), 3000, ()),  # noqa: S104 - told to the program
    ("node-red", "node-red", ("node-red",), 1880, ()),
    ("hubot", "hubot", ("hubot",), 8080, ()),
    ("@vendure/core", "vendure", (), 3000, ()),
    ("total.js", "total.js", ("node", "index.js"), 8000, ()),
    ("total4", "total.js", ("node", "index.js"), 8000, ()),
)  # fmt: skip


def _plain(seen: Seen) -> bool:
    """Add frameworks whose command a script calls; those without one are left to the rules for servers."""
    for name, framework, words, port, build in _COMMANDS:
        tool = words[0] if words else ""
        if not seen.package.needs(name) or name in seen.package.peers or tool in {"", "node"} or not seen.runs(tool):
            continue
        if name == "json-server" and not any(script in {*FIRST, "start"} for script, _ in seen.running(tool)):
            continue
        server(seen, framework, words, port, seen.dependency(name), build=build)
        told_start(seen, tool)
        script_port(seen, tool)
        return True
    return False


def default_port(seen: Seen) -> tuple[str, int] | None:
    """Return the framework with a port of its own that the package needs while running."""
    for name, framework, _, port, _ in _COMMANDS:
        if seen.package.needs(name):
            return framework, port
    return None
