"""What a Dockerfile, or a Procfile without any, makes a component of."""

import re
from collections.abc import Sequence
from posixpath import basename, dirname

from builder.detect.census import languages_of
from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import idles
from builder.detect.truths import about
from builder.detect.truths.dockerfile import Bound, bound, listeners, say
from builder.detect.truths.fitting import BUILT
from builder.detect.truths.images import reference, service_of
from builder.detect.truths.instructions import Image, variant_of
from builder.detect.truths.procfile import processes
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DEFAULT, STATED
from builder.look import Look
from builder.plan import Command, Kind
from core.evidence import Evidence
from core.phrase import Phrase

_SERVERS: dict[str, tuple[int, tuple[str, ...]]] = {
    "nginx": (80, ("nginx", "-g", "daemon off;")), "nginx-unprivileged": (8080, ("nginx", "-g", "daemon off;")),
    "httpd": (80, ("httpd-foreground",)), "caddy": (80, ("caddy", "run", "--config", "/etc/caddy/Caddyfile",
    "--adapter", "caddyfile")),
    "tomcat": (8080, ("catalina.sh", "run")), "traefik": (80, ("traefik",)), "haproxy": (80, ("haproxy", "-f",
    "/usr/local/etc/haproxy/haproxy.cfg")),
    "wordpress": (80, ("apache2-foreground",)), "drupal": (80, ("apache2-foreground",)), "nextcloud": (80,
    ("apache2-foreground",)),
    "ghost": (2368, ("node", "current/index.js")), "jetty": (8080, ("java", "-jar", "/usr/local/jetty/start.jar")),
    "registry": (5000, ("/etc/docker/registry/config.yml",)),
    "grafana": (3000, ("/run.sh",)), "prometheus": (9090, ("/bin/prometheus",)), "n8n": (5678, ("n8n",)),
    "keycloak": (8080, ("/opt/keycloak/bin/kc.sh",)),
    "jenkins": (8080, ("/usr/local/bin/jenkins.sh",)), "metabase": (3000, ("/app/run_metabase.sh",)), "shiny": (3838,
    ("/usr/bin/shiny-server",)),
    "php-apache": (80, ("apache2-foreground",)),
}  # fmt: skip
"""Images of servers: the port that they serve on and what they run, where a Dockerfile says nothing else."""

_ASKS_FOR_HELP = frozenset({"--help", "-h", "help", "--version", "version"})


def drafts_of(look: Look, drafts: Sequence[Draft], *, only: str | None = None) -> list[Draft]:
    """Return a draft for each Dockerfile and Procfile that is about none of the known ones."""
    found: list[Draft] = []
    for one in bound(look):
        folder = dirname(one.image.path)
        if only is not None and only not in {folder, one.context}:
            continue
        heard = listeners(drafts, one)
        if any(not _unstarted(draft) for draft in heard) or _of_theirs(drafts, one):
            continue
        if any(known.path == (one.context or "") and known.context == one.context for known in found) and not _named(
            one
        ):
            continue
        if one.developing and (found or drafts):
            continue
        one_more = _of_dockerfile(look, one)
        if not drafts or _stands(drafts, found, one, one_more):
            found.append(one_more)
    held = {one.path for one in found}
    for path in about.named(look, "Procfile") if not drafts else ():
        folder = dirname(path)
        if folder not in held and only in {None, folder}:
            made = _of_procfile(look, path)
            if made is not None:
                found.append(made)
    return found


def _unstarted(draft: Draft) -> bool:
    """Say whether a language found nothing to start, and takes no command that it did not build."""
    deployable = draft.kind.best is not None and draft.kind.best.deployable
    return draft.provider in BUILT and not deployable and not draft.start.candidates


def _of_theirs(drafts: Sequence[Draft], one: Bound) -> bool:
    """Say whether a Dockerfile stands in the folder of a draft that is put online without it."""
    folder = dirname(one.image.path)
    return any(
        draft.path in {folder, one.context} and draft.kind.best is not None and draft.kind.best.deployable
        for draft in drafts
    )


def _stands(drafts: Sequence[Draft], found: Sequence[Draft], one: Bound, made: Draft) -> bool:
    """Say whether a Dockerfile beside known programs is one more: compose builds it, or no provider has its language.

    Where nothing known can be put online, the first Dockerfile is what is.
    """
    if made.kind.best is None or not made.kind.best.deployable:
        return False
    if not any(draft.kind.best is not None and draft.kind.best.deployable for draft in drafts):
        return bool(one.service) or not found
    languages = {language for language, *_ in one.image.languages}
    return (bool(one.service) and not _is_proxy(one.image)) or bool(languages & _OTHERS)


_PROXIES = frozenset({"nginx", "nginx-unprivileged", "haproxy", "traefik", "envoy", "caddy", "httpd"})
_SETTINGS = re.compile(
    r"\.(conf|cfg|ya?ml|toml|template|tmpl|sh|pem|crt|key|htpasswd)$|^(Caddyfile|conf\.d|nginx|templates|ssl|certs)$"
)


def _is_proxy(image: Image) -> bool:
    """Say whether an image is a server with nothing but settings: it stands before the programs, as an Ingress does."""
    names = [basename(source) for source in image.copied.values()]
    return reference(image.base).name in _PROXIES and all(_SETTINGS.search(name) for name in names)


_OTHERS = frozenset({"swift", "haskell", "julia", "perl", "dart", "crystal", "r", "erlang"})
"""Languages that no provider knows."""


def _named(one: Bound) -> bool:
    """Say whether a Dockerfile is of a program of its own beside another of the same folder."""
    variant = variant_of(basename(one.image.path))
    return bool(one.service) or (
        bool(variant)
        and not about.developing(variant)
        and not re.search(r"prod|alpine|slim|debian|ubuntu|arm|amd|x86|cuda|gpu|cpu|ubi|distroless", variant)
    )


def _of_dockerfile(look: Look, one: Bound) -> Draft:
    image = one.image
    folder = dirname(image.path)
    path = one.context if not folder or folder == one.context or basename(folder).lower() in about.AROUND else folder
    variant = variant_of(basename(image.path))
    name = one.service or (variant if _named(one) else "") or basename(path) or _title(look) or "app"
    draft = Draft(name=name, path=path, provider="dockerfile", context=one.context)
    evidence = look.cite_file(image.path)
    _language(look, draft, image)
    kind, sure, rule = kind_of(look, image, path)
    kinds = Phrase(en=f"Its Dockerfile makes it {kind}.", zh=f"其 Dockerfile 表明它是 {kind}。")
    draft.kind.add(
        kind,
        sure,
        f"dockerfile.kind.{rule}",
        kinds,
        look.cite(image.path, image.ports[0][1]) if image.ports else evidence,
    )
    say(look, draft, one)
    _usual(look, draft, image, evidence)
    if image.workdir:
        where = Phrase(en="WORKDIR says so.", zh="由 WORKDIR 指定。")
        draft.working_directory.add(
            image.workdir, STATED, "dockerfile.workdir", where, look.cite(image.path, "WORKDIR") or evidence
        )
    return draft


def _language(look: Look, draft: Draft, image: Image) -> None:
    """Add the language: of the images that it stands on, else of most of the files."""
    spoken = [one for one in image.languages if one[0] != "static"]
    for provider, runtime, version, line in spoken[:1]:
        why = Phrase(en=f"The image is made for {provider}.", zh=f"该镜像用于 {provider}。")
        draft.language.add(
            _LANGUAGES.get(provider, provider), CODE, "dockerfile.from", why, look.cite(image.path, line)
        )
        if version:
            from builder.plan import Runtime

            used = Phrase(en=f"It stands on {runtime} {version}.", zh=f"基于 {runtime} {version}。")
            draft.runtime.add(
                Runtime(name=runtime, version=version, constraint=version),
                STATED,
                "dockerfile.from",
                used,
                look.cite(image.path, line),
            )
    counted = languages_of(look.tree)
    if counted is not None and not spoken:
        for one in counted.language.candidates:
            draft.language.add(one.value, one.confidence, one.ground.rule, one.ground.why, *one.ground.evidence)


_LANGUAGES = {"jvm": "java", "node": "javascript", "bun": "javascript", "dotnet": "csharp"}


def kind_of(look: Look, image: Image, path: str) -> tuple[Kind, float, str]:
    """Return what an image is: by its ports, its server, its command."""
    given = image.own
    words = given if isinstance(given, tuple) else tuple((given or "").split())
    main = taken(given).main if given is not None else None
    place = look.at(path)
    if place.has("action.yml", "action.yaml"):
        return Kind.OTHER, STATED, "action"
    server = _SERVERS.get(reference(image.base).name)
    if given is None and not server and not image.ports:
        return Kind.OTHER, CONVENTION, "nothing-runs"
    if set(words) & _ASKS_FOR_HELP and not image.ports:
        return Kind.CLI, CODE, "help"
    if given is not None and idles(main) and not server:
        return Kind.OTHER, CONVENTION, "shell"
    if image.ports:
        return Kind.WEB, STATED - 0.03 if service_of(image.base) else STATED, "expose"
    if server and (
        given is None
        or (words and basename(words[0]) in {"nginx", "httpd-foreground", "caddy", "catalina.sh", "apache2-foreground"})
    ):
        return Kind.WEB, CODE, "server"
    if any(name == "PORT" for name, *_ in image.environment) or image.health:
        return Kind.WEB, CODE, "port"
    if image.entry is not None and image.command is None:
        return Kind.WORKER, DEFAULT, "entry"
    return Kind.WORKER, DEFAULT + 0.1, "command"


def _usual(look: Look, draft: Draft, image: Image, evidence: Evidence | None) -> None:
    """Add what the base image brings, where the Dockerfile leaves it."""
    server = _SERVERS.get(reference(image.base).name)
    if server is None:
        return
    why = Phrase(en="The base image does so.", zh="由基础镜像决定。")
    if not draft.port.candidates and draft.kind.best == Kind.WEB:
        draft.port.add(server[0], CONVENTION, "dockerfile.base.port", why, evidence)
    if image.whole is None:
        draft.start.add(Command(argv=server[1]), CONVENTION, "dockerfile.base.start", why, evidence)
    del look


def _of_procfile(look: Look, path: str) -> Draft | None:
    """Return a draft for a Procfile alone: a small image with the files, started as it says."""
    known = list(processes(look, path))
    if not known:
        return None
    folder = dirname(path)
    web = any(one.name == "web" for one in known)
    draft = Draft(name=basename(folder) or "app", path=folder, provider="shell", context=folder)
    why = Phrase(en=f"{path} says what runs.", zh=f"{path} 说明了运行的内容。")
    draft.kind.add(
        Kind.WEB if web else Kind.WORKER,
        CODE if web else CONVENTION,
        "procfile.alone",
        why,
        look.cite(path, known[0].number),
    )
    counted = languages_of(look.tree)
    for one in counted.language.candidates if counted else ():
        draft.language.add(one.value, one.confidence, one.ground.rule, one.ground.why, *one.ground.evidence)
    if web:
        usual = Phrase(
            en="Platforms that read Procfiles name the port in PORT.", zh="读取 Procfile 的平台用 PORT 指定端口。"
        )
        draft.port.add(8080, DEFAULT, "procfile.port.usual", usual)
    return draft


def _title(look: Look) -> str:
    """Return the name that the tree gives itself in a label or a chart, empty for none."""
    chart = look.yaml("Chart.yaml")
    return str(chart.get("name", "")) if isinstance(chart, dict) else ""
