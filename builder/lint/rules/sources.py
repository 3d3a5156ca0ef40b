"""What is fetched from elsewhere: checked, over a safe way, never run unseen."""

import re
from collections.abc import Iterator

from builder.lint.model import Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.copying import remote, words_of
from builder.lint.rules.pages import BEST, REFERENCE
from builder.lint.shell import Call
from builder.lint.source import Source

_SHELLS = frozenset({"ash", "bash", "dash", "node", "perl", "php", "python", "python3", "ruby", "sh", "zsh"})
_CHECKS = re.compile(r"sha(1|224|256|384|512)?sum|shasum|gpg|openssl\s+dgst|cosign|minisign|md5sum|slsa-verifier")
_INSECURE = re.compile(
    r"strict-ssl[ =]+false|sslverify[ =]+(false|0)|NODE_TLS_REJECT_UNAUTHORIZED[ =]+[\"']?0|GIT_SSL_NO_VERIFY[ =]|"
    r"PYTHONHTTPSVERIFY[ =]+[\"']?0|http\.sslVerify[ =]+false",
    re.IGNORECASE,
)
_FETCHERS = ("curl", "wget")
_LOCAL = re.compile(r"//(localhost|127\.|\[::1\]|0\.0\.0\.0)")


def _fetching(source: Source) -> Iterator[tuple[Call, str]]:
    """Tell the calls that fetch an address, with the code of their RUN."""
    for part in source.of("RUN"):
        code = part.code + "".join(source.text[begin:end] for begin, end in part.bodies)
        for call in part.calls:
            if call.name in _FETCHERS:
                yield call, code


@rule("fetch.piped", Severity.WARNING, f"{BEST}#run")
def piped(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find scripts from the network that a shell runs unseen."""
    for call, _ in _fetching(source):
        if call.into and call.into[-1] in _SHELLS:
            yield hit(
                call.line,
                f"What the address answers is run by {call.into[-1]} unseen, another each time. Fetch a "
                "release, check its "
                "sum, then run it.",
                f"地址返回什么，{call.into[-1]} 就运行什么，每次都可能不同。请下载固定版本，校验后再运行。",
            )


@rule("fetch.unchecked", Severity.ADVICE, f"{REFERENCE}#add---checksum")
def unchecked(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find downloads whose content nothing checks."""
    for call, code in _fetching(source):
        saves = call.name == "wget" or call.has("-o", "-O", "--output", "--remote-name") or "tar" in call.into
        local = any(_LOCAL.search(one) for one in call.texts)
        if saves and not (call.into and call.into[-1] in _SHELLS) and not _CHECKS.search(code) and not local:
            yield hit(
                call.line,
                "Nothing checks what was fetched. Compare its sum: echo '… FILE' | sha256sum -c -",
                "下载的内容未经校验。请核对校验和：echo '… 文件' | sha256sum -c -",
            )


@rule("fetch.add-unchecked", Severity.WARNING, f"{REFERENCE}#add---checksum", hadolint=("DL3020",))
def add_unchecked(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ADD of an address without a checksum."""
    for part in source.of("ADD"):
        for name in words_of(part)[:-1]:
            fixed = re.search(r"#.*[0-9a-f]{40}", name) or name.startswith("git@") or ".git" in name
            if remote(name) and part.flag("checksum") is None and not fixed:
                yield hit(
                    part.line,
                    f"Nothing checks what {name} answers. Add --checksum=sha256:…",
                    f"{name} 返回的内容未经校验。请加 --checksum=sha256:…",
                )


@rule("fetch.insecure", Severity.ERROR, f"{BEST}#run")
def insecure(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find downloads that do not check who answers."""
    for part in source.of("RUN", "ENV"):
        lines = [number for number in range(part.line, part.last + 1) if _INSECURE.search(source.lines[number - 1])]
        for call in part.calls:
            blind = (call.name == "curl" and call.has("-k", "--insecure")) or (
                call.name == "wget" and call.has("--no-check-certificate")
            )
            if blind or (call.name.startswith("pip") and call.has("--trusted-host")):
                lines.append(call.line)
        for line in sorted(set(lines)):
            yield hit(
                line,
                "The certificate of the other side is not checked: whoever is on the way may answer in its place.",
                "不校验对方证书：途中的任何人都可以冒充应答。",
            )


@rule("fetch.plain-http", Severity.WARNING, f"{BEST}#run")
def plain(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find downloads without encryption."""
    for call, code in _fetching(source):
        if any(re.match(r"http://", one) and not _LOCAL.search(one) for one in call.texts) and not _CHECKS.search(code):
            yield hit(
                call.line,
                "http:// can be changed on the way. Use https://.",
                "http:// 可能在途中被篡改。请用 https://。",
            )


@rule("fetch.repository", Severity.ADVICE, f"{BEST}#run")
def repository(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find repositories that are cloned at whatever commit is newest."""
    for part in source.of("RUN"):
        checked = any(one.name == "git" and one.word("checkout") for one in part.calls)
        for call in part.calls:
            named = call.has("-b", "--branch", "--revision")
            if call.does("git", "clone") and not checked and not named and "reset --hard" not in part.code:
                yield hit(
                    call.line,
                    "Each build takes the newest commit. Name a release: --branch v1.2.3",
                    "每次构建都取最新提交。请写明版本：--branch v1.2.3",
                )


@rule("fetch.two-tools", Severity.ADVICE, f"{BEST}#dont-install-unnecessary-packages", hadolint=("DL4001",))
def two_tools(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find stages that fetch with both curl and wget."""
    for at, _ in enumerate(source.stages):
        used: dict[str, int] = {}
        for part in source.within(at, "RUN"):
            for call in part.calls:
                if call.name in _FETCHERS:
                    used.setdefault(call.name, call.line)
        if len(used) == 2:
            yield hit(
                max(used.values()),
                "Both curl and wget are used: one of them is enough.",
                "同时使用了 curl 和 wget：一个就够了。",
            )


@rule("fetch.progress", Severity.ADVICE, f"{BEST}#run", hadolint=("DL3047",))
def progress(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find wget that fills the log with its progress."""
    for call, _ in _fetching(source):
        quiet = call.has("-q", "--quiet", "--progress", "--no-verbose", "-o", "-a", "-b") or "-nv" in call.texts
        if call.name == "wget" and not quiet and any("://" in one or "$" in one for one in call.texts):
            yield hit(
                call.line,
                "wget fills the log with its progress. Add -q, or --progress=dot:giga.",
                "wget 的进度会刷满日志。请加 -q 或 --progress=dot:giga。",
            )


RULES: tuple[Rule, ...] = (piped, unchecked, add_unchecked, insecure, plain, repository, two_tools, progress)
