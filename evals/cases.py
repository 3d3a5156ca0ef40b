"""Cases of the diagnosis: manifests that make one fault each on a real cluster, and what must be said of it.

A case is one YAML file in ``datasets/diagnose/live``: its first document holds ``case``, the others are applied.
Its recording, where there is one, is ``datasets/diagnose/recorded/ID.tar.zst``; ``ID.txt`` is what kubectl printed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from core.data import data_file
from diagnose.findings import Diagnosis, Verdict


class Expected(BaseModel):
    """What a diagnosis must say. Without a code it must find no fault; ``object`` is ``Kind/name``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdict: Verdict
    code: str = ""
    variant: str = ""
    object: str = ""
    part: str = ""


class Case(BaseModel):
    """The head of a case file.

    ``wait``: arguments of ``kubectl wait`` after which the fault shows; ``then``: a kubectl command that comes next,
    ``then_wait`` what to wait for after it; ``numbers``: graces shortened so that nobody waits for minutes;
    ``session``: whether what kubectl prints (tables, descriptions, events, logs) can tell the cause.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    target: str
    expect: Expected
    wait: tuple[str, ...] = ()
    then: str = ""
    then_wait: tuple[str, ...] = ()
    namespace_labels: Mapping[str, str] = Field(default_factory=dict)
    numbers: Mapping[str, float] = Field(default_factory=dict)
    session: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case with its manifests, which are applied as they stand but for the word REGISTRY."""

    id: str
    case: Case
    manifests: tuple[Mapping[str, Any], ...]

    @property
    def recording(self) -> Path:
        """Where the recording of this case stands, if there is one."""
        return cases_folder() / "recorded" / f"{self.id}.tar.zst"

    @property
    def session(self) -> Path:
        """Where the terminal session stands that looks into this case, if there is one."""
        return cases_folder() / "recorded" / f"{self.id}.txt"


def cases_folder() -> Path:
    """Return ``datasets/diagnose``. It is part of the source tree, not of the installed product."""
    return Path(str(data_file("knowledge"))).parent / "diagnose"


def read_cases() -> Iterator[CaseFile]:
    """Yield all cases in the order of their ids."""
    for path in sorted((cases_folder() / "live").glob("*.yaml")):
        head, *manifests = yaml.safe_load_all(path.read_text(encoding="utf-8"))
        yield CaseFile(id=path.stem, case=Case.model_validate(head["case"]), manifests=tuple(manifests))


def misses(expected: Expected, diagnosis: Diagnosis) -> list[str]:
    """Return in words how a diagnosis differs from what is expected; empty when it does not."""
    said: list[str] = []
    if diagnosis.verdict is not expected.verdict:
        said.append(f"verdict {diagnosis.verdict.value}, expected {expected.verdict.value}")
    return said + cause_misses(expected, diagnosis)


def cause_misses(expected: Expected, diagnosis: Diagnosis) -> list[str]:
    """Return in words how the first finding differs from what is expected, the verdict left aside."""
    if not expected.code:
        if diagnosis.findings:
            return [f"found {', '.join(finding.code for finding in diagnosis.findings)}, expected nothing"]
        return []
    if not diagnosis.findings:
        return [f"found nothing, expected {expected.code}"]
    first = diagnosis.findings[0]
    found = {
        "code": first.code,
        "variant": first.variant,
        "object": f"{first.object.kind}/{first.object.name}",
        "part": first.part,
    }
    wanted = {key: getattr(expected, key) for key in found}
    return [
        f"{key} {value or 'none'}, expected {wanted[key]}"
        for key, value in found.items()
        if wanted[key] and wanted[key] != value
    ]
