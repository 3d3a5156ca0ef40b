"""What the options of every source have in common: checked strictly, faults told in words."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from kb.sources.errors import SourceInvalid

MAX_PATTERNS = 200
"""Patterns are tried on every path, and nobody writes more by hand."""

Line = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A value on one line. 2,000 characters are what servers commonly accept as an address."""
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
Patterns = Annotated[tuple[Pattern, ...], Field(max_length=MAX_PATTERNS)]


class Options(BaseModel):
    """Options of a source, as they are kept with it. Unknown names and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_SAID = {
    "extra_forbidden": "there is no such option",
    "missing": "it must be given",
    "string_pattern_mismatch": "it holds a line break or another control character",
}


class NoOptions(Options):
    """A source that is fed from outside, or that ships with the product, has nothing to set."""


Model = TypeVar("Model", bound=Options)


def parse(model: type[Model], kind: str, options: Mapping[str, Any]) -> Model:
    """Return ``options`` as ``model``. Raises SourceInvalid, which names each option that does not fit and why."""
    try:
        return model.model_validate_json(json.dumps(dict(options)))
    except ValidationError as exc:
        faults = "; ".join(_fault(fault["loc"], fault["msg"], fault["type"]) for fault in exc.errors()[:5])
        message = f"The options of the {kind} source do not fit: {faults}."
    except (TypeError, ValueError, RecursionError) as exc:
        message = f"The options of the {kind} source are no plain values: {exc}."
    known = ", ".join(model.model_fields) or "none"
    raise SourceInvalid(message, next_step=f"Options of a {kind} source: {known}.")


def _fault(where: tuple[int | str, ...], said: str, code: str) -> str:
    name = ".".join(str(part) for part in where)
    said = said.removeprefix("Value error, ").rstrip(".")
    said = _SAID.get(code, said)
    return f"{name}: {said}" if name else said
