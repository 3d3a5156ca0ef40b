"""A function that can be served: where it stands, how it is called, and how sure that is."""

from dataclasses import dataclass

from builder.grounds import CODE, CONVENTION

NAMED = CODE
"""Its name and its parameters are those that a platform documents."""

SHAPED = CODE - 0.05
"""Only its parameters are: platforms let people choose the name."""

PLAIN = CONVENTION
"""No platform's function: its arguments can come as JSON, and nothing else in the file is public."""

Setting = str | bool | tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """A function of a file. ``part`` names the part of the wrapper that calls it, ``settings`` that part's constants.

    ``framework`` is whose form it has, as the plan shows it.
    """

    name: str
    line: int
    framework: str
    part: str
    confidence: float
    settings: tuple[tuple[str, Setting], ...] = ()


def meant(handlers: tuple[Handler, ...]) -> tuple[Handler, ...]:
    """Return the handlers that a person may mean: the surest ones; one is an answer, several are a question."""
    most = max((one.confidence for one in handlers), default=0.0)
    return tuple(one for one in handlers if one.confidence >= most)
