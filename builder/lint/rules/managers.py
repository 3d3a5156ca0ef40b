"""Package managers of languages: versions, lock files, caches."""

import re
from collections.abc import Iterator

from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.apt import appended
from builder.lint.rules.pages import BEST, NPM, PIP
from builder.lint.rules.systems import cached, each
from builder.lint.shell import Call
from builder.lint.source import Source

_PIP = re.compile(r"pip[0-9.]*")
_PIP_VALUED = frozenset(
    {
        "-r", "--requirement", "-c", "--constraint", "-t", "--target", "-i", "--index-url", "--extra-index-url", "-f",
        "--find-links", "--trusted-host", "--prefix", "--root", "--python", "--timeout", "--platform", "--cache-dir",
        "-e", "--editable", "--src", "--python-version", "--only-binary", "--no-binary", "--proxy", "--cert",
    }
)  # fmt: skip


def _pip(call: Call) -> tuple[str, ...] | None:
    """Return the words after ``pip install``, None for anything else."""
    texts = call.texts
    if _PIP.fullmatch(call.name) and "install" in texts[:3]:
        return texts[texts.index("install") + 1 :]
    if re.fullmatch(r"python[0-9.]*", call.name) and texts[:2] == ("-m", "pip") and "install" in texts[:5]:
        return texts[texts.index("install") + 1 :]
    return None


@rule("pip.unpinned", Severity.WARNING, PIP, hadolint=("DL3013",))
def pip_unpinned(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find Python packages without a version."""
    for part, call in each(source):
        words = _pip(call)
        if (
            words is None
            or any(one.startswith(("-c", "--constraint")) for one in words)
            or "PIP_CONSTRAINT" in part.code
        ):
            continue
        loose, skip = [], False
        for one in words:
            if skip:
                skip = False
            elif one in _PIP_VALUED:
                skip = True
            elif (
                one
                and not one.startswith("-")
                and not re.search(r"==|===|~=|[<>]|@|://|^\.|/|\.(whl|tar\.gz|zip)$|\$", one)
            ):
                loose.append(one)
        if loose:
            yield hit(
                call.line,
                f"Without versions each build may install others: {', '.join(loose[:3])}. Pin them in a lock file.",
                f"未写版本，每次构建安装的可能不同：{', '.join(loose[:3])}。请用锁文件固定。",
            )


@rule("pip.cache", Severity.WARNING, PIP, hadolint=("DL3042",))
def pip_cache(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``pip install`` that leaves what it downloaded in the layer."""
    for part, call in each(source):
        if _pip(call) is None or call.has("--no-cache-dir") or cached(part, "/.cache", "pip"):
            continue
        stage = source.stages[part.stage]
        if "PIP_NO_CACHE_DIR" in (*stage.environment, *call.assigned) or "PIP_NO_CACHE_DIR" in part.code:
            continue
        if part.stage not in source.final:
            continue  # a stage that only builds is thrown away with its cache
        word = call.word("install")
        edit = Edit(begin=word.end, end=word.end, text=" --no-cache-dir", sure=True) if word and word.end >= 0 else None
        yield hit(
            call.line,
            "What pip downloads stays in the layer. Add --no-cache-dir, or mount a cache.",
            "pip 下载的内容留在了镜像层中。请加 --no-cache-dir，或挂载缓存。",
            edit,
        )


@rule("npm.unpinned", Severity.WARNING, NPM, hadolint=("DL3016",))
def npm_unpinned(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find Node packages that are installed by name without a version."""
    for _, call in each(source):
        adds = call.does("npm", "install", "i", "add") or call.does("pnpm", "add") or call.does("yarn", "add")
        adds = adds or (call.does("yarn", "global") and call.word("add") is not None)
        if not adds:
            continue
        after = next(one for one in call.texts if one in {"install", "i", "add"})
        loose = [
            one.text
            for one in call.named(after, frozenset({"--prefix", "--registry", "-C", "--dir", "--cache"}))
            if one.plain and not re.search(r".@(?!latest$|next$)|^[./~]|://|^git|\.tgz$|#", one.text)
        ]
        if loose:
            yield hit(
                call.line,
                f"Without versions each build may install others: {', '.join(loose[:3])}. Write NAME@VERSION.",
                f"未写版本，每次构建安装的可能不同：{', '.join(loose[:3])}。请写成 名称@版本。",
            )


@rule("npm.unlocked", Severity.WARNING, NPM)
def npm_unlocked(source: Source, around: Surroundings) -> Iterator[Hit]:
    """Find ``npm install`` where a lock file says what is meant: ``npm ci`` keeps to it."""
    for part, call in each(source):
        texts = [one for one in call.texts if not one.startswith("-")]
        if (
            call.does("npm", "install", "i")
            and len(texts) == 1
            and not call.has("-g", "--global", "--package-lock-only")
        ):
            locked = around.holds("package-lock.json")
            word = next(one for one in call.arguments if one.text in {"install", "i"})
            edit = Edit(begin=word.begin, end=word.end, text="ci", sure=False) if locked and word.begin >= 0 else None
            if locked is None and "lock" not in source.text and "package*" not in source.text:
                continue
            if locked is not False:
                yield hit(
                    call.line,
                    "npm install may change what the lock file says. npm ci installs exactly that.",
                    "npm install 可能偏离锁文件。npm ci 严格按锁文件安装。",
                    edit,
                )
        elif call.name in {"yarn", "pnpm"} and (texts in (["install"], ["i"], []) and "--version" not in call.texts):
            lock = {"yarn": "yarn.lock", "pnpm": "pnpm-lock.yaml"}[call.name]
            frozen = call.has("--frozen-lockfile", "--immutable", "--offline")
            if not frozen and (around.holds(lock) or lock in part.code or f"{lock}" in source.text):
                yield hit(
                    call.line,
                    f"{call.name} install may change what {lock} says. Add --frozen-lockfile (Yarn 2 and "
                    "later: --immutable).",
                    f"{call.name} install 可能偏离 {lock}。请加 --frozen-lockfile（Yarn 2 及以上：--immutable）。",
                )


@rule("yarn.cache", Severity.ADVICE, f"{BEST}#minimize-the-number-of-layers", hadolint=("DL3060",))
def yarn_cache(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``yarn install`` that leaves its cache in the layer."""
    for part, call in each(source):
        if call.name != "yarn" or part.stage not in source.final or cached(part, "yarn", "/.cache"):
            continue
        texts = [one for one in call.texts if not one.startswith("-")]
        if texts in ([], ["install"]) and "--version" not in call.texts and "cache clean" not in part.code:
            yield hit(
                call.line,
                "What yarn downloads stays in the layer. Add to the same RUN: yarn cache clean",
                "yarn 下载的内容留在了镜像层中。请在同一个 RUN 中加上：yarn cache clean",
                appended(source, part, "yarn cache clean"),
            )


@rule("gem.unpinned", Severity.WARNING, f"{BEST}#apt-get", hadolint=("DL3028",))
def gem_unpinned(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find gems without a version."""
    for _, call in each(source):
        if call.does("gem", "install", "i") and not call.has("-v", "--version"):
            after = "install" if call.word("install") else "i"
            loose = [one.text for one in call.named(after) if one.plain and not re.search(r":\d|\.gem$", one.text)]
            if loose:
                yield hit(
                    call.line,
                    f"Without versions each build may install others: {', '.join(loose[:3])}. Write NAME:VERSION.",
                    f"未写版本，每次构建安装的可能不同：{', '.join(loose[:3])}。请写成 名称:版本。",
                )


@rule("go.unpinned", Severity.WARNING, f"{BEST}#apt-get", hadolint=("DL3062",))
def go_unpinned(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find Go and Rust programs that are installed without a version."""
    for _, call in each(source):
        if call.does("go", "install"):
            loose = [
                one.text for one in call.named("install") if "." in one.text.split("/")[0] and one.text[0] not in "./"
            ]
            loose = [one for one in loose if "@" not in one or one.endswith(("@latest", "@main", "@master"))]
        elif call.does("cargo", "install") and not call.has("--version", "--path", "--git", "--locked"):
            loose = [
                one.text for one in call.named("install", frozenset({"--root", "--features"})) if "@" not in one.text
            ]
        else:
            continue
        if loose:
            yield hit(
                call.line,
                f"Each build may install another version: {', '.join(loose[:3])}. Write NAME@VERSION.",
                f"每次构建安装的版本可能不同：{', '.join(loose[:3])}。请写成 名称@版本。",
            )


@rule("composer.development", Severity.ADVICE, f"{BEST}#dont-install-unnecessary-packages")
def composer(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``composer install`` with the packages that only developers need."""
    for part, call in each(source):
        if call.does("composer", "install") and not call.has("--no-dev") and "COMPOSER_NO_DEV" not in part.code:
            yield hit(
                call.line,
                "It also installs what only developers need. Add --no-dev.",
                "还会安装仅供开发的软件包。请加 --no-dev。",
            )


RULES: tuple[Rule, ...] = (
    pip_unpinned, pip_cache, npm_unpinned, npm_unlocked, yarn_cache, gem_unpinned, go_unpinned, composer,
)  # fmt: skip
