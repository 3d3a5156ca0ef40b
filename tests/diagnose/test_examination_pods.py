"""Faults of pods in shapes that no rule was tuned for: the cause must come first, and nothing else be blamed."""

from collections import Counter

import pytest

from cluster.snapshot import Snapshot
from core.evidence import verify
from diagnose.catalogue import BY_CODE
from diagnose.engine import diagnose
from diagnose.findings import Diagnosis
from diagnose.render import text
from tests.diagnose import (
    examination_pods_checks,
    examination_pods_commands,
    examination_pods_configs,
    examination_pods_ends,
    examination_pods_logins,
    examination_pods_memory,
    examination_pods_readiness,
    examination_pods_references,
    examination_pods_registries,
    examination_pods_rights,
    examination_pods_stacks,
    examination_pods_texts,
    examination_pods_turns,
    examination_pods_words,
)
from tests.diagnose.build import SPACE, snapshot
from tests.diagnose.examination_pods_case import Case
from tests.diagnose.situations_build import world

FAMILIES = frozenset({"container_start", "crash", "image_pull", "memory", "probes", "sandbox"})

CASES: tuple[Case, ...] = (
    *examination_pods_checks.CASES,
    *examination_pods_commands.CASES,
    *examination_pods_configs.CASES,
    *examination_pods_ends.CASES,
    *examination_pods_logins.CASES,
    *examination_pods_memory.CASES,
    *examination_pods_readiness.CASES,
    *examination_pods_references.CASES,
    *examination_pods_registries.CASES,
    *examination_pods_rights.CASES,
    *examination_pods_stacks.CASES,
    *examination_pods_texts.CASES,
    *examination_pods_turns.CASES,
    *examination_pods_words.CASES,
)


def _missed(case: Case, diagnosis: Diagnosis) -> list[str]:
    """Say in what the diagnosis differs from what the case expects."""
    found = [finding.code for finding in diagnosis.findings]
    said = {*found, *(entry.finding.code for entry in diagnosis.folded)}
    out = [f"{code} was reported" for code in case.never if code in said]
    if diagnosis.verdict not in case.verdicts:
        out.append(f"verdict {diagnosis.verdict}")
    if not case.code:
        return [*out, *(f"{code} was found" for code in found)]
    if not found:
        return [*out, "nothing was found"]
    first = diagnosis.findings[0]
    seen = f"{first.object.kind}/{first.object.name}"
    pairs = [(case.code, first.code), (case.variant or first.variant, first.variant), (case.on or seen, seen)]
    pairs.append((first.part if case.part is None else case.part, first.part))
    out.extend(f"{is_} instead of {wanted}" for wanted, is_ in pairs if wanted != is_)
    out.extend(f"summary lacks {word}" for word in case.says if word.lower() not in first.summary.en.lower())
    if case.also and case.also not in found:
        out.append(f"{case.also} is not among {found}")
    if case.fix:
        remedy = first.remedies[0] if first.remedies else None
        told = f"{remedy.summary.en} {remedy.command}" if remedy else ""
        if case.fix not in told:
            out.append(f"first fix lacks {case.fix}: {told}")
    return out


def _read(case: Case) -> Snapshot:
    """Freeze a case in the world around it; an object of the case replaces that of the world."""
    given = {(entry["kind"], entry["metadata"].get("namespace"), entry["metadata"]["name"]): entry for entry in world()}
    given |= {
        (entry["kind"], entry["metadata"].get("namespace"), entry["metadata"]["name"]): entry for entry in case.objects
    }
    return snapshot(*given.values(), logs=case.logs, unread=case.unread)


def _diagnosed(case: Case) -> Diagnosis:
    return diagnose(_read(case), target=case.target, namespace=SPACE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_cause_comes_first(case: Case) -> None:
    read = _read(case)

    diagnosis = diagnose(read, target=case.target, namespace=SPACE)

    assert _missed(case, diagnosis) == [], text(diagnosis)
    for finding in diagnosis.findings:
        assert all(verify(evidence, read) for evidence in finding.evidence), finding.code
        generated = [entry.ref.name for entry in finding.affected if entry.ref.kind == "Pod" != finding.object.kind]
        assert not [name for name in generated if name in finding.summary.en + finding.summary.zh], finding.summary.en


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_sentences_are_whole_and_alternatives_stand_alone(case: Case) -> None:
    diagnosis = _diagnosed(case)

    for finding in (*diagnosis.findings, *(entry.finding for entry in diagnosis.folded)):
        if BY_CODE[finding.code].family not in FAMILIES:
            continue
        assert finding.summary.en[0].isupper(), finding.summary.en
        assert not finding.summary.en.endswith("."), finding.summary.en
        assert not finding.summary.zh.endswith("。"), finding.summary.zh
        for remedy in finding.remedies:
            assert not remedy.summary.en.startswith("Or "), remedy.summary.en
            assert not remedy.summary.zh.startswith("或者"), remedy.summary.zh


def test_cases_have_names_of_their_own() -> None:
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []
