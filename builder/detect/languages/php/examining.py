"""What the rules for PHP make of a folder: the site, program, library or extension that it is."""

from collections.abc import Sequence
from posixpath import basename

from builder.detect.languages.php.extensions import required, service_of, used
from builder.detect.languages.php.families import FAMILIES
from builder.detect.languages.php.families.project import DEPENDENCIES, Project
from builder.detect.languages.php.manifest import Composer, composer_of
from builder.detect.languages.php.sources import MAX_BYTES, READS, reads
from builder.detect.languages.php.versions import runtime
from builder.detect.shared.services import add_service
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, LOCKED, STATED
from builder.look import Place
from builder.plan import Command, Commands, Service
from builder.provider import Workspace
from core.evidence import Evidence
from core.phrase import Phrase

_NOT_PHP = frozenset({"php", "php-64bit", "composer", "composer-runtime-api", "composer-plugin-api"})

MAX_READ = 60
"""Sources in which variables are looked for, those of the configuration first."""


def drafts(place: Place, _workspace: Workspace | None) -> Sequence[Draft]:
    """Return the one component that a folder with PHP is, or none where PHP only packages something else."""
    composer = composer_of(place)
    files = tuple(one for one in place.sources(".php") if not DEPENDENCIES.intersection(one.split("/")))
    if not files and not _needs_php(composer):
        return []
    project = Project(place=place, composer=composer, files=files)
    draft = Draft(name=_name(place, composer), path=place.path, provider="php", context=place.path)
    _language(project, draft)
    runtime(composer, draft)
    _packages(project, draft)
    next(family for family in FAMILIES if family(project, draft))
    kind = draft.kind.best
    if kind is None:
        return []
    if kind.deployable:
        _needs(project, draft)
    return [draft]


def _needs_php(composer: Composer) -> bool:
    """Say whether a manifest without sources beside it makes a program: a site that Composer puts together."""
    return any("/" in one and one not in _NOT_PHP for one in composer.requires) and (
        composer.type == "project" or bool(composer.scripts)
    )


def _name(place: Place, composer: Composer) -> str:
    return basename(composer.name) or place.name or "app"


def _language(project: Project, draft: Draft) -> None:
    if project.composer.given:
        draft.language.add(
            "php", STATED, "php.composer",
            Phrase(en="composer.json makes it a PHP project.", zh="composer.json 表明这是 PHP 项目。"),
            project.place.cite_file("composer.json"),
        )  # fmt: skip
    elif project.files:
        draft.language.add(
            "php", CODE, "php.sources",
            Phrase(en="It is written in PHP.", zh="它用 PHP 编写。"), project.place.cite_file(project.files[0]),
        )  # fmt: skip


def _packages(project: Project, draft: Draft) -> None:
    place = project.place
    if not project.composer.given:
        return
    manifest = place.cite_file("composer.json")
    locked = place.cite_file("composer.lock")
    draft.package_manager.add(
        "composer", STATED, "php.composer",
        Phrase(en="Composer holds its dependencies.", zh="依赖由 Composer 管理。"), locked or manifest,
    )  # fmt: skip
    words = ("composer", "install", "--no-dev", "--prefer-dist", "--no-interaction", "--optimize-autoloader")
    draft.install.add(
        Commands(each=(Command(argv=words),)),
        LOCKED if locked else DECLARED,
        "php.install.lock" if locked else "php.install.manifest",
        Phrase(en="composer.lock fixes what is installed.", zh="composer.lock 固定了安装内容。")
        if locked
        else Phrase(en="Without a lock file Composer chooses the versions.", zh="没有锁文件，由 Composer 选择版本。"),
        locked or manifest,
    )


def _needs(project: Project, draft: Draft) -> None:
    """Add extensions, services and variables."""
    for name, evidence in (*required(project.composer, draft), *used(project.place, draft, project.files)):
        _service(draft, name, evidence)
    for package in project.composer.requires:
        add_service(draft, "packagist", package, project.composer.cite(package))
    order = sorted(project.files, key=lambda one: (not one.startswith(("config/", "app/Config/")), one.count("/")))
    for file in order[:MAX_READ]:
        text = project.place.text(file)
        if len(text) <= MAX_BYTES and ("env" in text or "_ENV" in text or "_SERVER" in text) and READS.search(text):
            for one in reads(project.place, file):
                evidence = project.place.cite(one.file, one.line)
                add_read(draft, one.name, evidence, default=one.default, required=False)
    add_examples(project.place, draft)


def _service(draft: Draft, extension: str, evidence: Evidence | None) -> None:
    service = service_of(extension)
    known = {one.name for one in draft.services}
    if not service or service in known or (service == "mysql" and "mariadb" in known):
        return
    why = Phrase(en=f"{extension} is a client of {service}.", zh=f"{extension} 是 {service} 的客户端。")
    draft.services.add(Service(name=service), CONVENTION, "php.service.extension", why, evidence)
