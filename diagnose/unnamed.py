"""Leave the names of containers that a reader had to make up out of sentences and commands.

A table tells how many containers a pod has, not what they are called; nobody can look for ``container-1``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from cluster.fields import Obj, objects, text
from cluster.recording.forms import made_up
from cluster.snapshot import Snapshot
from core.evidence import FieldSource, ObjectRef
from core.phrase import Phrase
from diagnose.findings import Finding, NextCheck, Remedy


def unnamed(finding: Finding, snapshot: Snapshot) -> Finding:
    """Return the finding in words that use no made-up name; the same one where none is in it."""
    pods = list(_pods(finding, snapshot))
    inits = frozenset(_names(pods, "initContainers"))
    names = inits | frozenset(_names(pods, "containers"))
    if not names:
        return finding
    return replace(
        finding,
        part="" if finding.part in names else finding.part,
        summary=_words(finding.summary, names),
        expected=_word(finding.expected, names),
        actual=_word(finding.actual, names),
        remedies=tuple(remedy for entry in finding.remedies if (remedy := _remedy(entry, names)) is not None),
        next_checks=tuple(_check(entry, names) for entry in finding.next_checks if not _holds(entry.command, inits)),
    )


def _pods(finding: Finding, snapshot: Snapshot) -> Iterator[Obj]:
    quoted = (entry.source.object for entry in finding.evidence if isinstance(entry.source, FieldSource))
    refs: set[ObjectRef] = {finding.object, *(reach.ref for reach in finding.affected), *quoted}
    for ref in refs:
        if ref.kind == "Pod" and (pod := snapshot.find(ref)) is not None:
            yield pod


def _names(pods: Iterable[Obj], key: str) -> Iterator[str]:
    for pod in pods:
        yield from (text(box, "name") for box in objects(pod, "spec", key) if made_up(box))


def _remedy(remedy: Remedy, names: frozenset[str]) -> Remedy | None:
    """Return a remedy whose command needs no such name, or None: a patch finds its container by its name."""
    command, verify = _command(remedy.command, names), _command(remedy.verify, names)
    patched = "" if remedy.patch is None else str(remedy.patch)
    if _holds(command, names) or _holds(patched, names):
        return None
    return replace(remedy, command=command, verify=verify, summary=_words(remedy.summary, names))


def _check(check: NextCheck, names: frozenset[str]) -> NextCheck:
    return replace(check, command=_command(check.command, names), why=_words(check.why, names))


def _command(command: str, names: frozenset[str]) -> str:
    """Leave the container to kubectl, which takes the only one or the first; never an init container."""
    for name in names:
        command = re.sub(rf" (?:-c|--container)[ =]{re.escape(name)}(?![\w-])", "", command)
    return command


def _holds(said: str, names: frozenset[str]) -> bool:
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said) for name in names)


def _words(phrase: Phrase, names: frozenset[str]) -> Phrase:
    zh = phrase.zh
    for name in names:
        zh = re.sub(rf"容器 {re.escape(name)} ?(?![\w-])", "容器", zh)
    return Phrase(en=_word(phrase.en, names), zh=zh)


def _word(said: str, names: frozenset[str]) -> str:
    for name in names:
        said = re.sub(rf"\bInit container {re.escape(name)}(?![\w-])", "An init container", said)
        said = re.sub(rf"\bContainer {re.escape(name)}(?![\w-])", "A container", said)
        said = re.sub(rf"\bcontainer {re.escape(name)}(?![\w-])", "a container", said)
    return said
