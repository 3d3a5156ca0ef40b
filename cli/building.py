"""What ``sextant build`` does on this machine: plan, files, a build with its trial."""

import asyncio
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from builder.build.buildah import Buildah
from builder.build.configured import network_of, registries_of
from builder.build.errors import BuildFailed
from builder.build.executor import Line
from builder.check.report import Report
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.files import Prepared, prepared
from builder.manifests import Options
from builder.manifests import manifests as manifests_of
from builder.mending import Mended, mended
from builder.pipeline import Order, Stage
from builder.recipe import Generated
from builder.repair.repairing import Mend
from builder.repair.subject import described
from builder.source.directory import open_directory
from builder.tree import Tree
from cli.options import Output
from cli.terminal import painter, write_structure
from core.errors import UsageError
from core.phrase import Language
from core.settings import load_settings

MIB = 1024 * 1024
SHOWN_LINES = 30
"""Lines of a failed build that are shown: the error stands among the last."""


def files_of(source: Path, component: str) -> tuple[Prepared, ...]:
    """Return what the components of a folder are built from."""
    return _found(open_directory(source), component)


def _found(tree: Tree, component: str) -> tuple[Prepared, ...]:
    return prepared(plan(tree), tree, PROVIDERS, only=component)


def write_files(
    source: Path, found: Sequence[Prepared], *, image: str, namespace: str, manifests: bool, force: bool, show: bool
) -> None:
    """Write the files, or print them. One that exists and differs is kept, and shown as a diff, without ``force``."""
    if image and len(found) > 1:
        names = ", ".join(one.component.name for one in found)
        raise UsageError("--image names one image, and there are several components", next_step=f"Choose one: {names}.")
    files = {file.path: file for one in found for file in reversed(one.files)}
    if manifests:
        options = Options(namespace=namespace) if namespace else Options()
        for one in found:
            made = manifests_of(one, image or image_of(one), options)
            files |= {file.path: file for file in made}
    for path, file in sorted(files.items()):
        target = source / path
        if show:
            sys.stdout.write(f"# --- {path}\n{file.text}\n")
            continue
        old = target.read_text(encoding="utf-8", errors="replace") if target.exists() else None
        if old == file.text:
            sys.stdout.write(f"unchanged {path}\n")
        elif old is None or force:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.text, encoding="utf-8")
            sys.stdout.write(f"{'replaced' if old is not None else 'written'}  {path}\n")
        else:
            sys.stdout.write(f"kept      {path} (--force replaces it)\n")
            sys.stdout.writelines(_difference(old, file))


def image_of(one: Prepared) -> str:
    """Return what a component's image is called where nobody names it."""
    return f"localhost/{one.component.name}:latest"


def _difference(old: str, file: Generated) -> list[str]:
    return list(
        difflib.unified_diff(
            old.splitlines(keepends=True), file.text.splitlines(keepends=True), f"a/{file.path}", f"b/{file.path}"
        )
    )


def built(
    source: Path,
    *,
    component: str,
    tag: str,
    environment: Sequence[str],
    check: bool,
    output: Output,
    language: Language,
    config: Path | None,
) -> bool:
    """Build and try each component; say whether all of them work."""
    settings = load_settings(config)
    given = dict(_pair(one) for one in environment)
    tree = open_directory(source)
    found = _found(tree, component)
    if tag and len(found) > 1:
        names = ", ".join(one.component.name for one in found)
        raise UsageError("--tag names one image, and there are several components", next_step=f"Choose one: {names}.")
    folder = settings.storage.state_dir / "builds"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    executor = Buildah(folder / "images", registries_of(settings.build))
    results: list[Mended] = []
    paint = painter(sys.stderr)

    def tell(stage: Stage, line: Line) -> None:
        sys.stderr.write(f"{paint('dim', f'{stage:6}')} {line.text}\n")

    for one in found:
        order = Order(
            source=source,
            prepared=one,
            name=tag or image_of(one),
            network=network_of(settings.build),
            environment=given,
            seconds=settings.build.seconds,
            try_out=check,
        )
        try:
            provider = next(known for known in PROVIDERS if known.name == one.component.provider)
            results.append(asyncio.run(mended(order, executor, tell, folder, provider=provider, tree=tree)))
        except BuildFailed as failed:
            for line in failed.log[-SHOWN_LINES:]:
                sys.stderr.write(f"  {line.text}\n")
            raise
    if output in {Output.JSON, Output.YAML}:
        write_structure({"images": [_data(one, language) for one in results]}, output)
    else:
        for result in results:
            _show(result, language)
    return all(one.outcome.report is None or one.outcome.report.works for one in results)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"--env {text!r} is not NAME=VALUE", next_step="Write for example --env LOG_LEVEL=debug.")
    return name, value


def _show(one: Mended, language: Language) -> None:
    paint = painter(sys.stdout)
    image, report = one.outcome.image, one.outcome.report
    sys.stdout.write(
        f"{paint('title', image.name)}  {image.size / MIB:.0f} MiB  {image.steps_cached}/{image.steps} steps cached  "
        f"{image.seconds:.1f} s\n  {image.id}\n"
    )
    for text in _repairs(one, language):
        sys.stdout.write(f"  {paint('warn', '~')} {text}\n")
    for check in report.checks if report else ():
        mark = {"passed": paint("ok", "✓"), "failed": paint("fail", "✗"), "skipped": paint("warn", "-")}[check.outcome]
        sys.stdout.write(f"  {mark} {check.text.in_language(language)}\n")
        if check.outcome == "failed":
            sys.stdout.writelines(f"      {line}\n" for line in check.proof)
    if one.stop is not None:
        sys.stdout.write(f"  {one.stop.text.in_language(language)}\n  {one.stop.next_step.in_language(language)}\n")


def _repairs(one: Mended, language: Language) -> list[str]:
    return [
        f"{attempt.decision.code}: {described(attempt.decision.patch).in_language(language)}"
        for attempt in one.attempts
        if isinstance(attempt.decision, Mend)
    ]


def _data(one: Mended, language: Language) -> dict[str, Any]:
    image, report = one.outcome.image, one.outcome.report
    return {
        "component": one.prepared.component.name,
        "image": image.name,
        "id": image.id,
        "bytes": image.size,
        "seconds": round(image.seconds, 3),
        "works": None if report is None else report.works,
        "repairs": _repairs(one, language),
        "checks": [] if report is None else _checks(report, language),
        "log": [] if report is None else list(report.log),
    }


def _checks(report: Report, language: Language) -> list[dict[str, Any]]:
    return [
        {"check": one.check, "outcome": one.outcome, "text": one.text.in_language(language), "proof": list(one.proof)}
        for one in report.checks
    ]
