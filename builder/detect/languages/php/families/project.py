"""What all families of PHP share: the project, its public folder, and what a site behind Apache is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from posixpath import basename

from builder.detect.languages.php.manifest import Composer
from builder.detect.languages.php.sources import says_something
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.look import ASIDE, Place
from builder.plan import Command, Kind, Probe, Task, Volume
from core.evidence import Evidence
from core.phrase import Phrase

PORT = 8080
"""The port of the sites: one below 1024 needs root."""

PUBLIC = (
    "public",
    "web",
    "webroot",
    "www",
    "htdocs",
    "html",
    "public_html",
    "httpdocs",
    "docroot",
    "pub",
    "wwwroot",
    "upload",
)
"""Folders that projects let a web server show, the commonest first."""


DEPENDENCIES = frozenset({"vendor", "node_modules", "wp-admin", "wp-includes"})
"""Folders of code that others wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder with PHP in it. ``files`` are its sources, upper folders first, without dependencies."""

    place: Place
    composer: Composer
    files: tuple[str, ...]

    def in_folder(self, folder: str) -> Iterator[str]:
        """Tell the sources below a folder."""
        return (one for one in self.files if one.startswith(f"{folder}/"))

    def holds(self, path: str) -> bool:
        """Say whether a folder holds anything."""
        return self.place.tree.has_folder(self.place.file(path))


Family = Callable[[Project, Draft], bool]
"""Looks whether a project is of its kind; if so it adds what it knows and says True."""


def public_of(project: Project) -> str | None:
    """Return the folder with the front controller, None where there is none."""
    place = project.place
    stated = project.composer.extra.get("public-dir")
    first: tuple[str, ...] = (stated.strip("/"),) if isinstance(stated, str) and stated else ()
    for folder in (*first, *PUBLIC, "", *_deeper(project)):
        file = f"{folder}/index.php" if folder else "index.php"
        if place.has(file) and says_something(place, file):
            return folder
    return None


def _deeper(project: Project) -> Iterator[str]:
    """Tell the public folders one level down: ``src/public`` where the manifest stands above the program."""
    place = project.place
    for above in place.tree.folders(place.file("").rstrip("/")):
        inner = place.file(above) in place.inner or above.lower() in ASIDE or above in DEPENDENCIES
        if not inner and not above.startswith("."):
            yield from (f"{above}/{one}" for one in PUBLIC)


def framework(project: Project, draft: Draft, name: str, package: str = "", mark: str = "") -> Evidence | None:
    """Add the framework by the package that is required or a file that is there; return the evidence."""
    evidence = project.composer.cite(package) if package else project.place.cite_file(mark)
    said = package or mark
    draft.framework.add(
        name,
        DECLARED if package else CONVENTION,
        f"php.framework.{name.lower()}",
        Phrase(en=f"{said} belongs to {name}.", zh=f"{said} 属于 {name}。"),
        evidence,
    )
    return evidence


def serve(draft: Draft, public: str, evidence: Evidence | None, *, confidence: float = DECLARED) -> None:
    """Make the draft a site that Apache serves from ``public``."""
    shown = public or "."
    draft.kind.add(
        Kind.WEB, confidence, "php.kind.site",
        Phrase(en=f"{shown} holds a front controller.", zh=f"{shown} 中有前端控制器。"), evidence,
    )  # fmt: skip
    draft.start.add(
        Command(argv=("apache2-foreground",)), CODE, "php.start.apache",
        Phrase(en="Apache with PHP in it serves the site.", zh="由内置 PHP 的 Apache 提供站点。"), evidence,
    )  # fmt: skip
    draft.output.add(
        shown, CODE, "php.public", Phrase(en=f"It shows {shown} to the world.", zh=f"对外公开 {shown}。"), evidence
    )
    draft.port.add(
        PORT, CONVENTION, "php.port.site",
        Phrase(en=f"Apache is made to listen on {PORT}.", zh=f"Apache 监听 {PORT}。"), evidence,
    )  # fmt: skip
    draft.bind.add(
        "0.0.0.0", CONVENTION, "php.bind.apache",  # noqa: S104 - where Apache listens in the image
        Phrase(en="Apache listens on all addresses.", zh="Apache 监听所有地址。"), evidence,
    )  # fmt: skip


def runs(draft: Draft, kind: Kind, command: Command, port: int | None, rule: str, evidence: Evidence | None) -> None:
    """Make the draft a program that PHP runs from the command line: a server of its own, or a worker."""
    draft.kind.add(
        kind, CODE, f"{rule}.kind", Phrase(en="It runs by itself and does not end.", zh="它自行持续运行。"), evidence
    )
    draft.start.add(
        command, CODE, f"{rule}.start",
        Phrase(en=f"PHP runs {command.text}.", zh=f"由 PHP 运行 {command.text}。"), evidence,
    )  # fmt: skip
    if port is not None:
        why = Phrase(en=f"It listens on {port}.", zh=f"它监听 {port}。")
        draft.port.add(port, CODE, f"{rule}.port", why, evidence)
        draft.bind.add("0.0.0.0", CODE, f"{rule}.bind", why, evidence)  # noqa: S104 - where it listens in the image


def not_run(draft: Draft, kind: Kind, confidence: float, rule: str, why: Phrase, evidence: Evidence | None) -> None:
    """Make the draft something that nobody runs by itself."""
    draft.kind.add(kind, confidence, rule, why, evidence)


def task(
    draft: Draft, purpose: str, line: str, evidence: Evidence | None, *, schedule: str = "", name: str = ""
) -> None:
    """Add a command that runs beside the site."""
    why = Phrase(en=f"`{line}` does it.", zh=f"由 `{line}` 完成。")
    made = Task(name=name or purpose, purpose=purpose, command=Command(argv=tuple(line.split())), schedule=schedule)
    draft.tasks.add(made, CONVENTION, f"php.task.{purpose}", why, evidence)


def volume(draft: Draft, path: str, purpose: str, why: Phrase, evidence: Evidence | None) -> None:
    """Add a folder that must survive a restart."""
    draft.volumes.add(Volume(path=path, purpose=purpose), CONVENTION, "php.volume", why, evidence)


def healthy(draft: Draft, path: str, confidence: float, evidence: Evidence | None) -> None:
    """Add the path that tells whether the site is well."""
    draft.health.add(
        Probe(path=path), confidence, "php.health", Phrase(en=f"{path} answers.", zh=f"{path} 会应答。"), evidence
    )


def writable(draft: Draft, evidence: Evidence | None, *folders: str) -> None:
    """Note folders that the program writes to and that need not survive."""
    for folder in folders:
        why = Phrase(en=f"It writes to {basename(folder)}.", zh=f"它会写入 {basename(folder)}。")
        draft.traits.add(f"php.writable.{folder}", CONVENTION, "php.writable", why, evidence)
