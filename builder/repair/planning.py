"""Patches of the plan: a field is decided anew, with the failure as its ground."""

from collections.abc import Hashable
from dataclasses import replace
from typing import TypeVar, assert_never

from builder.grounds import STATED, Field, Ground
from builder.plan import Component, Probe
from builder.repair.patches import ChangePort, ChangeProbe, ChangeRuntime, PlanPatch
from core.phrase import Phrase

T = TypeVar("T", bound=Hashable)
_WHY = Phrase(en="A build or its check failed with the value before.", zh="之前的值导致构建或检查失败。")


def planned(component: Component, patch: PlanPatch) -> Component:
    """Return the component with the patch."""
    match patch:
        case ChangeRuntime():
            runtime = component.runtime.value
            if runtime is None or runtime.version == patch.version:
                return component
            return replace(component, runtime=_anew(component.runtime, replace(runtime, version=patch.version), patch))
        case ChangePort():
            if component.port.value == patch.port:
                return component
            return replace(component, port=_anew(component.port, patch.port, patch))
        case ChangeProbe():
            probe = component.health.value or Probe()
            if probe.path == patch.path:
                return component
            return replace(component, health=_anew(component.health, replace(probe, path=patch.path), patch))
        case _:
            assert_never(patch)


def _anew(field: Field[T], value: T, patch: PlanPatch) -> Field[T]:
    ground = Ground(rule=f"repair.{patch.kind}", why=_WHY)
    return Field(value=value, confidence=STATED, grounds=(ground, *field.grounds), rivals=field.rivals)
