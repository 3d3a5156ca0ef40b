"""The part of the report about the apps: a table by language, and what did not go as the truth says."""

from collections.abc import Iterator, Sequence
from statistics import median
from textwrap import wrap
from typing import Final

from evals.builder.running import Ran

MIB: Final = 1024 * 1024
COLUMNS: Final = (
    "apps of", "apps", "right", "planned only", "refused", "built and tried", "works", "works after repair",
    "fails as it must", "seconds, median", "MiB, median",
)  # fmt: skip


def lines(all_ran: Sequence[Ran], reason: str) -> Iterator[str]:
    """Write the section; ``reason`` says why none was built, empty where they were."""
    yield "## Apps, really built and run"
    yield ""
    built = [one for one in all_ran if one.made]
    refused = sum(one.app.expect == "refused" for one in all_ran)
    text = (
        f"{len(all_ran)} small programs were written for this (`datasets/builder/apps`, with what must become of each "
        f"in `truths.jsonl`). {len(built)} were built with Buildah and tried: read-only root, a user without rights, "
        f"the port, the health check, the end on SIGTERM, the log, and then what their pages say. {refused} must be "
        "refused. `right` counts those whose plan, build, trial and pages all went as the truth says; for broken "
        "programs that means failing where they must. Base images are made of Debian packages and of what package "
        "registries carry; a program is only planned where neither gives its toolchain."
    )
    yield from _paragraph(text)
    if reason:
        yield from _paragraph(f"None was built in this run: {reason}.")
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    groups: dict[str, list[Ran]] = {}
    for one in all_ran:
        groups.setdefault(one.app.group, []).append(one)
    for name, members in sorted(groups.items()):
        yield _row(name, members)
    yield _row("all", all_ran)
    yield ""
    yield from _left_out(all_ran)
    yield from _wrong(all_ran)


def _row(name: str, members: Sequence[Ran]) -> str:
    made = [one for one in members if one.made]
    parts = [part for one in made for part in one.made]
    ended = [one.app.expect for one in made if not one.problems]
    images = [part.size / MIB for part in parts if part.size]
    cells = (
        name,
        len(members),
        sum(not one.problems for one in members),
        sum(bool(one.left_out) for one in members),
        sum(one.app.expect == "refused" for one in members),
        len(made),
        ended.count("works"),
        ended.count("repaired"),
        ended.count("built") + ended.count("unbuilt"),
        f"{median(part.seconds for part in parts):.0f}" if parts else "",
        f"{median(images):.0f}" if images else "",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _left_out(all_ran: Sequence[Ran]) -> Iterator[str]:
    if not any(one.made for one in all_ran):
        return
    names: dict[str, list[str]] = {}
    for one in all_ran:
        if one.left_out:
            names.setdefault(one.left_out, []).append(f"`{one.app.name}`")
    for reason, apps in sorted(names.items()):
        yield f"- Planned only: {', '.join(apps)}: {reason}."
    if names:
        yield ""


def _wrong(all_ran: Sequence[Ran]) -> Iterator[str]:
    for one in all_ran:
        for problem in one.problems:
            yield f"- `{one.app.name}`: {problem}"
    if any(one.problems for one in all_ran):
        yield ""


def _paragraph(text: str) -> Iterator[str]:
    yield from wrap(text, 118, break_long_words=False, break_on_hyphens=False)
    yield ""
