"""Who the program runs as: a number that is not root's, without more rights than it needs."""

import re
from collections.abc import Iterator

from builder.detect.truths.images import reference
from builder.dockerfile.writing import USER
from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import BEST, PODS, REFERENCE
from builder.lint.source import Part, Source

MAX_SHORT_UID = 99_999
"""Beyond, useradd makes the file of last logins as large as the number times its entries."""

_NOT_ROOT = re.compile(
    r"(^|/)(nginx-unprivileged|caddy-unprivileged)(:|$)|distroless/.*nonroot|^cgr\.dev/|bitnami(legacy)?/|"
    r"(^|/)(elasticsearch|kibana|logstash|grafana|jenkins|keycloak|opensearch|prometheus)(:|$)"
)
"""Images whose user is not root."""

_DROPS = re.compile(
    r"(^|/)(nginx|httpd|postgres|postgis|mysql|mariadb|mongo|redis|valkey|rabbitmq|memcached|cassandra|haproxy|wordpress|"
    r"nextcloud|ghost|traefik|php)(:|$|@)"
)
"""Images that begin as root on purpose and give their rights up themselves."""

_KNOWN = {"node": ("node", "1000"), "bun": ("bun", "1000"), "deno": ("deno", "1000"), "nobody": ("", "65534")}
"""Users that base images bring, with their numbers; ``nobody`` is alike in all distributions of this kind."""

_CREATING = ("useradd", "adduser")
_AFTER_USER = frozenset({"USER", "EXPOSE", "HEALTHCHECK", "CMD", "ENTRYPOINT", "STOPSIGNAL", "LABEL"})


def _users(source: Source) -> tuple[Part, ...]:
    return source.ending("USER")


def _is_root(text: str) -> bool:
    return text.strip("\"'").partition(":")[0] in {"root", "0"}


@rule("user.root", Severity.WARNING, f"{BEST}#user", hadolint=("DL3002", "DL3066"))
def root(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find images whose last USER is root."""
    found = _users(source)
    if found and _is_root(found[-1].text):
        yield hit(
            found[-1].line,
            "The program runs as root: what breaks into it owns the container. Switch to a number above 10000.",
            "程序以 root 运行：被攻破即失去整个容器。请切换到大于 10000 的数字用户。",
        )


@rule("user.none", Severity.WARNING, f"{BEST}#user")
def none(source: Source, around: Surroundings) -> Iterator[Hit]:
    """Find images that never leave root."""
    if _users(source) or _NOT_ROOT.search(source.base) or _DROPS.search(source.base):
        return
    parts = source.within(source.final[-1])
    line = parts[-1].line if parts else source.begins(source.final[-1]).line
    yield hit(
        line,
        "Nothing leaves root: what breaks into the program owns the container. Clusters that ask for restricted pods "
        "refuse it.",
        "始终以 root 运行：被攻破即失去整个容器。要求 restricted 的集群会拒绝它。",
        _leaving(source, around),
    )


def _leaving(source: Source, around: Surroundings) -> Edit | None:
    """Return USER before what only describes the image; none where the program is known to need root."""
    parts = source.within(source.final[-1])
    if not parts or source.windows or source.base.startswith("scratch"):
        return None
    ports = [one.text for one in source.ending("EXPOSE")] + ([str(around.port)] if around.port else [])
    if any(re.search(r"(^|\s)\d{1,3}(/|\s|$)", one) for one in ports) or source.ending("VOLUME"):
        return None
    first = parts[-1]
    for one in reversed(parts):
        if one.name not in _AFTER_USER:
            break
        first = one
    if first.name not in _AFTER_USER:
        return Edit(begin=first.end, end=first.end, text=f"\nUSER {USER}:{USER}", sure=False)
    return Edit(begin=first.begin, end=first.begin, text=f"USER {USER}:{USER}\n", sure=False)


@rule("user.name", Severity.ADVICE, PODS, hadolint=("DL3066",))
def name(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find users by name: Kubernetes cannot see that they are not root and does not start them."""
    found = _users(source)
    if not found or _is_root(found[-1].text) or source.windows:
        return
    part = found[-1]
    user, colon, group = part.text.strip().strip("\"'").partition(":")
    if not user or user.isdigit() or "$" in part.words or source.text[part.words_at : part.end].strip() != part.words:
        return
    number = _number(source, user)
    edit = None
    if number is not None:
        edit = Edit(begin=part.words_at, end=part.end, text=f"{number}{colon}{group}", sure=True)
    yield hit(
        part.line,
        f"{user} is a name. With runAsNonRoot Kubernetes starts only what runs as a number: write the number.",
        f"{user} 是名称。设置 runAsNonRoot 时 Kubernetes 只启动以数字用户运行的镜像：请写数字。",
        edit,
    )


def _number(source: Source, user: str) -> str | None:
    """Return the number that a user was made with, or that the base image gives it."""
    for part in reversed(source.ending("RUN")):
        for call in part.calls:
            if call.name in _CREATING and user in call.texts:
                texts = call.texts
                for at, word in enumerate(texts):
                    if word in {"-u", "--uid"} and at + 1 < len(texts) and texts[at + 1].isdigit():
                        return texts[at + 1]
                    if (told := re.fullmatch(r"(?:--uid=|-u)(\d+)", word)) is not None:
                        return told[1]
                return None
    image, number = _KNOWN.get(user, ("-", None))
    return number if image in {"", reference(source.base).name} else None


@rule("user.high", Severity.WARNING, f"{BEST}#user", hadolint=("DL3046",))
def high(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``useradd`` with a large number and without ``--no-log-init``: the layer gets gigabytes."""
    for part in source.of("RUN"):
        for call in part.calls:
            if call.name != "useradd" or call.has("-l", "--no-log-init"):
                continue
            told = re.search(r"(?:-u|--uid)[ =]?(\d+)", " ".join(call.texts))
            if told and int(told[1]) > MAX_SHORT_UID:
                at = call.words[0].end
                edit = Edit(begin=at, end=at, text=" --no-log-init", sure=True) if at >= 0 else None
                yield hit(
                    call.line,
                    f"useradd with the number {told[1]} writes a huge file of logins. Add --no-log-init.",
                    f"编号 {told[1]} 的 useradd 会写出巨大的登录记录文件。请加上 --no-log-init。",
                    edit,
                )


@rule("user.sudo", Severity.WARNING, f"{BEST}#user", hadolint=("DL3004",))
def sudo(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``sudo``: a build is root anyway, and in the image it is a way back to root."""
    for part in source.of("RUN"):
        for call in part.calls:
            if call.sudo is not None:
                begin, end = call.sudo.begin, call.words[0].begin
                plain = begin >= 0 and source.text[begin:end].strip() == "sudo"
                edit = Edit(begin=begin, end=end, text="", sure=False) if plain else None
                yield hit(
                    call.line,
                    "sudo: before USER a build is root anyway, and left in the image it leads back to root.",
                    "sudo：USER 之前构建本来就是 root；留在镜像里则可重新取得 root。",
                    edit,
                )


@rule("user.writable-by-all", Severity.WARNING, PODS)
def writable(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``chmod 777``: every process may change the program."""
    for part in source.of("RUN"):
        for call in part.calls:
            if call.name == "chmod" and any(
                re.fullmatch(r"0?[0-7]?[0-7][0-7][2367]|[ugoa]*[ao][ugoa]*[+=][rxXst]*w[rwxXst]*", one)
                for one in call.texts
            ):
                if any(one.rstrip("/").startswith(("/tmp", "/var/tmp")) for one in call.texts):  # noqa: S108 - in the image
                    continue
                yield hit(
                    call.line,
                    "Files that everybody may write: what breaks into any process changes the program. Give "
                    "them to its "
                    "user.",
                    "任何人可写的文件：任一进程被攻破即可篡改程序。请改为归属程序用户。",
                )


@rule("user.chown-layer", Severity.ADVICE, f"{REFERENCE}#copy---chown---chmod")
def chown_layer(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``chown -R`` of what was copied: every file is in the image twice."""
    for at, _ in enumerate(source.stages):
        copied = False
        for part in source.within(at, "COPY", "ADD", "RUN"):
            if part.name != "RUN":
                copied = True
            elif copied and any(call.name == "chown" and call.has("-R", "--recursive") for call in part.calls):
                yield hit(
                    part.line,
                    "chown -R writes every copied file a second time. COPY --chown gives it to its user at once.",
                    "chown -R 会把已复制的文件再写一遍。请使用 COPY --chown。",
                )


RULES: tuple[Rule, ...] = (root, none, name, high, sudo, writable, chown_layer)
