"""Plans over HTTP: what was asked for, the plan with what a person and a model decide, fit to be seen."""

import asyncio
from dataclasses import dataclass
from typing import Any

from api.build_bodies import Wanted
from api.building import Builds
from api.building_machines import Who
from api.building_places import Place
from api.building_sources import open_source
from builder.plan import BuildPlan
from builder.reading import Wishes
from builder.reading import planned as plan_of
from builder.render import as_data
from builder.screening import Screen
from builder.settling import settled
from builder.source.errors import TreeRefused
from builder.source.opening import Opened
from core.errors import DeadlineExceeded, SextantError
from core.llm import Model
from core.phrase import Language

PLAN_SECONDS = 30.0
"""For a plan that is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a build, by whom, and in which language its sentences are."""

    owner: str
    wanted: Wanted
    language: Language
    who: Who


async def planned(builds: Builds, asked: Asked) -> dict[str, Any]:
    """Return a plan at once. Raises ``DeadlineExceeded`` after ``PLAN_SECONDS``, and what opening and planning do."""
    try:
        async with asyncio.timeout(PLAN_SECONDS), builds.place() as place:
            screen = Screen((place.path, builds.folder))
            try:
                opened = await open_source(builds, asked.wanted, place)
                found = await plan_for(builds, place, asked, opened)
                return {"commit": opened.commit, "plan": cleaned(as_data(found, asked.language), screen)}
            except SextantError as exc:
                screen.error(exc)
                raise
            except OSError as exc:
                raise unreadable(exc) from exc
    except TimeoutError as exc:
        raise DeadlineExceeded(
            f"The plan was not made within {PLAN_SECONDS:g} s.",
            next_step="Start it as a build with `plan_only`, which may take longer.",
        ) from exc


async def plan_for(builds: Builds, place: Place, asked: Asked, opened: Opened) -> BuildPlan:
    """Return the plan of a source, with what the request decides and what a model chooses of the rest."""
    options = asked.wanted.options
    decisions = {name: override.decision() for name, override in options.overrides.items()}
    wishes = Wishes(decisions=decisions, language=options.language)
    found = await place.in_thread(lambda: plan_of(opened.tree, wishes))
    model = model_for(builds, asked)
    return found if model is None else await settled(found, model)


def model_for(builds: Builds, asked: Asked) -> Model | None:
    """Return the model of the service, None where it has none or it is not wanted."""
    services = builds.services
    return services.model() if asked.wanted.options.model and services.context.settings.model.configured else None


def unreadable(error: OSError) -> TreeRefused:
    """Return what an error of the file system means for a source."""
    return TreeRefused(
        f"The source cannot be kept here: {error.strerror or 'it cannot be written'}.",
        next_step="Look for names that file systems do not take, or try again later.",
    )


def cleaned(value: Any, screen: Screen) -> Any:
    """Return JSON values whose texts are fit to be seen."""
    match value:
        case str():
            return screen.clean(value)
        case list():
            return [cleaned(one, screen) for one in value]
        case dict():
            return {key: cleaned(one, screen) for key, one in value.items()}
        case _:
            return value
