"""The apps written here, with what must become of each: refused, built, working, or working after a repair.

The table is ``datasets/builder/apps/truths.jsonl``: a line for each folder beside it. What it says beyond a truth of
the suite is described by the fields of ``App``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, Literal, get_args

from builder.plan import Kind
from evals.builder.truths import DATA, Case, Truth, TruthBroken

APPS: Final = DATA / "apps"
TABLE: Final = "truths.jsonl"

Expected = Literal["refused", "unbuilt", "built", "works", "repaired"]
"""``unbuilt``: the build fails for a reason that is named; ``built``: the trial fails in the checks that are named."""

USUAL_SECONDS: Final = 20.0
"""What an app costs where nobody has measured it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a running component must answer: a piece of the body at a path. ``component`` empty: the primary one."""

    path: str
    body: str
    component: str = ""
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class App:
    """An app and its truth.

    ``components`` are the names of all that is put online, where there are several. ``failed`` are the checks that a
    trial must fail in (among others), ``stop`` the class of the failure. ``links`` are made before the app is read:
    path and target. ``absent`` must stand in no file of the image, ``unsaid`` in no file that is written.
    ``canary``: a secret of the host must reach neither image nor log, and a file of the host must stay as it is.
    ``plan_only`` says why it cannot be built without the public registries of images. ``unproved``: it was never built
    with success yet, so that it has no turn in the rotation. ``seconds`` is what it took.
    """

    name: str
    group: str
    truth: Truth
    expect: Expected
    place: Path
    why: str = ""
    answers: tuple[Answer, ...] = ()
    components: tuple[str, ...] = ()
    failed: frozenset[str] = frozenset()
    stop: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    canary: bool = False
    plan_only: str = ""
    unproved: bool = False
    seconds: float = USUAL_SECONDS

    @property
    def case(self) -> Case:
        """The app as a case of the suite, for comparing its plan."""
        return Case(name=self.name, group=f"apps/{self.group}", truth=self.truth)


def apps(folder: Path = APPS) -> tuple[App, ...]:
    """Read the table, nothing where there is none. Raises ``TruthBroken``."""
    if not (folder / TABLE).exists():
        return ()
    found = []
    for number, line in enumerate((folder / TABLE).read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(app(json.loads(line), folder))
        except (KeyError, TypeError, ValueError) as exc:
            raise TruthBroken(
                f"{TABLE}, line {number} is no app: {exc}.", next_step="It needs name, group, truth and expect."
            ) from exc
    return tuple(found)


def app(said: Mapping[str, Any], folder: Path) -> App:
    """Return the app that a line tells."""
    told = dict(said)
    truth = dict(told.pop("truth"))
    kind = truth.pop("kind", None)
    if told["expect"] not in get_args(Expected):
        raise ValueError(f"nothing is expected by {told['expect']!r}")
    for key in ("components", "absent", "unsaid"):
        told[key] = tuple(told.get(key, ()))
    told["answers"] = tuple(Answer(**one) for one in told.get("answers", ()))
    told["failed"] = frozenset(told.get("failed", ()))
    return App(truth=Truth(kind=Kind(kind) if kind else None, **truth), place=folder / said["name"], **told)


def of_the_day(today: date) -> int:
    """Return the seed of a day: another one each day, the same on every machine."""
    return today.toordinal()


def rotation(listed: Sequence[App], *, seed: int, seconds: float) -> tuple[App, ...]:
    """Return the apps whose turn it is, as many as take so long together.

    Each seed begins where the one before it ended, so that all of them get their turn. Languages alternate.
    """
    order = _alternating([one for one in listed if not one.plan_only and not one.unproved])
    if not order:
        return ()
    whole = sum(one.seconds for one in order)
    begin, passed, first = (seed * seconds) % whole, 0.0, 0
    while first < len(order) - 1 and passed + order[first].seconds <= begin:
        passed += order[first].seconds
        first += 1
    chosen: list[App] = []
    spent = 0.0
    for one in (*order[first:], *order[:first]):
        if chosen and spent + one.seconds > seconds:
            break
        chosen.append(one)
        spent += one.seconds
    return tuple(chosen)


def _alternating(listed: Sequence[App]) -> list[App]:
    groups: dict[str, list[App]] = {}
    for one in listed:
        groups.setdefault(one.group, []).append(one)
    return [one for row in zip_longest(*groups.values()) for one in row if one is not None]
