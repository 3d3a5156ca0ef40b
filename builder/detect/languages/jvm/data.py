"""What a module needs beside itself: services by its libraries and addresses, folders that must be kept."""

import re
from posixpath import dirname

from builder.detect.languages.jvm.module import Module
from builder.detect.shared.clients_maven import ADDRESSES, EMBEDDED, RELATIONAL, service_of
from builder.draft import Draft
from builder.grounds import CODE, DECLARED
from builder.plan import Service, Volume
from core.evidence import Evidence
from core.phrase import Phrase

_ADDRESS = re.compile(r"^(?:jdbc:|r2dbc:(?:pool:)?)?(?:tc:)?(?P<name>[a-z0-9]+)(?:\+srv)?:(?://|@|thin:|oracle:)?")
_FILE = re.compile(r"^jdbc:(?:h2:(?:file:)?|sqlite:)(?P<path>(?!mem:|tcp:|:memory:)[^;?]+)")


def add_services(module: Module, draft: Draft) -> None:
    """Add the services that libraries are clients of; a database only where the program does not bring its own."""
    addressed = dict(_addressed(module))
    embedded = module.uses(*EMBEDDED)
    for name, evidence in addressed.items():
        _add(
            draft,
            name,
            "jvm.service.address",
            f"Its configuration holds an address of {name}.",
            f"配置中有 {name} 的地址。",
            evidence,
        )
    for one in module.project.dependencies:
        if one.scope != "compile":
            continue
        name = service_of(one.full)
        if not name or (name in RELATIONAL and (embedded or (addressed.keys() & RELATIONAL and name not in addressed))):
            continue
        text = f"It depends on {one.name}, a client of {name}."
        _add(draft, name, "maven.service.client", text, f"依赖 {one.name}，即 {name} 的客户端。", one.evidence)


def add_volumes(module: Module, draft: Draft) -> None:
    """Add the folders of databases in files, and of uploads."""
    for setting in module.settings.all.values():
        found = _FILE.match(setting.value)
        upload = re.search(
            r"upload\.?(dir|path|folder|location)|(dir|path|folder|location)\.?upload",
            setting.key.lower().replace("-", "."),
        )
        path = dirname(found["path"]) if found else setting.value if upload else ""
        path = path.removeprefix("./").rstrip("/")
        if path and "~" not in path and "$" not in path and ":" not in path:
            purpose = "database" if found else "uploads"
            why = Phrase(en=f"Its configuration keeps files in {path}.", zh=f"配置把文件保存在 {path}。")
            full = path if path.startswith("/") else f"/app/{path}"
            draft.volumes.add(
                Volume(path=full, purpose=purpose), CODE, "jvm.volume", why, module.settings.cite(setting)
            )


def _addressed(module: Module) -> list[tuple[str, Evidence | None]]:
    found = []
    for setting in module.settings.all.values():
        if not re.search(r"ur[il]$|address$|servers$", setting.key.lower()):
            continue
        match = _ADDRESS.match(setting.value)
        if match and (name := ADDRESSES.get(match["name"])):
            found.append((name, module.settings.cite(setting)))
    return found


def _add(draft: Draft, name: str, rule: str, en: str, zh: str, evidence: Evidence | None) -> None:
    if all(one.name != name for one in draft.services):
        draft.services.add(Service(name=name), DECLARED, rule, Phrase(en=en, zh=zh), evidence)
