"""A build plan as plain JSON values: every field with its grounds and rivals. Nothing that is known is left out."""

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

from builder.grounds import Candidate, Field, Ground
from builder.plan import BuildPlan, Command, Commands, Component, Item
from core.evidence import Evidence, FileSource
from core.phrase import Language, Phrase


def as_data(plan: BuildPlan, language: Language) -> dict[str, Any]:
    """Return the plan as JSON values; sentences are in ``language``."""
    return cast("dict[str, Any]", _value(plan, language))


def _value(value: object, language: Language) -> Any:
    match value:
        case Phrase():
            return value.in_language(language)
        case Enum():
            return value.value
        case Field():
            return _field(value, language)
        case Candidate():
            return {
                "value": _value(value.value, language),
                "confidence": value.confidence,
                "ground": _ground(value.ground, language),
            }
        case Item():
            return {
                "value": _value(value.value, language),
                "confidence": value.confidence,
                "grounds": [_ground(one, language) for one in value.grounds],
            }
        case Command():
            return {"text": value.text, "argv": list(value.argv)}
        case Commands():
            return {"text": value.text, "each": [_value(one, language) for one in value.each]}
        case tuple():
            return [_value(one, language) for one in value]
        case _ if is_dataclass(value):
            return {one.name: _value(getattr(value, one.name), language) for one in fields(value)}
        case _:
            return value


def _field(field: Field[Hashable], language: Language) -> dict[str, Any]:
    return {
        "value": _value(field.value, language),
        "confidence": field.confidence,
        "grounds": [_ground(one, language) for one in field.grounds],
        "rivals": [_value(one, language) for one in field.rivals],
    }


def _ground(ground: Ground, language: Language) -> dict[str, Any]:
    return {
        "rule": ground.rule,
        "why": ground.why.in_language(language),
        "evidence": [_evidence(one) for one in ground.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    source = evidence.source
    where = {"path": source.path, "line": source.line} if isinstance(source, FileSource) else {"path": str(source)}
    return {**where, "quote": evidence.quote}


def fields_of(component: Component) -> dict[str, Field[Hashable]]:
    """Return the decided fields of a component by name, in the order in which they are shown."""
    found = ((one.name, getattr(component, one.name)) for one in fields(component))
    return {name: value for name, value in found if isinstance(value, Field)}
