"""What a server wants that says 401: the header ``WWW-Authenticate`` (RFC 9110, section 11.6.1)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

MAX_CHARACTERS = 8_192
"""Of the header. Registries say a scheme, a realm, a service and a scope."""

_PART = re.compile(
    r"[\s,]*(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)"
    r"(?:[ \t]*(?P<equals>=)[ \t]*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<plain>[^\s,\"]*)))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One way to say who asks. ``scheme`` and the names of parameters are in small letters."""

    scheme: str
    parameters: Mapping[str, str]


def challenges(values: Iterable[str]) -> tuple[Challenge, ...]:
    """Read the header's values; what cannot be read ends them."""
    return tuple(one for value in values for one in _of(value[:MAX_CHARACTERS]))


def _of(value: str) -> Iterator[Challenge]:
    scheme, parameters, at = "", dict[str, str](), 0
    while found := _PART.match(value, at):
        at = found.end()
        if found["equals"] is None:
            if scheme:
                yield Challenge(scheme=scheme, parameters=parameters)
            scheme, parameters = found["name"].lower(), {}
        elif found["quoted"] is not None:
            parameters.setdefault(found["name"].lower(), re.sub(r"\\(.)", r"\1", found["quoted"]))
        else:
            parameters.setdefault(found["name"].lower(), found["plain"] or "")
    if scheme:
        yield Challenge(scheme=scheme, parameters=parameters)
