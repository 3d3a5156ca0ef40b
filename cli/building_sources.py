"""What a person points ``sextant build`` at, and the plan of it with all that they decided.

What most plans do not need (settings, a model, git) is imported where it is needed: a plan takes less than its imports.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from builder.deciding import Decision
from builder.plan import BuildPlan
from builder.reading import Wishes, planned
from builder.source.limits import SourceLimits
from builder.source.opening import Opened, fetched, is_address, is_folder, opened
from core.errors import UsageError

if TYPE_CHECKING:
    from core.llm import Model
    from core.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A source, and what is said about it. ``model``: whether one that is configured may be asked."""

    source: str = "."
    ref: str = ""
    subfolder: str = ""
    component: str = ""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    language: str = ""
    model: bool = True
    config: Path | None = None


@contextmanager
def source_of(wanted: Wanted) -> Iterator[Opened]:
    """Open the source; what was unpacked or fetched for it is removed at the end."""
    address = is_address(wanted.source)
    if wanted.ref and not address:
        raise UsageError(
            "--ref names a branch, tag or commit of a Git repository, and the source is none.",
            next_step="Leave it out, or give the repository's address.",
        )
    if not address and is_folder(wanted.source):
        yield opened(wanted.source, Path(), subfolder=wanted.subfolder)
        return
    with tempfile.TemporaryDirectory(prefix="sextant-source-", ignore_cleanup_errors=True) as folder:
        into, limits = Path(folder) / "source", _limits(wanted)
        if address:
            yield asyncio.run(_fetched(wanted, into, limits))
        else:
            yield opened(wanted.source, into, subfolder=wanted.subfolder, limits=limits)


def _limits(wanted: Wanted) -> SourceLimits:
    from core.settings import load_settings

    build = load_settings(wanted.config).build
    return SourceLimits(max_files=build.max_source_files, max_bytes=build.max_source_bytes)


async def _fetched(wanted: Wanted, into: Path, limits: SourceLimits) -> Opened:
    """Fetch a repository: with the person's own rights, so that no address is out of bounds."""
    return await fetched(
        wanted.source, into, ref=wanted.ref, subfolder=wanted.subfolder, limits=limits, allow_private=True,
        allow_local=True,
    )  # fmt: skip


def plan_of(wanted: Wanted, source: Opened) -> BuildPlan:
    """Return the plan. A model is asked only where the plan leaves something open."""
    found = planned(source.tree, Wishes(decisions=wanted.decisions, language=wanted.language))
    if not wanted.model or not any(question.choices for question in found.questions):
        return found
    from builder.settling import settled
    from core.settings import load_settings

    model = model_of(wanted, load_settings(wanted.config))
    return found if model is None else asyncio.run(settled(found, model))


def model_of(wanted: Wanted, settings: "Settings") -> "Model | None":
    """Return the model of the settings, None where there is none or it is not wanted."""
    from core.llm import Model

    return Model(settings=settings.model) if wanted.model and settings.model.configured else None
