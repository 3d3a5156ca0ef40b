"""PHP without a framework that is known: sites, libraries, command-line tools."""

import re

from builder.detect.languages.php.families.project import Project, healthy, not_run, public_of, serve
from builder.detect.languages.php.sources import health
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Kind
from core.phrase import Phrase

_PAGE = re.compile(
    r"<(?:!DOCTYPE|html|head|body|form|table|div)\b|\$_(?:GET|POST|REQUEST|SESSION|COOKIE)\b|\bheader\s*\(",
    re.IGNORECASE,
)
"""What a page holds and a library does not."""

_CONSOLE = ("symfony/console", "minicli/minicli", "mnapoli/silly", "league/climate", "nunomaduro/termwind",
            "consolidation/robo", "wp-cli/wp-cli", "adhocore/cli")  # fmt: skip


def plain(project: Project, draft: Draft) -> bool:
    """Say what PHP is that no framework claims. It always is something."""
    place, composer = project.place, project.composer
    public = public_of(project)
    demonstration = composer.type == "library" or (composer.autoloads and composer.name and public == "" and
                                                   not _page(project, "index.php"))  # fmt: skip
    if public is not None and not (demonstration and not place.has(".htaccess")):
        file = f"{public}/index.php" if public else "index.php"
        serve(draft, public, place.cite_file(file), confidence=CODE if composer.given else CONVENTION)
        if found := health(place, iter(project.files)):
            path, where, line = found
            healthy(draft, path, CODE, place.cite(where, line))
        return True
    if composer.programs:
        why = Phrase(en="composer.json lists programs under bin.", zh="composer.json 的 bin 中列出了程序。")
        not_run(draft, Kind.CLI, DECLARED, "php.kind.bin", why, place.cite("composer.json", '"bin"'))
    elif composer.given and (composer.autoloads or composer.type or composer.name) and not _tool(project):
        why = Phrase(en="Other programs require it.", zh="由其他程序引用。")
        not_run(draft, Kind.LIBRARY, DECLARED, "php.kind.library", why, place.cite_file("composer.json"))
    elif _tool(project):
        why = Phrase(en="It answers on the command line.", zh="它在命令行中使用。")
        not_run(draft, Kind.CLI, CONVENTION, "php.kind.console", why, composer.cite(composer.first(*_CONSOLE)))
    elif place.has("index.html") and not composer.given:
        serve(draft, "", place.cite_file("index.html"), confidence=CONVENTION)
    elif page := next((one for one in project.files if "/" not in one and _page(project, one)), ""):
        serve(draft, "", place.cite_file(page), confidence=CONVENTION)
    elif project.files:
        why = Phrase(en="It has scripts, and no page.", zh="只有脚本，没有网页。")
        not_run(draft, Kind.CLI, CONVENTION, "php.kind.scripts", why, place.cite_file(project.files[0]))
    return True


def _tool(project: Project) -> bool:
    """Say whether it is a program for the command line: a console's package, and a script beside it or in ``bin``."""
    if not project.composer.first(*_CONSOLE):
        return False
    top = [one for one in project.files if "/" not in one]
    return bool(top) or project.holds("bin")


def _page(project: Project, file: str) -> bool:
    return bool(_PAGE.search(project.place.text(file)))
