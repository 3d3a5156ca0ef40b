"""Credentials: an image keeps them for ever and shows them to everybody who can pull it."""

import re
from collections.abc import Iterator
from posixpath import basename

from builder.lint.model import Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import BEST, CHECKS, SECRETS
from builder.lint.source import Part, Source
from builder.parsing.dockerfile import pairs
from core.redaction import redact, secret_name

_FILES = re.compile(
    r"^(\.env(\.(?!example$|sample$|template$|dist$|defaults?$)[\w.-]+)?|id_(rsa|dsa|ecdsa|ed25519)|\.netrc|\.pypirc|\.git-credentials|"
    r"\.dockerconfigjson|\.dockercfg|kubeconfig|\.kube|\.aws|\.ssh|\.gnupg|credentials\.json|service-?account[\w.-]*\.json|"
    r"[\w.-]*private[\w.-]*\.(pem|key)|[\w.-]+\.(p12|pfx|jks|keystore|kdbx)|terraform\.tfstate|\.htpasswd|"
    r"[\w-]*secrets?\.(ya?ml|json|toml|env))$",
    re.IGNORECASE,
)
_NO_VALUE = re.compile(
    r"^(\$.*|<.*>|x+|\*+|changeme|change-me|none|null|false|true|dummy|placeholder|todo|)$", re.IGNORECASE
)


MIN_SECRET = 4
"""Characters: ``SECRET_KEY_BASE_DUMMY=1`` is a switch."""


@rule(
    "secret.env",
    Severity.ERROR,
    f"{CHECKS}secrets-used-in-arg-or-env/",
    hadolint=("DL3064",),
    check="SecretsUsedInArgOrEnv",
)
def env(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ENV with a credential: everybody who can pull the image can read it."""
    for part in source.of("ENV"):
        for name, value in pairs(part.words):
            told = f"{name}={value}"
            if value and not _NO_VALUE.match(value) and (secret_name(name) or redact(told) != told):
                yield hit(
                    part.line,
                    f"ENV {name} puts a credential into the image, where everybody who can pull it reads "
                    "it. Give it when "
                    "the container starts: a Secret.",
                    f"ENV {name} 把凭据写进了镜像，能拉取镜像的人都能读到。请在容器启动时通过 Secret 提供。",
                )


@rule(
    "secret.arg",
    Severity.WARNING,
    f"{CHECKS}secrets-used-in-arg-or-env/",
    hadolint=("DL3064",),
    check="SecretsUsedInArgOrEnv",
)
def arg(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ARG for a credential: its value stays in the history of the image."""
    for part in source.of("ARG"):
        for name, _ in pairs(part.words):
            if secret_name(name):
                yield hit(
                    part.line,
                    f"The value of ARG {name} stays in the image's history. Mount it: RUN --mount=type=secret,id=….",
                    f"ARG {name} 的值会留在镜像历史中。请改用挂载：RUN --mount=type=secret,id=…。",
                )


@rule("secret.copied", Severity.ERROR, SECRETS)
def copied(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find files of credentials that are copied: removing them in a later layer does not take them away."""
    for part in source.of("COPY", "ADD"):
        if part.flag("from") is not None:
            continue
        for name in _sources(part):
            if _FILES.match(basename(name.rstrip("/"))):
                yield hit(
                    part.line,
                    f"{name} is a file of credentials. A layer keeps it for ever. Mount it where it is "
                    "needed, or give it "
                    "when the container starts.",
                    f"{name} 是凭据文件，镜像层会永久保留它。请在需要时挂载，或在容器启动时提供。",
                )


@rule("secret.literal", Severity.ERROR, SECRETS)
def literal(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find credentials that stand in a command: in the history of the image and in version control."""
    for part in source.of("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "LABEL"):
        for number in range(part.line, part.last + 1):
            line = source.lines[number - 1]
            masked = redact(line)
            if masked == line or _only_variables(line, masked):
                continue
            yield hit(
                number,
                "A credential stands here: everybody who can read this file or pull the image has it. Change it, then "
                "mount it as a secret.",
                "此处写有凭据：能读到此文件或拉取镜像的人都能得到它。请更换凭据，并以 secret 方式挂载。",
            )


def _only_variables(line: str, masked: str) -> bool:
    """Say whether all that was masked is put in when it runs."""
    same = next((at for at, (left, right) in enumerate(zip(line, masked, strict=False)) if left != right), len(line))
    rest = line[same:].lstrip("\"'")
    word = re.split(r"[\s\"']", rest, maxsplit=1)[0]
    return rest.startswith(("$", "<", "`", "{{")) or len(word) < MIN_SECRET or bool(_NO_VALUE.match(word))


@rule("secret.context", Severity.WARNING, f"{BEST}#exclude-with-dockerignore")
def context(source: Source, around: Surroundings) -> Iterator[Hit]:
    """Find a copy of the whole context where that holds credentials and no .dockerignore keeps them out."""
    if around.tree is None or around.holds(".dockerignore") or around.holds(f"{basename(source.path)}.dockerignore"):
        return
    there = [name for name in around.tree.names(around.context) if _FILES.match(name)]
    for part in source.of("COPY", "ADD"):
        if there and part.flag("from") is None and {"./", ".", "*"} & set(_sources(part)):
            yield hit(
                part.line,
                f"The whole folder is copied, with {', '.join(there[:3])}. Keep them out by a .dockerignore.",
                f"复制了整个目录，其中包含 {', '.join(there[:3])}。请用 .dockerignore 排除。",
            )


def _sources(part: Part) -> tuple[str, ...]:
    words = part.json or tuple(part.text.split())
    return words[:-1]


RULES: tuple[Rule, ...] = (env, arg, copied, literal, context)
