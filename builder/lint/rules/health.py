"""HEALTHCHECK: there, with what the image holds, and able to fail."""

import re
from collections.abc import Iterator

from builder.detect.truths.images import language_of, reference
from builder.dockerfile.health import TIMEOUT_SECONDS, check
from builder.dockerfile.writing import INTERVAL_SECONDS, RETRIES, START_SECONDS
from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import REFERENCE
from builder.lint.shell import Call, calls
from builder.lint.source import Part, Source
from builder.recipe import HealthTool

_TOOLS: dict[str, HealthTool] = {
    "python": "python",
    "node": "node",
    "php": "php",
    "ruby": "ruby",
    "deno": "deno",
    "bun": "bun",
}
_WITHOUT = re.compile(r"slim|alpine|distroless|scratch|chiseled|minimal|micro")
_BRINGS = {"wget": re.compile(r"alpine|busybox")}


def _test(part: Part) -> str:
    """Return the command of a health check as a line, empty for NONE."""
    found = re.match(r"CMD\s+(.*)", part.text, re.IGNORECASE | re.DOTALL)
    return found[1].strip() if found else ""


@rule("health.none", Severity.ADVICE, f"{REFERENCE}#healthcheck", hadolint=("DL3057",))
def none(source: Source, around: Surroundings) -> Iterator[Hit]:
    """Find servers without a health check: a program that hangs counts as running."""
    if source.ending("HEALTHCHECK") or not (source.ending("EXPOSE") or around.port):
        return
    last = source.ending("CMD", "ENTRYPOINT", "EXPOSE")
    part = last[-1] if last else source.begins(len(source.stages) - 1)
    yield hit(
        part.line,
        "Nothing asks whether the server still answers: one that hangs counts as running.",
        "没有任何检查确认服务仍在响应：挂起的服务也被视为运行中。",
        _asking(source, around),
    )


def _asking(source: Source, around: Surroundings) -> Edit | None:
    """Return a health check with what the base image holds, where port and tool are known."""
    ports = [one.text.split("/")[0].strip() for one in source.ending("EXPOSE")]
    port = around.port or (int(ports[0]) if len(ports) == 1 and ports[0].isdigit() else None)
    ends = source.within(source.final[-1], "CMD", "ENTRYPOINT")
    tool = _tool(source)
    words = check(tool, port, None) if port and tool and not source.windows else None
    if words is None or not ends:
        return None
    options = f"--interval={INTERVAL_SECONDS}s --timeout={TIMEOUT_SECONDS + 2}s --start-period={START_SECONDS}s"
    quoted = ", ".join(_quoted(one) for one in words)
    text = f"HEALTHCHECK {options} --retries={RETRIES} \\\n    CMD [{quoted}]\n"
    return Edit(begin=ends[0].begin, end=ends[0].begin, text=text, sure=False)


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _tool(source: Source) -> HealthTool | None:
    if source.escape != "\\" or "distroless" in source.base or source.base == "scratch":
        return None
    known = language_of(source.base)
    if known and (tool := _TOOLS.get(known[0])):
        return tool
    if re.search(r"(^|/|-)(alpine|busybox)", source.base):
        return "busybox"
    return "bash" if reference(source.base).name in {"debian", "ubuntu", "fedora", "almalinux", "rockylinux"} else None


@rule("health.tool", Severity.WARNING, f"{REFERENCE}#healthcheck")
def tool(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find health checks by a program that the image does not hold."""
    for part in source.ending("HEALTHCHECK")[-1:]:
        used = {one.name for one in _calls(part)} & {"curl", "wget", "nc"}
        installed = " ".join(one.code for one in source.ending("RUN"))
        for name in sorted(used):
            brought = name in _BRINGS and _BRINGS[name].search(source.base)
            if _WITHOUT.search(source.base) and not re.search(rf"\b{name}\b", installed) and not brought:
                copied = any(one.text.rstrip("/").endswith(f"/{name}") for one in source.ending("COPY"))
                if not copied:
                    yield hit(
                        part.line,
                        f"{source.base} holds no {name}: the check always fails. Ask with what the image holds.",
                        f"{source.base} 中没有 {name}：检查总是失败。请用镜像自带的程序。",
                    )


@rule("health.always-well", Severity.WARNING, f"{REFERENCE}#healthcheck")
def always(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find curl without ``--fail``: an answer with an error counts as well."""
    for part in source.ending("HEALTHCHECK")[-1:]:
        for call in _calls(part):
            if (
                call.name == "curl"
                and not call.has("-f", "--fail", "--fail-with-body")
                and not call.into
                and "http_code" not in _test(part)
            ):
                place = source.text.find("curl", part.begin, part.end)
                plain = place >= 0 and part.json is None and not re.search(r"CMD\s*\[", part.text)
                edit = Edit(begin=place + 4, end=place + 4, text=" -f", sure=False) if plain else None
                yield hit(
                    part.line,
                    "Without -f curl is content with an error: the check never fails.",
                    "curl 不加 -f 时收到错误响应也算成功：检查永远不会失败。",
                    edit,
                )


@rule("health.port", Severity.WARNING, f"{REFERENCE}#healthcheck")
def port(source: Source, around: Surroundings) -> Iterator[Hit]:
    """Find health checks that ask another port than the program's."""
    exposed = {one.text.split("/")[0].strip() for one in source.ending("EXPOSE")} | (
        {str(around.port)} if around.port else set()
    )
    for part in source.ending("HEALTHCHECK")[-1:]:
        # Programs have ports of their own for management: only a page says that the wrong one is asked.
        asked = re.findall(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)/?(?![\w/])", part.text)
        if asked and exposed and all(one.isdigit() for one in exposed) and asked[0] not in exposed:
            yield hit(
                part.line,
                f"It asks port {asked[0]}, the image names {', '.join(sorted(exposed))}.",
                f"检查的是端口 {asked[0]}，而镜像声明的是 {', '.join(sorted(exposed))}。",
            )


@rule("health.curl-installed", Severity.ADVICE, f"{REFERENCE}#healthcheck")
def curl_installed(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find curl that the image gets for its health check alone: whoever breaks in has it too."""
    known = language_of(source.base)
    if not known or known[0] not in _TOOLS:
        return
    for part in source.ending("HEALTHCHECK")[-1:]:
        uses = any(one.name in {"curl", "wget"} for one in _calls(part))
        installing = [
            one for run in source.ending("RUN") for one in run.calls if one.word("install") or one.word("add")
        ]
        installs = any(re.match(r"(curl|wget)([=~]|$)", word) for one in installing for word in one.texts)
        if uses and installs:
            yield hit(
                part.line,
                f"The image gets a download tool for this alone. {known[0]} itself can ask the port.",
                f"仅为此安装了下载工具。{known[0]} 自身就能检查端口。",
            )


def _calls(part: Part) -> tuple[Call, ...]:
    return calls(_test(part), 0, (0,))


RULES: tuple[Rule, ...] = (none, tool, always, port, curl_installed)
